#include "runtime/forms/slot_rest.h"

#include <algorithm>

namespace dc::runtime {
RestMatrix LayOutRest(const SparseRows& source, bool transposed, std::span<const float> codebook,
                      size_t window, std::pmr::memory_resource* memory) {
  constexpr uint32_t kRows = RestMatrix::kRows;
  RestMatrix result(memory);
  result.rows = transposed ? source.columns : source.rows;
  result.columns = transposed ? source.rows : source.columns;
  std::copy(codebook.begin(), codebook.end(), result.codebook.begin());
  // Behind the codebook there is a zero, if it has none.
  const auto zero =
      static_cast<uint32_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());

  const auto line_of = [&](size_t i) { return source.positions[i] / source.columns; };
  const auto place_of = [&](size_t i) { return source.positions[i] % source.columns; };
  const auto row_of = [&](size_t i) { return transposed ? place_of(i) : line_of(i); };
  const auto column_of = [&](size_t i) { return transposed ? line_of(i) : place_of(i); };
  std::vector<uint32_t> counts(result.rows, 0);
  for (size_t i = 0; i < source.positions.size(); ++i) ++counts[row_of(i)];
  const size_t slices = (size_t{result.rows} + kRows - 1) / kRows;
  result.slot_rows.assign(slices * kRows, result.rows);
  for (size_t first = 0; first < result.rows; first += window * kRows) {
    const size_t last = std::min<size_t>(first + window * kRows, result.rows);
    const std::vector<uint32_t> order = MostFirst(std::span(counts).subspan(first, last - first));
    std::transform(order.begin(), order.end(), &result.slot_rows[first],
                   [&](uint32_t row) { return static_cast<uint32_t>(first) + row; });
  }
  result.slice_begin.assign(slices + 1, 0);
  for (size_t s = 0; s < slices; ++s) {
    // The first row of a slice is its longest.
    result.slice_begin[s + 1] = result.slice_begin[s] + counts[result.slot_rows[s * kRows]];
  }
  result.entries.assign(result.slice_begin.back() * kRows, zero);
  // Where the next entry of each row goes.
  std::vector<size_t> at = SlotOfRows(result.slot_rows, result.rows);
  for (size_t& slot : at) slot = result.slice_begin[slot / kRows] * kRows + slot % kRows;
  for (size_t i = 0; i < source.positions.size(); ++i) {
    size_t& entry = at[row_of(i)];
    result.entries[entry] = column_of(i) << RestMatrix::kCodeBits | source.codes[i];
    entry += kRows;
  }
  return result;
}

std::vector<size_t> SlotOfRows(std::span<const uint32_t> slot_rows, uint32_t rows) {
  std::vector<size_t> slot_of(rows);
  for (size_t slot = 0; slot < slot_rows.size(); ++slot) {
    if (slot_rows[slot] != rows) slot_of[slot_rows[slot]] = slot;
  }
  return slot_of;
}

}  // namespace dc::runtime
