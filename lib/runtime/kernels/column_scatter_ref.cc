#include <algorithm>

#include "runtime/kernels/column_scatter.h"

namespace dc::runtime {

size_t CollectActiveRef(const float* x, size_t count, uint32_t* active) {
  size_t found = 0;
  for (size_t i = 0; i < count; ++i) {
    active[found] = static_cast<uint32_t>(i);
    found += x[i] != 0.0f;
  }
  return found;
}

void ColumnScatterRef(const ColumnMatrix& w, size_t first_band, size_t last_band,
                      std::span<const uint32_t> active, const float* x, const Epilogue& epilogue,
                      float* y) {
  for (size_t band = first_band; band < last_band; ++band) {
    const size_t first_row = band * w.band_rows;
    const size_t last_row = std::min<size_t>(w.rows, first_row + w.band_rows);
    std::fill(y + first_row, y + last_row, 0.0f);
    for (const uint32_t column : active) {
      const size_t place = band * w.columns + column;
      for (uint32_t i = w.begin[place]; i < w.begin[place + 1]; ++i) {
        y[first_row + w.entry_rows[i]] += w.codebook[w.entry_codes[i]] * x[column];
      }
    }
    for (size_t row = first_row; row < last_row; ++row) y[row] = epilogue(row, y[row]);
  }
}

}  // namespace dc::runtime
