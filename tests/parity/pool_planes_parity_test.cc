#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/kernels/pool_planes.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {
namespace {

void Check(PoolWindows windows, Rng& rng, bool finite = true) {
  if (finite) Check(windows, rng, false);
  const size_t pitch = windows.Width() + 3;
  windows.tap_step_y *= pitch;
  windows.stride_y *= pitch;
  const size_t last = (windows.rows - 1) * windows.stride_y +
                      (windows.kernel_y - 1) * windows.tap_step_y + windows.Width();
  std::vector<float> x = RandomFloats(last * windows.lanes + kReadSlack, rng);
  if (!finite) MakeSomeNotFinite(&x, rng);
  std::vector<float> line(windows.Width() * windows.lanes + kReadSlack);
  windows.out_pitch = windows.columns + 2;
  for (const PoolKind kind : {PoolKind::kMaximum, PoolKind::kAverage}) {
    windows.kind = kind;
    const size_t size = windows.rows * windows.out_pitch * windows.lanes;
    std::vector<float> expected(size, 77.0f), actual(size, 77.0f);
    PoolPlaneRef(windows, x.data(), nullptr, expected.data());
    PoolPlaneSimd(windows, x.data(), line.data(), actual.data());
    for (size_t i = 0; i < size; ++i) {
      SCOPED_TRACE(i);
      if (!std::isfinite(expected[i])) {
        ExpectSame(actual[i], expected[i]);
        continue;
      }
      // Sums are taken in another order.
      EXPECT_NEAR(actual[i], expected[i], kind == PoolKind::kMaximum ? 0.0f : 2e-6f)
          << windows.columns << " windows of " << windows.kernel_x << " by " << windows.stride_x
          << ", " << windows.lanes << " lanes, at " << i;
    }
  }
}

TEST(PoolPlanesParityTest, OneSampleOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(1);
    for (size_t columns : {1, 2, 3, 7, 8, 12, 15, 16, 17, 31, 33, 55}) {
      for (size_t kernel : {1, 2, 3, 4, 5, 7}) {
        for (size_t stride : {1, 2, 3}) {
          for (size_t dilation : {1, 2}) {
            Check({.kernel_y = 1 + kernel % 3,
                   .kernel_x = kernel,
                   .tap_step_y = dilation,
                   .tap_step_x = dilation,
                   .stride_y = stride,
                   .stride_x = stride,
                   .rows = 1 + columns % 3,
                   .columns = columns,
                   .scale = 0.1f},
                  rng);
          }
        }
      }
    }
  });
}

TEST(PoolPlanesParityTest, SamplesBesideEachOtherOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(2);
    for (size_t lanes : {16, 32, 64}) {
      for (size_t columns : {1, 2, 5}) {
        for (size_t stride : {1, 2, 3}) {
          Check({.lanes = lanes,
                 .kernel_y = 2,
                 .kernel_x = 3,
                 .tap_step_x = 1 + stride % 2,
                 .stride_y = stride,
                 .stride_x = stride,
                 .rows = 2,
                 .columns = columns,
                 .scale = 1.0f / 6},
                rng);
        }
      }
    }
  });
}

TEST(PoolPlanesParityTest, WholePlanesOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(3);
    for (const size_t kernel_x : {1, 3, 7, 13, 16, 17, 40}) {
      for (const size_t kernel_y : {1, 2, 7}) {
        PoolWindows windows{.kernel_y = kernel_y, .kernel_x = kernel_x, .tap_step_y = kernel_x};
        windows.scale = 1.0f / static_cast<float>(kernel_x * kernel_y);
        for (const bool finite : {true, false}) {
          std::vector<float> x = RandomFloats(kernel_x * kernel_y + kReadSlack, rng);
          if (!finite) MakeSomeNotFinite(&x, rng);
          for (const PoolKind kind : {PoolKind::kMaximum, PoolKind::kAverage}) {
            windows.kind = kind;
            float expected, actual;
            PoolPlaneRef(windows, x.data(), nullptr, &expected);
            PoolPlaneSimd(windows, x.data(), nullptr, &actual);
            if (!std::isfinite(expected)) {
              ExpectSame(actual, expected);
            } else {
              EXPECT_NEAR(actual, expected, kind == PoolKind::kMaximum ? 0.0f : 2e-6f);
            }
          }
        }
      }
    }
  });
}

TEST(PoolPlanesParityTest, ReferenceByHand) {
  const float x[] = {1, -2, 3, 4, 0, -6};
  float y[2];
  PoolPlaneRef({.kernel_y = 2, .kernel_x = 2, .tap_step_y = 3, .columns = 2}, x, nullptr, y);
  EXPECT_EQ(y[0], 4);
  EXPECT_EQ(y[1], 3);
  PoolPlaneRef(
      {.kind = PoolKind::kAverage, .kernel_x = 3, .stride_x = 3, .columns = 2, .scale = 0.5f}, x,
      nullptr, y);
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], -1);
}

}  // namespace
}  // namespace dc::runtime
