#include "train/kernels/winograd_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels/winograd_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef DC_TRAIN_KERNELS_WINOGRAD_KERNELS_ONCE_
#define DC_TRAIN_KERNELS_WINOGRAD_KERNELS_ONCE_
namespace dc::train {

constexpr int64_t kPositions = 36;  // of a transformed tile
// Tiles come in multiples of what the largest product takes.
constexpr int64_t kTileStep = 16;
// What is transformed at once should stay in the second-level cache.
constexpr int64_t kWorkFloats = 120000;

// Tiles that are transformed at once.
inline int64_t ChunkOf(const WinogradShape& s) {
  const int64_t most =
      std::max(kTileStep, kWorkFloats / (kPositions * (s.in_channels + s.out_channels)));
  const int64_t chunks = (s.Tiles() + most - 1) / most;
  const int64_t tiles = (s.Tiles() + chunks - 1) / chunks;
  return (tiles + kTileStep - 1) / kTileStep * kTileStep;
}

// Floats from one position to the next: a cache line more than a chunk has, so that the 36 of a
// tile do not meet in one set of the cache.
inline int64_t PositionStep(int64_t chunk, int64_t channels) { return chunk * channels + 16; }

}  // namespace dc::train
#endif  // DC_TRAIN_KERNELS_WINOGRAD_KERNELS_ONCE_

