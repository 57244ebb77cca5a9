#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/kernels/depthwise.h"

namespace dc::runtime {
namespace {

// The axis of `size` inputs with pads of `pad` at both ends.
DepthwiseAxis Axis(size_t size, size_t kernel, size_t stride, size_t dilation, size_t pad) {
  DepthwiseAxis axis{
      .in = size, .kernel = kernel, .stride = stride, .dilation = dilation, .pad = pad};
  axis.out = (size + 2 * pad - axis.extent()) / stride + 1;
  return axis;
}

// A bound of what the sums of each filter add up, in magnitude.
std::vector<float> Magnitudes(const DepthwiseShape& shape, const std::vector<float>& filters,
                              const std::vector<float>& x) {
  float largest = 0;
  for (float value : x) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  std::vector<float> result(filters.size() / shape.taps());
  for (size_t i = 0; i < filters.size(); ++i) {
    result[i / shape.taps()] += largest * std::abs(filters[i]);
  }
  return result;
}

void Check(DepthwiseShape shape, Rng& rng, bool finite) {
  constexpr size_t kChannels = 3;
  const size_t filters = kChannels * shape.filters_per_channel;
  std::vector<float> x = RandomFloats(kChannels * shape.in_size() + kReadSlack, rng);
  if (!finite) MakeSomeNotFinite(&x, rng);
  const std::vector<float> w = RandomFloats(filters * shape.taps(), rng);
  const std::vector<float> bias = RandomFloats(filters, rng);
  const Epilogue epilogue{.bias = bias.data(), .low = -2, .high = 3};
  // What scratch memory holds does not matter.
  std::vector<float> scratch(shape.ScratchFloats(), std::numeric_limits<float>::quiet_NaN());
  const size_t size = filters * shape.out_size();
  std::vector<float> expected(size + 1, 77.0f), actual(size + 1, 77.0f);
  DepthwisePlanesRef(shape, 0, filters, w.data(), epilogue, x.data(), nullptr, expected.data());
  const size_t part = filters / 2;
  DepthwisePlanesSimd(shape, part, filters, w.data(), epilogue, x.data(), scratch.data(),
                      actual.data());
  DepthwisePlanesSimd(shape, 0, part, w.data(), epilogue, x.data(), scratch.data(), actual.data());
  const std::vector<float> magnitudes = Magnitudes(shape, w, x);
  for (size_t i = 0; i < size; ++i) {
    ExpectSameSum(actual[i], expected[i],
                  std::isfinite(expected[i]) ? magnitudes[i / shape.out_size()] : expected[i],
                  shape.taps());
    ASSERT_FALSE(testing::Test::HasFailure())
        << shape.y.in << "x" << shape.x.in << " kernel " << shape.y.kernel << "x" << shape.x.kernel
        << " stride " << shape.x.stride << " dilation " << shape.x.dilation << " pad "
        << shape.x.pad << " at " << i;
  }
  EXPECT_EQ(actual[size], 77.0f);
}

TEST(DepthwiseParityTest, OneSampleOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(1);
    for (const size_t width : {1, 2, 3, 7, 8, 15, 16, 17, 28, 33, 70}) {
      for (const size_t height : {1, 2, 4, 5, 14}) {
        for (const size_t kernel : {1, 2, 3, 5}) {
          for (const size_t stride : {1, 2, 3}) {
            for (const size_t dilation : {1, 2}) {
              const size_t pad =
                  (kernel - 1) * dilation / 2 + (dilation == 1 && kernel > 3 ? 3 : 0);
              const size_t extent = (kernel - 1) * dilation + 1;
              if (std::min(width, height) + 2 * pad < extent) continue;
              Check({.y = Axis(height, kernel, stride, dilation, pad),
                     .x = Axis(width, kernel, stride, dilation, pad),
                     .filters_per_channel = 1 + width % 2},
                    rng, height % 2 == 0);
            }
          }
        }
      }
    }
  });
}

TEST(DepthwiseParityTest, OtherShapesOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(2);
    // Other windows along the two axes, pads at the ends alone, none at all, and a wide plane.
    Check({.y = Axis(9, 3, 1, 1, 1), .x = Axis(20, 3, 2, 1, 0)}, rng, true);
    Check({.y = Axis(9, 3, 2, 1, 0), .x = Axis(20, 3, 1, 1, 0)}, rng, true);
    Check({.y = Axis(9, 1, 1, 1, 0), .x = Axis(40, 7, 1, 1, 3)}, rng, true);
    Check({.y = Axis(6, 3, 1, 2, 2), .x = Axis(20, 3, 1, 1, 1)}, rng, true);
    Check({.y = Axis(30, 3, 1, 1, 1), .x = Axis(1000, 3, 1, 1, 1)}, rng, true);
    Check({.y = Axis(8, 3, 2, 1, 40), .x = Axis(8, 3, 2, 1, 40)}, rng, true);
    DepthwiseAxis at_end = Axis(14, 3, 2, 1, 0);
    at_end.out = 7;
    Check({.y = at_end, .x = at_end}, rng, true);
  });
}

TEST(DepthwiseParityTest, SamplesBesideEachOtherOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(3);
    for (const size_t lanes : {16, 32, 64, 80}) {
      for (const size_t size : {1, 2, 5, 8}) {
        for (const size_t stride : {1, 2}) {
          for (const size_t dilation : {1, 2}) {
            Check({.y = Axis(size, 3, stride, dilation, dilation),
                   .x = Axis(size + 1, 3, stride, dilation, dilation + 1),
                   .filters_per_channel = 2,
                   .lanes = lanes},
                  rng, stride == 1);
          }
        }
      }
    }
  });
}

TEST(DepthwiseParityTest, ReferenceByHand) {
  // 1 2 3 with a zero on both sides, times (1, 10, 100).
  const float x[] = {1, 2, 3}, w[] = {1, 10, 100}, bias[] = {0.5f};
  float y[3];
  const DepthwiseShape shape{.y = Axis(1, 1, 1, 1, 0), .x = Axis(3, 3, 1, 1, 1)};
  DepthwisePlanesRef(shape, 0, 1, w, {.bias = bias, .high = 300}, x, nullptr, y);
  EXPECT_EQ(y[0], 210.5f);
  EXPECT_EQ(y[1], 300);
  EXPECT_EQ(y[2], 32.5f);
}

}  // namespace
}  // namespace dc::runtime
