#include "runtime/kernels/lane_transpose.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace dc::runtime {
namespace {

TEST(LaneTransposeTest, ThereAndBack) {
  for (size_t lanes : {1, 16, 32, 64}) {
    for (size_t samples = 1; samples <= lanes; samples += 5) {
      for (size_t size : {1, 7, 15, 16, 17, 100}) {
        std::vector<float> in(samples * size);
        std::iota(in.begin(), in.end(), 1.0f);
        std::vector<float> wide(lanes * size, -1.0f), back(samples * size + 1, -5.0f);
        ToLanes(in.data(), samples, size, lanes, wide.data());
        for (size_t i = 0; i < size; ++i) {
          for (size_t s = 0; s < lanes; ++s) {
            EXPECT_EQ(wide[i * lanes + s], s < samples ? in[s * size + i] : 0.0f);
          }
        }
        FromLanes(wide.data(), samples, size, lanes, back.data());
        EXPECT_EQ(back.back(), -5.0f);
        back.pop_back();
        EXPECT_EQ(back, in);
      }
    }
  }
}

}  // namespace
}  // namespace dc::runtime
