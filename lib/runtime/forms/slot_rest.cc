#include "runtime/forms/slot_rest.h"

#include <algorithm>
#include <vector>

namespace dc::runtime {
namespace {

// Calls visit(row, column, code) for all survivors, by ascending columns in each row.
template <typename Visit>
void ForEachSurvivor(const SparseRows& source, bool transposed, const Visit& visit) {
  for (uint32_t line = 0; line < source.rows; ++line) {
    const uint32_t begin = line * source.columns;
    for (uint64_t i = source.begin[line]; i < source.begin[line + 1]; ++i) {
      const uint32_t place = source.positions[i] - begin;
      visit(transposed ? place : line, transposed ? line : place, source.codes[i]);
    }
  }
}

}  // namespace

RestMatrix LayOutRest(const SparseRows& source, bool transposed, std::span<const float> codebook,
                      size_t window, std::pmr::memory_resource* memory) {
  constexpr uint32_t kRows = RestMatrix::kRows;
  RestMatrix result(memory);
  result.rows = transposed ? source.columns : source.rows;
  result.columns = transposed ? source.rows : source.columns;
  result.survivors = source.positions.size();
  std::copy(codebook.begin(), codebook.end(), result.codebook.begin());
  // Behind the codebook there is a zero, if it has none.
  const auto zero =
      static_cast<uint32_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());

  std::vector<uint32_t> counts(result.rows, 0);
  ForEachSurvivor(source, transposed, [&](uint32_t row, uint32_t, uint16_t) { ++counts[row]; });
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
  std::vector<size_t> at(result.rows);
  for (size_t slot = 0; slot < result.slot_rows.size(); ++slot) {
    const uint32_t row = result.slot_rows[slot];
    if (row != result.rows) at[row] = result.slice_begin[slot / kRows] * kRows + slot % kRows;
  }
  ForEachSurvivor(source, transposed, [&](uint32_t row, uint32_t column, uint16_t code) {
    result.entries[at[row]] = column << RestMatrix::kCodeBits | code;
    at[row] += kRows;
  });
  return result;
}

SparseRows SurvivorsOf(const RestMatrix& w) {
  std::vector<size_t> slot_of(w.rows);
  for (size_t slot = 0; slot < w.slot_rows.size(); ++slot) {
    if (w.slot_rows[slot] != w.rows) slot_of[w.slot_rows[slot]] = slot;
  }
  SparseRows result;
  result.rows = w.rows;
  result.columns = w.columns;
  result.begin.push_back(0);
  result.Own(w.survivors);
  size_t count = 0;
  for (uint32_t row = 0; row < w.rows; ++row) {
    w.ForEachEntry(slot_of[row], [&](uint32_t column, uint32_t code) {
      if (w.codebook[code] == 0.0f) return;
      result.own_positions[count] = row * w.columns + column;
      result.own_codes[count++] = static_cast<uint16_t>(code);
    });
    result.begin.push_back(count);
  }
  return result;
}

}  // namespace dc::runtime
