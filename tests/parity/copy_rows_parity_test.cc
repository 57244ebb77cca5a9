#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/kernels/copy_rows.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {
namespace {

TEST(CopyRowsParityTest, OnAllTargets) {
  OnEveryTarget([] {
    Rng rng(1);
    for (const size_t stride : {1, 2, 3, 4}) {
      for (size_t count = 0; count < 70; ++count) {
        const RowsToCopy rows{.rows = 1 + count % 3,
                              .from_pitch = count * stride + count % 2,
                              .to_pitch = count + 4 + stride % 2,
                              .before = count % 4,
                              .count = count,
                              .after = stride % 3,
                              .stride = stride};
        const std::vector<float> from = RandomFloats(rows.rows * rows.from_pitch + kReadSlack, rng);
        // What no row owns stays as it is.
        std::vector<float> expected(rows.rows * rows.to_pitch + 3, 77.0f), actual = expected;
        CopyRowsRef(rows, from.data(), expected.data());
        CopyRowsSimd(rows, from.data(), actual.data());
        EXPECT_EQ(actual, expected) << count << " by " << stride;
      }
    }
  });
}

TEST(CopyRowsParityTest, ReferenceByHand) {
  const float from[] = {1, 2, 3, 4};
  float to[5];
  CopyRowsRef({.before = 1, .count = 2, .after = 2, .stride = 2}, from, to);
  EXPECT_EQ(std::vector<float>(to, to + 5), (std::vector<float>{0, 1, 3, 0, 0}));
}

}  // namespace
}  // namespace dc::runtime
