#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/kernels/byte_permute.h"

namespace dc::runtime {

ByteRange QuantizeBytesRef(const float* x, size_t count, uint8_t* bytes) {
  float least = 0, most = 0;
  for (size_t i = 0; i < count; ++i) {
    least = std::min(least, x[i]);
    most = std::max(most, x[i]);
  }
  constexpr float kSteps = 255;
  ByteRange range;
  // In halves, as their difference may be infinite.
  const float half = most / kSteps * 0.5f - least / kSteps * 0.5f;
  if (half > 0) range.scale = 2 * half;
  const float inverse = 1 / range.scale;
  range.zero = static_cast<int32_t>(std::nearbyint(-least * inverse));
  for (size_t i = 0; i < count; ++i) {
    const auto nearest = static_cast<int32_t>(std::nearbyint(x[i] * inverse));
    bytes[i] = static_cast<uint8_t>(std::clamp(nearest + range.zero, 0, 255));
  }
  while (count % ByteMatrix::kColumns != 0) bytes[count++] = 0;
  return range;
}

void BytePermuteRef(const ByteMatrix& w, size_t first_slice, size_t last_slice,
                    const uint8_t* bytes, const ByteRange& range, const Epilogue& epilogue,
                    float* y) {
  const float scale = range.scale * w.scale;
  for (size_t slot = first_slice * ByteMatrix::kRows; slot < last_slice * ByteMatrix::kRows;
       ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    int32_t sum = 0;
    w.ForEachSlot(slot / ByteMatrix::kRows, slot % ByteMatrix::kRows,
                  [&](uint32_t column, uint32_t code) { sum += w.numbers[code] * bytes[column]; });
    sum -= range.zero * w.row_sums[slot];
    y[row] = epilogue(row, scale * static_cast<float>(sum));
  }
}

}  // namespace dc::runtime
