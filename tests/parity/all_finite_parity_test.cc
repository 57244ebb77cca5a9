#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/kernels/all_finite.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {
namespace {

TEST(AllFiniteParityTest, FindsOneAnywhereOnAllTargets) {
  OnEveryTarget([] {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kLargest = std::numeric_limits<float>::max();
    for (size_t count = 0; count < 80; ++count) {
      // What lies beyond is read and does not count.
      std::vector<float> x(count + kReadSlack, kInfinity);
      for (size_t i = 0; i < count; ++i) x[i] = i % 2 == 0 ? kLargest : -kLargest;
      EXPECT_TRUE(AllFiniteSimd(x.data(), count)) << count;
      EXPECT_TRUE(AllFiniteRef(x.data(), count)) << count;
      for (size_t i = 0; i < count; ++i) {
        const float odd[] = {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()};
        const float before = std::exchange(x[i], odd[(i + count) % 3]);
        EXPECT_FALSE(AllFiniteSimd(x.data(), count)) << i << " of " << count;
        EXPECT_FALSE(AllFiniteRef(x.data(), count)) << i << " of " << count;
        x[i] = before;
      }
    }
  });
}

}  // namespace
}  // namespace dc::runtime
