#include "train/kernels/lane_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/lane_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dc::train {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Lanes = hn::CappedTag<float, kLanes>;
using Vector = hn::Vec<Lanes>;

// Pixels or taps a kernel handles at once: 4 * kMaxTile sums must fit the registers.
constexpr int64_t kMaxTile = HWY_TARGET <= HWY_AVX3 || HWY_TARGET >= HWY_NEON ? 6 : 3;

// Input rows that output row `y` reads: kernel rows [first, last).
struct Rows {
  int64_t first, last;
};
Rows RowsInside(const LaneShape& s, int64_t y) {
  return {std::max<int64_t>(0, s.pad_top - y),
          std::min<int64_t>(s.kernel_h, s.in_height + s.pad_top - y)};
}

// kTile pixels from (y, x) of the 4 channels of `block`, for the images from `lane` on.
template <int kTile>
void ConvolveTile(const LaneShape& s, int64_t block, int64_t y, int64_t x, int64_t lane,
                  const float* input, const float* weights, const float* bias, float* output) {
  const Lanes d;
  Vector sums[kLaneBlock][kTile];
#pragma GCC unroll 4
  for (int64_t o = 0; o < kLaneBlock; ++o) {
#pragma GCC unroll 6
    for (int t = 0; t < kTile; ++t) sums[o][t] = hn::Set(d, bias[block * kLaneBlock + o]);
  }
  const Rows rows = RowsInside(s, y);
  for (int64_t c = 0; c < s.in_channels; ++c) {
    for (int64_t r = rows.first; r < rows.last; ++r) {
      const float* w =
          weights + ((block * s.in_channels + c) * s.Taps() + r * s.kernel_w) * kLaneBlock;
      const float* in =
          input + ((c * s.in_height + y + r - s.pad_top) * s.in_width + x) * kLanes + lane;
      for (int64_t k = 0; k < s.kernel_w; ++k, w += kLaneBlock, in += kLanes) {
        Vector pixels[kTile];
#pragma GCC unroll 6
        for (int t = 0; t < kTile; ++t) pixels[t] = hn::Load(d, in + t * kLanes);
#pragma GCC unroll 4
        for (int64_t o = 0; o < kLaneBlock; ++o) {
          const Vector weight = hn::Set(d, w[o]);
#pragma GCC unroll 6
          for (int t = 0; t < kTile; ++t) sums[o][t] = hn::MulAdd(weight, pixels[t], sums[o][t]);
        }
      }
    }
  }
  const int64_t plane = s.out_height * s.out_width;
  const int64_t count = std::min(kLaneBlock, s.out_channels - block * kLaneBlock);
  float* out = output + (block * kLaneBlock * plane + y * s.out_width + x) * kLanes + lane;
#pragma GCC unroll 4
  for (int64_t o = 0; o < kLaneBlock; ++o) {
    if (o >= count) break;
#pragma GCC unroll 6
    for (int t = 0; t < kTile; ++t) hn::Store(sums[o][t], d, out + (o * plane + t) * kLanes);
  }
}

// Adds to sums[tap][4][16] the products of the rows [begin, end) of dy with the input, for kTile
// taps from `tap` on of kernel row r and the images from `lane` on.
template <int kTile>
void GradientTile(const LaneShape& s, int64_t channels, int64_t begin, int64_t end, int64_t r,
                  int64_t tap, int64_t lane, const float* x, const float* dy, float* sums_at) {
  const Lanes d;
  const int64_t plane = s.out_height * s.out_width * kLanes;
  float* at = sums_at + (r * s.kernel_w + tap) * kLaneBlock * kLanes + lane;
  Vector sums[kTile][kLaneBlock];
#pragma GCC unroll 6
  for (int t = 0; t < kTile; ++t) {
#pragma GCC unroll 4
    for (int64_t o = 0; o < kLaneBlock; ++o) {
      sums[t][o] = hn::Load(d, at + (t * kLaneBlock + o) * kLanes);
    }
  }
  // A block with fewer channels reads its first one again; those sums are not used.
  const int64_t step[kLaneBlock] = {0, channels > 1 ? plane : 0, channels > 2 ? 2 * plane : 0,
                                    channels > 3 ? 3 * plane : 0};
  for (int64_t y = begin; y < end; ++y) {
    const int64_t row = y + r - s.pad_top;
    if (row < 0 || row >= s.in_height) continue;
    const float* in = x + (row * s.in_width + tap) * kLanes + lane;
    const float* g = dy + y * s.out_width * kLanes + lane;
    for (int64_t i = 0; i < s.out_width; ++i, in += kLanes, g += kLanes) {
      Vector gradients[kLaneBlock];
#pragma GCC unroll 4
      for (int64_t o = 0; o < kLaneBlock; ++o) gradients[o] = hn::Load(d, g + step[o]);
#pragma GCC unroll 6
      for (int t = 0; t < kTile; ++t) {
        const Vector pixel = hn::Load(d, in + t * kLanes);
#pragma GCC unroll 4
        for (int64_t o = 0; o < kLaneBlock; ++o) {
          sums[t][o] = hn::MulAdd(pixel, gradients[o], sums[t][o]);
        }
      }
    }
  }
#pragma GCC unroll 6
  for (int t = 0; t < kTile; ++t) {
#pragma GCC unroll 4
    for (int64_t o = 0; o < kLaneBlock; ++o) {
      hn::Store(sums[t][o], d, at + (t * kLaneBlock + o) * kLanes);
    }
  }
}

