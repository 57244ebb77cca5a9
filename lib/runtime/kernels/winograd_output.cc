#include <cstring>

#include "runtime/kernels/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/winograd_output.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/not_a_number-inl.h"
#include "runtime/kernels/winograd_points-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

#if DC_HAS_WINOGRAD

namespace {

constexpr size_t kTile = kOutputs * kOutputs * kLanes;  // floats

// A^T m: powers of the points.
HWY_ATTR HWY_INLINE void OutputPoints(const V m[kSide], V y[kOutputs]) {
  const V even_a = hn::Add(m[1], m[2]), odd_a = hn::Sub(m[1], m[2]);
  const V even_b = hn::Add(m[3], m[4]), odd_b = hn::Sub(m[3], m[4]);
  y[0] = hn::Add(hn::Add(m[0], even_a), even_b);
  y[1] = AddTimes(Times(kA, odd_a), kB, odd_b);
  y[2] = AddTimes(Times(kASquare, even_a), kBSquare, even_b);
  y[3] = hn::Add(AddTimes(Times(kA * kASquare, odd_a), kB * kBSquare, odd_b), m[5]);
}

// Transposes of 4 x 4 of the vectors at `from`, `step` floats apart: element i of vector v moves to
// flat[i % 4 * kLanes + i / 4 * 4 + v].
HWY_ATTR HWY_INLINE void TransposeByFour(const float* HWY_RESTRICT from, size_t step,
                                         float* HWY_RESTRICT flat) {
  const D d;
  const V v0 = hn::Load(d, from), v1 = hn::Load(d, from + step);
  const V v2 = hn::Load(d, from + 2 * step), v3 = hn::Load(d, from + 3 * step);
  const V even_low = hn::InterleaveLower(d, v0, v2), even_high = hn::InterleaveUpper(d, v0, v2);
  const V odd_low = hn::InterleaveLower(d, v1, v3), odd_high = hn::InterleaveUpper(d, v1, v3);
  hn::Store(hn::InterleaveLower(d, even_low, odd_low), d, flat);
  hn::Store(hn::InterleaveUpper(d, even_low, odd_low), d, flat + kLanes);
  hn::Store(hn::InterleaveLower(d, even_high, odd_high), d, flat + 2 * kLanes);
  hn::Store(hn::InterleaveUpper(d, even_high, odd_high), d, flat + 3 * kLanes);
}
constexpr size_t InFlat(size_t element) { return element % 4 * kLanes + element / 4 * 4; }

// Writes element i of `count` <= 4 vectors, `step` floats apart, to y[row * row_stride + i] for the
// first `rows` rows.
HWY_ATTR void StoreRows(const float* HWY_RESTRICT from, size_t step, size_t count, size_t rows,
                        size_t row_stride, float* HWY_RESTRICT y) {
  if (count < 4) {
    for (size_t row = 0; row < rows; ++row) {
      for (size_t i = 0; i < count; ++i) y[row * row_stride + i] = from[i * step + row];
    }
    return;
  }
  HWY_ALIGN float flat[4 * kLanes];
  TransposeByFour(from, step, flat);
  for (size_t row = 0; row < rows; ++row) {
    std::memcpy(y + row * row_stride, flat + InFlat(row), 4 * sizeof(float));
  }
}

// Writes four tiles of 4 x 4 outputs that are beside each other and inside the output, a cache line
// per row. False: they are not.
HWY_ATTR bool StoreTogether(const WinogradOutput& output, size_t first, size_t row, size_t rows,
                            const float* HWY_RESTRICT tiles) {
  const size_t y0 = first / output.tiles * 4, place = first % output.tiles;
  if (first + 4 > output.columns || place + 4 > output.tiles) return false;
  if (y0 + 4 > output.height || (place + 4) * 4 > output.width) return false;
  const size_t pitch = output.pitch, row_stride = output.row_stride;
  float* line = output.y + row * row_stride + y0 * pitch + place * 4;
  for (size_t i = 0; i < 4; ++i, line += pitch) {
    HWY_ALIGN float flat[4][4 * kLanes];
    for (size_t tile = 0; tile < 4; ++tile) {
      TransposeByFour(tiles + tile * kTile + i * kOutputs * kLanes, kLanes, flat[tile]);
    }
    float* HWY_RESTRICT y = line;
    for (size_t r = 0; r < rows; ++r, y += row_stride) {
      for (size_t tile = 0; tile < 4; ++tile) {
        std::memcpy(y + tile * 4, flat[tile] + InFlat(r), 4 * sizeof(float));
      }
    }
  }
  return true;
}

// Writes the tiles of `columns` <= 4 columns, which share a tile where there are several lanes.
HWY_ATTR void StoreTiles(const WinogradOutput& output, size_t first, size_t columns, size_t row,
                         size_t rows, const float* HWY_RESTRICT tiles) {
  const size_t lanes = output.lanes, row_stride = output.row_stride;
  for (size_t column = 0; column < (lanes == 1 ? columns : 1); ++column) {
    const size_t tile = (first + column) / lanes;
    const size_t y0 = tile / output.tiles * kOutputs, x0 = tile % output.tiles * kOutputs;
    const size_t height = HWY_MIN(kOutputs, output.height - y0);
    const size_t width = HWY_MIN(kOutputs, output.width - x0);
    for (size_t i = 0; i < height; ++i) {
      float* y = output.y + row * row_stride + (y0 + i) * output.pitch + x0 * lanes;
      const float* from = tiles + column * kTile + i * kOutputs * kLanes;
      if (lanes == 1) {
        StoreRows(from, kLanes, width, rows, row_stride, y);
        continue;
      }
      for (size_t j = 0; j < width; ++j) {
        StoreRows(from + j * kLanes, kTile, columns, rows, row_stride,
                  y + j * lanes + first % lanes);
      }
    }
  }
}

// The outputs of a column, kLanes rows of each, one after the other.
HWY_ATTR HWY_INLINE void Tile(const float* HWY_RESTRICT m, size_t position_stride, V scale, V bias,
                              V lo, V hi, float* HWY_RESTRICT tile) {
  const D d;
  V lines[kOutputs][kSide];
  for (size_t j = 0; j < kSide; ++j) {
    V values[kSide], points[kOutputs];
    for (size_t i = 0; i < kSide; ++i) {
      values[i] = hn::LoadU(d, m + (i * kSide + j) * position_stride);
    }
    OutputPoints(values, points);
    for (size_t i = 0; i < kOutputs; ++i) lines[i][j] = points[i];
  }
  for (size_t i = 0; i < kOutputs; ++i) {
    V points[kOutputs];
    OutputPoints(lines[i], points);
    for (size_t j = 0; j < kOutputs; ++j, tile += kLanes) {
      hn::Store(AtMost(hi, AtLeast(lo, hn::MulAdd(points[j], scale, bias))), d, tile);
    }
  }
}

}  // namespace