HWY_BEFORE_NAMESPACE();
namespace dc::train {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

constexpr float kP = 0.70710678f, kQ = 1.41421356f;  // the points beside 0 and infinity
constexpr float kOfP = -1 / 1.5f, kOfQ = 1 / 6.0f;   // 1 over the product of their distances

HWY_INLINE V Times(V v, float factor) { return hn::Mul(v, hn::Set(D(), factor)); }
HWY_INLINE V Plus(V sum, V v, float factor) { return hn::MulAdd(v, hn::Set(D(), factor), sum); }

// B^T, six inputs to six positions.
HWY_INLINE void TransformInput(const V d[6], V t[6]) {
  t[0] = Plus(hn::Add(d[0], d[4]), d[2], -2.5f);
  const V even_p = Plus(d[4], d[2], -2.0f), odd_p = Times(Plus(d[3], d[1], -2.0f), kP);
  t[1] = hn::Add(even_p, odd_p);
  t[2] = hn::Sub(even_p, odd_p);
  const V even_q = Plus(d[4], d[2], -0.5f), odd_q = Times(Plus(d[3], d[1], -0.5f), kQ);
  t[3] = hn::Add(even_q, odd_q);
  t[4] = hn::Sub(even_q, odd_q);
  t[5] = Plus(hn::Add(d[1], d[5]), d[3], -2.5f);
}

// A^T, six positions to four outputs.
HWY_INLINE void TransformOutput(const V m[6], V y[4]) {
  const V sum_p = hn::Add(m[1], m[2]), difference_p = Times(hn::Sub(m[1], m[2]), kP);
  const V sum_q = hn::Add(m[3], m[4]), difference_q = Times(hn::Sub(m[3], m[4]), kQ);
  y[0] = hn::Add(m[0], hn::Add(sum_p, sum_q));
  y[1] = hn::Add(difference_p, difference_q);
  y[2] = Plus(Times(sum_p, 0.5f), sum_q, 2.0f);
  y[3] = Plus(Plus(m[5], difference_p, 0.5f), difference_q, 2.0f);
}

// A, four gradients of outputs to those of six positions.
HWY_INLINE void TransformOutputGradient(const V y[4], V m[6]) {
  m[0] = y[0];
  const V even_p = Plus(y[0], y[2], 0.5f), odd_p = Times(Plus(y[1], y[3], 0.5f), kP);
  m[1] = hn::Add(even_p, odd_p);
  m[2] = hn::Sub(even_p, odd_p);
  const V even_q = Plus(y[0], y[2], 2.0f), odd_q = Times(Plus(y[1], y[3], 2.0f), kQ);
  m[3] = hn::Add(even_q, odd_q);
  m[4] = hn::Sub(even_q, odd_q);
  m[5] = y[3];
}

// G, three weights to six positions.
HWY_INLINE void TransformWeights(const V w[3], V m[6]) {
  m[0] = w[0];
  const V even_p = Times(Plus(w[0], w[2], 0.5f), kOfP), odd_p = Times(w[1], kOfP * kP);
  m[1] = hn::Add(even_p, odd_p);
  m[2] = hn::Sub(even_p, odd_p);
  const V even_q = Times(Plus(w[0], w[2], 2.0f), kOfQ), odd_q = Times(w[1], kOfQ * kQ);
  m[3] = hn::Add(even_q, odd_q);
  m[4] = hn::Sub(even_q, odd_q);
  m[5] = w[2];
}

// G^T, the gradients of six positions to those of three weights.
HWY_INLINE void TransformWeightGradient(const V m[6], V w[3]) {
  const V sum_p = Times(hn::Add(m[1], m[2]), kOfP);
  const V sum_q = Times(hn::Add(m[3], m[4]), kOfQ);
  w[0] = hn::Add(m[0], hn::Add(sum_p, sum_q));
  w[1] = Plus(Times(hn::Sub(m[1], m[2]), kOfP * kP), hn::Sub(m[3], m[4]), kOfQ * kQ);
  w[2] = Plus(Plus(m[5], sum_p, 0.5f), sum_q, 2.0f);
}

// A transform of kFrom x kFrom values in both directions: store(i, j, value) gets kTo x kTo.
template <int kFrom, int kTo, typename Load, typename Transform, typename Store>
HWY_INLINE void Transform2D(const Load& load, const Transform& transform, const Store& store) {
  V half[kTo][kFrom];
#pragma GCC unroll 6
  for (int j = 0; j < kFrom; ++j) {
    V from[kFrom], to[kTo];
#pragma GCC unroll 6
    for (int i = 0; i < kFrom; ++i) from[i] = load(i, j);
    transform(from, to);
#pragma GCC unroll 6
    for (int i = 0; i < kTo; ++i) half[i][j] = to[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < kTo; ++i) {
    V to[kTo];
    transform(half[i], to);
#pragma GCC unroll 6
    for (int j = 0; j < kTo; ++j) store(i, j, to[j]);
  }
}

// c[row][v] (+)= the sum over k of a[row * a_row + k * a_step] * b[k * b_step + v].
struct Product {
  int64_t depth, a_row, a_step, b_step, c_row;
  bool add;
};

template <int kRows, int kVectors>
HWY_INLINE void MultiplyTile(const Product& p, const float* HWY_RESTRICT a,
                             const float* HWY_RESTRICT b, float* HWY_RESTRICT c) {
  const D d;
  constexpr int64_t lanes = hn::MaxLanes(D());
  V sums[kRows][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = p.add ? hn::Load(d, c + r * p.c_row + v * lanes) : hn::Zero(d);
    }
  }
  for (int64_t k = 0; k < p.depth; ++k, a += p.a_step, b += p.b_step) {
    V values[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) values[v] = hn::Load(d, b + v * lanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const V factor = hn::Set(d, a[r * p.a_row]);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(factor, values[v], sums[r][v]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, c + r * p.c_row + v * lanes);
  }
}

template <int kRows, int kVectors>
HWY_INLINE void MultiplyRows(const Product& p, int64_t* row, int64_t rows, const float* a,
                             const float* b, float* c) {
  for (; rows - *row >= kRows; *row += kRows) {
    MultiplyTile<kRows, kVectors>(p, a + *row * p.a_row, b, c + *row * p.c_row);
  }
}

// `rows` and `columns` are multiples of 16.
void Multiply(const Product& p, int64_t rows, int64_t columns, const float* a, const float* b,
              float* c) {
  constexpr int64_t lanes = hn::MaxLanes(D());
  int64_t column = 0;
  for (; columns - column >= 2 * lanes; column += 2 * lanes) {
    int64_t row = 0;
    if (lanes == 16) {
      MultiplyRows<8, 2>(p, &row, rows, a, b + column, c + column);
    } else {
      MultiplyRows<6, 2>(p, &row, rows, a, b + column, c + column);
      MultiplyRows<4, 2>(p, &row, rows, a, b + column, c + column);
      MultiplyRows<2, 2>(p, &row, rows, a, b + column, c + column);
    }
  }
  if (column == columns) return;
  int64_t row = 0;
  MultiplyRows<16, 1>(p, &row, rows, a, b + column, c + column);
}

// Tiles of a batch in order: its images, of each the rows, of each the columns.
struct TilePlace {
  int64_t image, row, column;  // of its first output
};
TilePlace PlaceOf(const WinogradShape& s, int64_t tile) {
  const int64_t columns = s.TileColumns(), rows = s.TileRows();
  return {tile / columns / rows, tile / columns % rows * 4, tile % columns * 4};
}

// Channels in vectors, [image][block][height][width][lanes].
template <typename Float>
struct Planes {
  Float* values;
  int64_t channels, height, width;
  Float* At(int64_t image, int64_t channel, int64_t row, int64_t column) const {
    constexpr int64_t lanes = hn::MaxLanes(D());
    const int64_t block = image * (channels / lanes) + channel / lanes;
    return values + ((block * height + row) * width + column) * lanes;
  }
  bool IsInside(int64_t row, int64_t column) const {
    return row >= 0 && row < height && column >= 0 && column < width;
  }
};

// Transforms kFrom x kFrom values from each tile on to `to`: [36][chunk][channels]. What is past
// the last tile becomes zero.
template <int kFrom, typename Transform>
void TransformTiles(const WinogradShape& s, const Planes<const float>& from, int64_t first,
                    int64_t chunk, int64_t pad_top, int64_t pad_left, const Transform& transform,
                    float* to) {
  const D d;
  constexpr int64_t lanes = hn::MaxLanes(D());
  const int64_t channels = from.channels, step = PositionStep(chunk, channels);
  for (int64_t t = 0; t < chunk; ++t) {
    float* out = to + t * channels;
    if (first + t >= s.Tiles()) {
      for (int64_t p = 0; p < kPositions; ++p) std::fill_n(out + p * step, channels, 0.0f);
      continue;
    }
    const TilePlace place = PlaceOf(s, first + t);
    const int64_t row = place.row - pad_top, column = place.column - pad_left;
    const bool whole =
        from.IsInside(row, column) && from.IsInside(row + kFrom - 1, column + kFrom - 1);
    for (int64_t c = 0; c < channels; c += lanes) {
      const auto store = [&](int i, int j, V v) { hn::Store(v, d, out + (i * 6 + j) * step + c); };
      if (whole) {
        const float* base = from.At(place.image, c, row, column);
        const auto load = [&](int i, int j) {
          return hn::Load(d, base + (i * from.width + j) * lanes);
        };
        Transform2D<kFrom, 6>(load, transform, store);
      } else {
        const auto load = [&](int i, int j) {
          if (!from.IsInside(row + i, column + j)) return hn::Zero(d);
          return hn::Load(d, from.At(place.image, c, row + i, column + j));
        };
        Transform2D<kFrom, 6>(load, transform, store);
      }
    }
  }
}

// Transforms the products of a chunk, [36][chunk][out_channels], to outputs.
void TransformOutputs(const WinogradShape& s, const float* products, int64_t first, int64_t chunk,
                      const float* bias, float* y) {
  const D d;
  constexpr int64_t lanes = hn::MaxLanes(D());
  const int64_t step = PositionStep(chunk, s.out_channels);
  const Planes<float> to = {y, s.out_channels, s.out_height, s.out_width};
  const int64_t count = std::min(chunk, s.Tiles() - first);
  for (int64_t t = 0; t < count; ++t) {
    const TilePlace place = PlaceOf(s, first + t);
    for (int64_t c = 0; c < s.out_channels; c += lanes) {
      const float* from = products + t * s.out_channels + c;
      const V add = bias ? hn::Load(d, bias + c) : hn::Zero(d);
      float* base = to.At(place.image, c, place.row, place.column);
      const bool whole = to.IsInside(place.row + 3, place.column + 3);
      Transform2D<6, 4>([&](int i, int j) { return hn::Load(d, from + (i * 6 + j) * step); },
                        TransformOutput,
                        [&](int i, int j, V v) {
                          if (!whole && !to.IsInside(place.row + i, place.column + j)) return;
                          hn::Store(hn::Add(v, add), d, base + (i * s.out_width + j) * lanes);
                        });
    }
  }
}

void Weights(const WinogradShape& s, const float* weights, bool turned, float* transformed) {
  const D d;
  constexpr int64_t lanes = hn::MaxLanes(D());
  HWY_ALIGN float kernels[9 * lanes];
  const int64_t step = s.in_channels * s.out_channels;
  for (int64_t i = 0; i < s.in_channels; ++i) {
    for (int64_t o = 0; o < s.out_channels; o += lanes) {
      for (int64_t lane = 0; lane < lanes; ++lane) {
        const int64_t kernel =
            turned ? i * s.out_channels + o + lane : (o + lane) * s.in_channels + i;
        for (int64_t tap = 0; tap < 9; ++tap) {
          kernels[tap * lanes + lane] = weights[kernel * 9 + (turned ? 8 - tap : tap)];
        }
      }
      float* to = transformed + i * s.out_channels + o;
      Transform2D<3, 6>([&](int r, int k) { return hn::Load(d, kernels + (r * 3 + k) * lanes); },
                        TransformWeights,
                        [&](int r, int k, V v) { hn::Store(v, d, to + (r * 6 + k) * step); });
    }
  }
}

void Convolve(const WinogradShape& s, const float* x, const float* transformed, const float* bias,
              float* y, float* work) {
  const Planes<const float> input = {x, s.in_channels, s.in_height, s.in_width};
  const int64_t chunk = ChunkOf(s);
  const int64_t in_step = PositionStep(chunk, s.in_channels);
  const int64_t out_step = PositionStep(chunk, s.out_channels);
  float* products = work + kPositions * in_step;
  const Product product = {s.in_channels, s.in_channels, 1, s.out_channels, s.out_channels, false};
  for (int64_t first = 0; first < s.Tiles(); first += chunk) {
    TransformTiles<6>(s, input, first, chunk, s.pad_top, s.pad_left, TransformInput, work);
    for (int64_t p = 0; p < kPositions; ++p) {
      Multiply(product, chunk, s.out_channels, work + p * in_step,
               transformed + p * s.in_channels * s.out_channels, products + p * out_step);
    }
    TransformOutputs(s, products, first, chunk, bias, y);
  }
}

void WeightGradient(const WinogradShape& s, const float* x, const float* dy, float* sums, float* dw,
                    float* work) {
  const D d;
  constexpr int64_t lanes = hn::MaxLanes(D());
  const Planes<const float> input = {x, s.in_channels, s.in_height, s.in_width};
  const Planes<const float> gradient = {dy, s.out_channels, s.out_height, s.out_width};
  const int64_t chunk = ChunkOf(s), step = s.in_channels * s.out_channels;
  const int64_t in_step = PositionStep(chunk, s.in_channels);
  const int64_t out_step = PositionStep(chunk, s.out_channels);
  float* gradients = work + kPositions * in_step;
  Product product = {chunk, 1, s.in_channels, s.out_channels, s.out_channels, false};
  for (int64_t first = 0; first < s.Tiles(); first += chunk) {
    TransformTiles<6>(s, input, first, chunk, s.pad_top, s.pad_left, TransformInput, work);
    TransformTiles<4>(s, gradient, first, chunk, 0, 0, TransformOutputGradient, gradients);
    for (int64_t p = 0; p < kPositions; ++p) {
      Multiply(product, s.in_channels, s.out_channels, work + p * in_step, gradients + p * out_step,
               sums + p * step);
    }
    product.add = true;
  }
  HWY_ALIGN float kernels[9 * lanes];
  for (int64_t i = 0; i < s.in_channels; ++i) {
    for (int64_t o = 0; o < s.out_channels; o += lanes) {
      const float* from = sums + i * s.out_channels + o;
      Transform2D<6, 3>([&](int r, int k) { return hn::Load(d, from + (r * 6 + k) * step); },
                        TransformWeightGradient,
                        [&](int r, int k, V v) { hn::Store(v, d, kernels + (r * 3 + k) * lanes); });
      for (int64_t lane = 0; lane < lanes; ++lane) {
        float* to = dw + ((o + lane) * s.in_channels + i) * 9;
        for (int64_t tap = 0; tap < 9; ++tap) to[tap] = kernels[tap * lanes + lane];
      }
    }
  }
}

int64_t VectorLanes() { return hn::MaxLanes(D()); }

}  // namespace HWY_NAMESPACE
}  // namespace dc::train
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::train {

HWY_EXPORT(Weights);
HWY_EXPORT(Convolve);
HWY_EXPORT(WeightGradient);
HWY_EXPORT(VectorLanes);

int64_t WinogradLanes() {
  const int64_t lanes = HWY_DYNAMIC_DISPATCH(VectorLanes)();
  return lanes >= 8 ? lanes : 0;
}

size_t WinogradShape::WorkFloats() const {
  const int64_t chunk = ChunkOf(*this);
  return static_cast<size_t>(
      kPositions * (PositionStep(chunk, in_channels) + PositionStep(chunk, out_channels)));
}

void WinogradWeights(const WinogradShape& shape, const float* weights, bool turned,
                     float* transformed) {
  HWY_DYNAMIC_DISPATCH(Weights)(shape, weights, turned, transformed);
}

void WinogradConvolve(const WinogradShape& shape, const float* x, const float* transformed,
                      const float* bias, float* y, float* work) {
  HWY_DYNAMIC_DISPATCH(Convolve)(shape, x, transformed, bias, y, work);
}

void WinogradWeightGradient(const WinogradShape& shape, const float* x, const float* dy,
                            float* sums, float* dw, float* work) {
  HWY_DYNAMIC_DISPATCH(WeightGradient)(shape, x, dy, sums, dw, work);
}

}  // namespace dc::train
#endif  // HWY_ONCE
