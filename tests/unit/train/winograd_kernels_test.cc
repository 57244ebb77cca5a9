// Winograd's method against the definition of a convolution, on every instruction set.
#include "train/kernels/winograd_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "unit/train/every_target.h"

namespace dc::train {
namespace {

// Where the layouts nChw8c and nChw16c have channel `c` of pixel (y, x).
size_t At(int64_t channels, int64_t height, int64_t width, int64_t image, int64_t c, int64_t y,
          int64_t x) {
  const int64_t lanes = WinogradLanes(), block = image * (channels / lanes) + c / lanes;
  return static_cast<size_t>(((block * height + y) * width + x) * lanes + c % lanes);
}

// Calls visit(place in x, place in y, place in the weights) for every product of the convolution.
template <typename Visit>
void ForEachProduct(const WinogradShape& s, const Visit& visit) {
  for (int64_t image = 0; image < s.batch; ++image) {
    for (int64_t o = 0; o < s.out_channels; ++o) {
      for (int64_t i = 0; i < s.in_channels; ++i) {
        for (int64_t y = 0; y < s.out_height; ++y) {
          for (int64_t x = 0; x < s.out_width; ++x) {
            for (int64_t tap = 0; tap < 9; ++tap) {
              const int64_t in_y = y + tap / 3 - s.pad_top, in_x = x + tap % 3 - s.pad_left;
              if (in_y < 0 || in_y >= s.in_height || in_x < 0 || in_x >= s.in_width) continue;
              visit(At(s.in_channels, s.in_height, s.in_width, image, i, in_y, in_x),
                    At(s.out_channels, s.out_height, s.out_width, image, o, y, x),
                    static_cast<size_t>((o * s.in_channels + i) * 9 + tap));
            }
          }
        }
      }
    }
  }
}

void ExpectNear(std::span<const float> values, const std::vector<double>& expected,
                double tolerance) {
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(values[i], expected[i], tolerance) << "value " << i;
  }
}

// Edges within tiles and on them, no padding, padding of one side, one vector of channels and more.
const WinogradShape kShapes[] = {{3, 16, 8, 8, 16, 8, 8, 1, 1},
                                 {2, 16, 7, 9, 48, 5, 7, 0, 0},
                                 {1, 32, 10, 6, 16, 10, 5, 2, 0},
                                 {40, 32, 4, 4, 32, 4, 4, 1, 1}};

TEST(WinogradKernels, MatchTheDefinition) {
  for (const WinogradShape& s : kShapes) {
    SCOPED_TRACE(testing::Message() << s.in_channels << " to " << s.out_channels << " channels");
    const AlignedFloats x = RandomFloats(s.batch * s.in_channels * s.in_height * s.in_width, 1);
    const AlignedFloats dy = RandomFloats(s.batch * s.out_channels * s.out_height * s.out_width, 2);
    const AlignedFloats w = RandomFloats(s.out_channels * s.in_channels * 9, 3);
    const AlignedFloats bias = RandomFloats(s.out_channels, 4);
    OnEveryTarget([&] {
      if (WinogradLanes() == 0) return;
      std::vector<double> y_expected(dy.size()), dw_expected(w.size()), dx_expected(x.size());
      ForEachProduct(s, [&](size_t at_x, size_t at_y, size_t at_w) {
        y_expected[at_y] += static_cast<double>(x.data()[at_x]) * w.data()[at_w];
        dw_expected[at_w] += static_cast<double>(x.data()[at_x]) * dy.data()[at_y];
        dx_expected[at_x] += static_cast<double>(dy.data()[at_y]) * w.data()[at_w];
      });
      std::vector<double> biased = y_expected;
      for (int64_t image = 0; image < s.batch; ++image) {
        for (int64_t o = 0; o < s.out_channels; ++o) {
          for (int64_t p = 0; p < s.out_height * s.out_width; ++p) {
            biased[At(s.out_channels, s.out_height, s.out_width, image, o, p / s.out_width,
                      p % s.out_width)] += bias.data()[o];
          }
        }
      }
      const WinogradShape back = {s.batch,     s.out_channels, s.out_height,
                                  s.out_width, s.in_channels,  s.in_height,
                                  s.in_width,  2 - s.pad_top,  2 - s.pad_left};
      AlignedFloats transformed(s.WeightFloats()), sums(s.WeightFloats());
      AlignedFloats work(std::max(s.WorkFloats(), back.WorkFloats()));
      AlignedFloats y(dy.size()), dw(w.size()), dx(x.size());
      WinogradWeights(s, w.data(), /*turned=*/false, transformed.data());
      WinogradConvolve(s, x.data(), transformed.data(), nullptr, y.data(), work.data());
      ExpectNear(y.span(), y_expected, 2e-4);
      WinogradConvolve(s, x.data(), transformed.data(), bias.data(), y.data(), work.data());
      ExpectNear(y.span(), biased, 2e-4);
      WinogradWeightGradient(s, x.data(), dy.data(), sums.data(), dw.data(), work.data());
      ExpectNear(dw.span(), dw_expected, 5e-4);
      WinogradWeights(back, w.data(), /*turned=*/true, transformed.data());
      WinogradConvolve(back, dy.data(), transformed.data(), nullptr, dx.data(), work.data());
      ExpectNear(dx.span(), dx_expected, 2e-4);
    });
  }
}

}  // namespace
}  // namespace dc::train