HWY_ATTR void TransformOutputTarget(const float* m, size_t position_stride,
                                    const Epilogue& epilogue, const WinogradOutput& output) {
  constexpr size_t kTogether = 4;
  const V lo = hn::Set(D(), epilogue.low), hi = hn::Set(D(), epilogue.high);
  HWY_ALIGN float tiles[kTogether * kTile];
  for (size_t first = 0; first < output.columns; first += kTogether) {
    const size_t columns = HWY_MIN(kTogether, output.columns - first);
    for (size_t row = 0; row < output.rows; row += kLanes) {
      const size_t rows = HWY_MIN(kLanes, output.rows - row);
      const V bias = LoadFirst(epilogue.bias + row, rows);
      const V scale = epilogue.scale ? LoadFirst(epilogue.scale + row, rows) : hn::Set(D(), 1.0f);
      for (size_t column = 0; column < columns; ++column) {
        Tile(m + (first + column) * kRows + row, position_stride, scale, bias, lo, hi,
             tiles + column * kTile);
      }
      if (output.lanes == 1 && StoreTogether(output, first, row, rows, tiles)) continue;
      StoreTiles(output, first, columns, row, rows, tiles);
    }
  }
}

#else

void TransformOutputTarget(const float*, size_t, const Epilogue&, const WinogradOutput&) {}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(TransformOutputTarget);

void WinogradTransformOutputSimd(const float* m, size_t position_stride, const Epilogue& epilogue,
                                 const WinogradOutput& output) {
  HWY_DYNAMIC_DISPATCH(TransformOutputTarget)(m, position_stride, epilogue, output);
}

}  // namespace dc::runtime
#endif