// Calls tile.operator()<n>(start) for tiles of nearly one size, n <= kMaxTile, that cover `count`.
template <typename Tile>
void ForEachTile(int64_t count, const Tile& tile) {
  const int64_t tiles = (count + kMaxTile - 1) / kMaxTile;
  for (int64_t i = 0; i < tiles; ++i) {
    const int64_t start = count * i / tiles;
    switch (count * (i + 1) / tiles - start) {
      case 1:
        tile.template operator()<1>(start);
        break;
      case 2:
        tile.template operator()<2>(start);
        break;
      case 3:
        tile.template operator()<3>(start);
        break;
      case 4:
        tile.template operator()<4>(start);
        break;
      case 5:
        tile.template operator()<5>(start);
        break;
      case 6:
        tile.template operator()<6>(start);
        break;
    }
  }
}

void Convolve(const LaneShape& s, const float* x, const float* weights, const float* bias,
              float* y) {
  const int64_t vector = hn::Lanes(Lanes());
  for (int64_t row = 0; row < s.out_height; ++row) {
    ForEachTile(s.out_width, [&]<int kTile>(int64_t column) {
      for (int64_t block = 0; block < s.Blocks(); ++block) {
        for (int64_t lane = 0; lane < kLanes; lane += vector) {
          ConvolveTile<kTile>(s, block, row, column, lane, x, weights, bias, y);
        }
      }
    });
  }
}

void WeightGradient(const LaneShape& s, int64_t groups, const float* x, int64_t x_step,
                    const float* dy, int64_t dy_step, float* sums, float* dw) {
  const int64_t vector = hn::Lanes(Lanes());
  const int64_t plane = s.out_height * s.out_width * kLanes;
  // Rows of dy (4 channels of them) that stay in the first-level cache over all taps.
  const int64_t row_bytes = kLaneBlock * s.out_width * kLanes * int64_t{sizeof(float)};
  const int64_t rows = std::max<int64_t>(1, 16384 / row_bytes);
  for (int64_t block = 0; block < s.Blocks(); ++block) {
    const int64_t channels = std::min(kLaneBlock, s.out_channels - block * kLaneBlock);
    for (int64_t c = 0; c < s.in_channels; ++c) {
      std::fill(sums, sums + s.Taps() * kLaneBlock * kLanes, 0.0f);
      for (int64_t g = 0; g < groups; ++g) {
        const float* in = x + g * x_step + c * s.in_height * s.in_width * kLanes;
        const float* gradient = dy + g * dy_step + block * kLaneBlock * plane;
        for (int64_t begin = 0; begin < s.out_height; begin += rows) {
          const int64_t end = std::min(begin + rows, s.out_height);
          for (int64_t r = 0; r < s.kernel_h; ++r) {
            ForEachTile(s.kernel_w, [&]<int kTile>(int64_t tap) {
              for (int64_t lane = 0; lane < kLanes; lane += vector) {
                GradientTile<kTile>(s, channels, begin, end, r, tap, lane, in, gradient, sums);
              }
            });
          }
        }
      }
      const Lanes d;
      for (int64_t o = 0; o < channels; ++o) {
        float* to = dw + ((block * kLaneBlock + o) * s.in_channels + c) * s.Taps();
        for (int64_t tap = 0; tap < s.Taps(); ++tap) {
          const float* from = sums + (tap * kLaneBlock + o) * kLanes;
          Vector sum = hn::Load(d, from);
          for (int64_t lane = vector; lane < kLanes; lane += vector) {
            sum = hn::Add(sum, hn::Load(d, from + lane));
          }
          to[tap] = hn::GetLane(hn::SumOfLanes(d, sum));
        }
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::train
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::train {

HWY_EXPORT(Convolve);
HWY_EXPORT(WeightGradient);

void LaneConvolve(const LaneShape& shape, const float* x, const float* weights, const float* bias,
                  float* y) {
  HWY_DYNAMIC_DISPATCH(Convolve)(shape, x, weights, bias, y);
}

void LaneWeightGradient(const LaneShape& shape, int64_t groups, const float* x, int64_t x_step,
                        const float* dy, int64_t dy_step, float* sums, float* dw) {
  HWY_DYNAMIC_DISPATCH(WeightGradient)(shape, groups, x, x_step, dy, dy_step, sums, dw);
}

}  // namespace dc::train
#endif  // HWY_ONCE
