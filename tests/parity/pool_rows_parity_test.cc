#include <gtest/gtest.h>

#include <algorithm>

#include "parity/simd_targets.h"
#include "runtime/kernels/pool_rows.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {
namespace {

constexpr PoolKind kKinds[] = {PoolKind::kMaximum, PoolKind::kSum};

TEST(PoolRowsParityTest, DownOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(1);
    for (size_t width : {1, 3, 4, 7, 8, 15, 16, 17, 33, 64, 100}) {
      for (size_t rows : {1, 2, 3, 7}) {
        const std::vector<float> x = RandomFloats(rows * (width + 3), rng);
        for (PoolKind kind : kKinds) {
          std::vector<float> expected(width + 1, 77.0f), actual(width + 1, 77.0f);
          PoolDownRef(kind, x.data(), rows, width + 3, width, expected.data());
          PoolDownSimd(kind, x.data(), rows, width + 3, width, actual.data());
          // Terms are added in the same order.
          EXPECT_EQ(actual, expected) << width << " wide, " << rows << " rows";
        }
      }
    }
  });
}

TEST(PoolRowsParityTest, AlongOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(2);
    for (size_t count : {1, 3, 7, 8, 15, 16, 17, 31, 33, 55}) {
      for (size_t kernel : {1, 2, 3, 4, 5, 7}) {
        for (size_t stride : {1, 2, 3}) {
          const std::vector<float> row =
              RandomFloats((count - 1) * stride + kernel + kReadSlack, rng);
          for (PoolKind kind : kKinds) {
            std::vector<float> expected(count + 1, 77.0f), actual(count + 1, 77.0f);
            PoolAlongRef(kind, row.data(), kernel, stride, count, expected.data());
            PoolAlongSimd(kind, row.data(), kernel, stride, count, actual.data());
            EXPECT_EQ(actual, expected) << count << " windows of " << kernel << " by " << stride;
          }
        }
      }
    }
  });
}

TEST(PoolRowsParityTest, ReferencesByHand) {
  const float x[] = {1, -2, 3, 4, 0, -6};
  float y[3];
  PoolDownRef(PoolKind::kMaximum, x, 2, 3, 3, y);
  EXPECT_EQ(y[0], 4);
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[2], 3);
  PoolAlongRef(PoolKind::kSum, x, 2, 2, 3, y);
  EXPECT_EQ(y[0], -1);
  EXPECT_EQ(y[1], 7);
  EXPECT_EQ(y[2], -6);
}

}  // namespace
}  // namespace dc::runtime
