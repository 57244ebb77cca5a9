#include "runtime/kernels/lane_transpose.h"

#include <algorithm>
#include <cstring>

namespace dc::runtime {
namespace {

// Columns that are moved before the next rows: one cache line of each row is touched.
constexpr size_t kTile = 16;

// Four floats that the compiler keeps in a register; every machine that it knows can shuffle them.
using Four = float __attribute__((vector_size(16)));

Four Load(const float* from) {
  Four result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

void Store(Four value, float* to) { std::memcpy(to, &value, sizeof(value)); }

// out[c * out_stride + r] = in[r * in_stride + c] for 4 x 4 elements.
void TransposeFour(const float* in, size_t in_stride, float* out, size_t out_stride) {
  const Four a = Load(in), b = Load(in + in_stride);
  const Four c = Load(in + 2 * in_stride), d = Load(in + 3 * in_stride);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  Store(__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5), out);
  Store(__builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7), out + out_stride);
  Store(__builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5), out + 2 * out_stride);
  Store(__builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7), out + 3 * out_stride);
}

// out[c * out_stride + r] = in[r * in_stride + c] for rows x columns elements.
void Transpose(const float* in, size_t in_stride, size_t rows, size_t columns, float* out,
               size_t out_stride) {
  for (size_t first = 0; first < columns; first += kTile) {
    const size_t last = std::min(first + kTile, columns);
    for (size_t r = 0; r < rows; r += 4) {
      size_t c = first;
      if (r + 4 <= rows) {
        for (; c + 4 <= last; c += 4) {
          TransposeFour(in + r * in_stride + c, in_stride, out + c * out_stride + r, out_stride);
        }
      }
      for (; c < last; ++c) {
        for (size_t i = r; i < std::min(r + 4, rows); ++i) {
          out[c * out_stride + i] = in[i * in_stride + c];
        }
      }
    }
  }
}

}  // namespace

void ToLanes(const float* in, size_t samples, size_t size, size_t lanes, float* out) {
  if (lanes == 1) {
    std::copy(in, in + size, out);
    return;
  }
  Transpose(in, size, samples, size, out, lanes);
  if (samples == lanes) return;
  for (size_t i = 0; i < size; ++i) {
    std::fill(out + i * lanes + samples, out + (i + 1) * lanes, 0.0f);
  }
}

void FromLanes(const float* in, size_t samples, size_t size, size_t lanes, float* out) {
  Transpose(in, lanes, size, samples, out, size);
}

}  // namespace dc::runtime
