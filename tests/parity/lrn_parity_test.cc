#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/kernels/lrn.h"

namespace dc::runtime {
namespace {

TEST(LrnParityTest, AllTargets) {
  OnEveryTarget([] {
    Rng rng(1);
    for (size_t channels : {1, 2, 5, 9}) {
      for (size_t plane : {1, 3, 4, 7, 8, 15, 16, 17, 40, 169}) {
        for (float beta : {0.75f, 0.5f}) {
          const LrnShape shape{.channels = channels,
                               .plane = plane,
                               .before = plane % 4,
                               .after = plane % 3,
                               .factor = 0.3f,
                               .beta = beta,
                               .bias = plane % 2 ? 1.0f : 2.5f};
          const size_t size = channels * plane;
          std::vector<float> x = RandomFloats(size + 64, rng);
          x[0] = 3e4f;
          x[size / 2] = 0;
          if (plane % 2 == 1 && size > 3) MakeSomeNotFinite(&x, rng);
          std::vector<float> expected(size + 1, 77.0f), actual(size + 1, 77.0f);
          LrnRef(shape, 0, channels, x.data(), expected.data());
          LrnSimd(shape, channels / 2, channels, x.data(), actual.data());
          LrnSimd(shape, 0, channels / 2, x.data(), actual.data());
          for (size_t i = 0; i < size; ++i) {
            SCOPED_TRACE(i);
            if (!std::isfinite(expected[i])) {
              ExpectSame(actual[i], expected[i]);
              continue;
            }
            EXPECT_NEAR(actual[i], expected[i], 2e-6f * std::abs(expected[i]))
                << channels << "x" << plane << " at " << i;
          }
          EXPECT_EQ(actual[size], 77.0f);
        }
      }
    }
  });
}

TEST(LrnParityTest, ReferenceByHand) {
  // Three channels of one value, each with its left neighbour: 1 + 0.5 * (sum of squares).
  const float x[] = {2, 4, 6};
  float y[3];
  LrnRef({.channels = 3, .plane = 1, .before = 1, .after = 0, .factor = 0.5f, .beta = 1, .bias = 1},
         0, 3, x, y);
  EXPECT_FLOAT_EQ(y[0], 2.0f / 3);
  EXPECT_FLOAT_EQ(y[1], 4.0f / 11);
  EXPECT_FLOAT_EQ(y[2], 6.0f / 27);
}

}  // namespace
}  // namespace dc::runtime
