#include "runtime/kernels/sell_matrix.h"

#include <algorithm>
#include <numeric>

namespace dc::runtime {
namespace {

constexpr uint32_t kMaxGap = 255;
// Kernels load this many centroids into registers without asking how many there are.
constexpr size_t kMinCodebook = 64;

// Entries that the survivors of a row take, fillers included.
uint32_t EntriesOfRow(const SparseRows& source, uint32_t row) {
  const uint32_t* const positions = source.positions.data();
  const uint64_t end = source.begin[row + 1];
  uint64_t entries = end - source.begin[row];
  uint32_t last = row * source.columns;
  for (uint64_t i = source.begin[row]; i < end; ++i) {
    const uint32_t gap = positions[i] - last;
    if (gap > kMaxGap) [[unlikely]]
      entries += (gap - 1) / kMaxGap;
    last = positions[i];
  }
  return static_cast<uint32_t>(entries);
}

// Writes the entries of a row, `stride` apart.
template <typename Code>
void FillRow(const SparseRows& source, uint32_t row, size_t stride, uint8_t* gaps, Code* codes) {
  const uint32_t* const positions = source.positions.data();
  const uint16_t* const source_codes = source.codes.data();
  const uint64_t end = source.begin[row + 1];
  uint32_t last = row * source.columns;
  for (uint64_t i = source.begin[row]; i < end; ++i) {
    uint32_t gap = positions[i] - last;
    last = positions[i];
    for (; gap > kMaxGap; gap -= kMaxGap, gaps += stride, codes += stride) *gaps = kMaxGap;
    *gaps = static_cast<uint8_t>(gap);
    *codes = static_cast<Code>(source_codes[i]);
    gaps += stride;
    codes += stride;
  }
}

}  // namespace

int64_t SellMatrix::ResidentBytes() const {
  return static_cast<int64_t>(slot_rows.size() * sizeof(uint32_t) +
                              slice_begin.size() * sizeof(uint64_t) + gaps.size() + codes8.size() +
                              codes16.size() * sizeof(uint16_t) + codebook.size() * sizeof(float));
}

SparseRows SellMatrix::ToRows() const {
  std::vector<size_t> slot_of(rows);
  for (size_t slot = 0; slot < slots(); ++slot) {
    if (slot_rows[slot] != rows) slot_of[slot_rows[slot]] = slot;
  }
  SparseRows result;
  result.rows = rows;
  result.columns = columns;
  result.begin.push_back(0);
  result.Own(static_cast<size_t>(survivors));
  size_t count = 0;
  for (uint32_t row = 0; row < rows; ++row) {
    const size_t slice = slot_of[row] / kRows, lane = slot_of[row] % kRows;
    uint32_t position = row * columns;
    for (uint64_t step = slice_begin[slice]; step < slice_begin[slice + 1]; ++step) {
      const size_t entry = step * kRows + lane;
      position += gaps[entry];
      const uint32_t code = Code(entry);
      if (codebook[code] == 0.0f) continue;
      result.own_positions[count] = position;
      result.own_codes[count++] = static_cast<uint16_t>(code);
    }
    result.begin.push_back(count);
  }
  return result;
}

SellMatrix LayOutSell(const SparseRows& source, std::span<const float> codebook,
                      std::pmr::memory_resource* memory, size_t window) {
  constexpr uint32_t kRows = SellMatrix::kRows;
  SellMatrix result(memory);
  result.rows = source.rows;
  result.columns = source.columns;
  result.survivors = static_cast<int64_t>(source.positions.size());

  result.codebook.assign(codebook.begin(), codebook.end());
  const size_t zero =
      static_cast<size_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  if (zero == codebook.size()) result.codebook.push_back(0.0f);
  result.codebook_entries = static_cast<uint32_t>(result.codebook.size());
  result.codebook.resize(std::max(result.codebook.size(), kMinCodebook), 0.0f);

  std::vector<uint32_t> entries(source.rows);
  for (uint32_t row = 0; row < source.rows; ++row) entries[row] = EntriesOfRow(source, row);
  const size_t slices = (size_t{source.rows} + kRows - 1) / kRows;
  result.slot_rows.assign(slices * kRows, source.rows);
  const size_t window_rows = window == 0 ? source.rows : window * kRows;
  for (size_t first = 0; first < source.rows; first += window_rows) {
    const size_t last = std::min<size_t>(first + window_rows, source.rows);
    const std::vector<uint32_t> order = MostFirst(std::span(entries).subspan(first, last - first));
    std::transform(order.begin(), order.end(), &result.slot_rows[first],
                   [&](uint32_t row) { return static_cast<uint32_t>(first) + row; });
  }
  result.slice_begin.assign(slices + 1, 0);
  for (size_t s = 0; s < slices; ++s) {
    // The first slot of a slice is its longest.
    result.slice_begin[s + 1] = result.slice_begin[s] + entries[result.slot_rows[s * kRows]];
  }

  const size_t total = result.slice_begin.back() * kRows;
  result.gaps.assign(total, 0);
  const bool wide = result.codebook_entries > 256;
  const uint16_t filler = static_cast<uint16_t>(zero);
  if (wide) {
    result.codes16.assign(total, filler);
  } else {
    result.codes8.assign(total, static_cast<uint8_t>(filler));
  }
  for (size_t slot = 0; slot < result.slots(); ++slot) {
    const uint32_t row = result.slot_rows[slot];
    // Where no row has entries there is not even an address to write them to.
    if (row == source.rows || source.begin[row] == source.begin[row + 1]) continue;
    const size_t entry = result.slice_begin[slot / kRows] * kRows + slot % kRows;
    uint8_t* const gaps = result.gaps.data() + entry;
    if (wide) {
      FillRow(source, row, kRows, gaps, result.codes16.data() + entry);
    } else {
      FillRow(source, row, kRows, gaps, result.codes8.data() + entry);
    }
  }
  return result;
}

}  // namespace dc::runtime
