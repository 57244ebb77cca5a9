#include "runtime/kernels/block_matrix.h"

#include <algorithm>
#include <array>
#include <memory>

namespace dc::runtime {
namespace {

constexpr uint32_t kMostWords = 4;
// Nanoseconds on the machine of the benchmarks: of one word of 16 rows (48 slots), of one block's
// inputs, of one entry of SELL-16, and of going over the rows a second time for the overflow.
constexpr double kWordCost = 4.2, kBlockCost = 1.0, kEntryCost = 0.21, kOverflowCost = 1000;

// One row in so many is counted before a layout is chosen.
constexpr uint32_t kSampledRows = 8;

// Survivors beyond 3 * words in any row and block, for words = 1 to kMostWords, about.
std::array<double, kMostWords + 1> CountOverflow(const SparseRows& source) {
  std::array<uint64_t, kMostWords + 1> overflow{};
  uint64_t counted = 0;
  for (uint32_t row = 0; row < source.rows; row += kSampledRows) {
    const uint32_t row_begin = row * source.columns;
    counted += source.begin[row + 1] - source.begin[row];
    uint32_t block = 0;
    uint64_t count = 0;
    for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
      const uint32_t own = (source.positions[i] - row_begin) / BlockMatrix::kColumns;
      count = own == block ? count + 1 : 1;
      block = own;
      for (uint64_t words = 1; words <= kMostWords; ++words) {
        overflow[words] += count > BlockMatrix::kSlots * words;
      }
    }
  }
  std::array<double, kMostWords + 1> result{};
  if (counted == 0) return result;
  const double scale = static_cast<double>(source.positions.size()) / static_cast<double>(counted);
  for (size_t words = 1; words <= kMostWords; ++words) {
    result[words] = scale * static_cast<double>(overflow[words]);
  }
  return result;
}

}  // namespace

int64_t BlockMatrix::ResidentBytes() const {
  return static_cast<int64_t>(slots.size() * sizeof(uint32_t) + codebook.size() * sizeof(float)) +
         overflow.ResidentBytes();
}

BlockChoice ChooseBlockWords(const SparseRows& source, uint32_t entries) {
  if (entries > BlockMatrix::kMaxEntries) return {};
  const auto overflow = CountOverflow(source);
  const double tiles =
      static_cast<double>((source.rows + BlockMatrix::kRows - 1) / BlockMatrix::kRows) *
      static_cast<double>((source.columns + BlockMatrix::kColumns - 1) / BlockMatrix::kColumns);
  constexpr double kMicroseconds = 1e-3;
  BlockChoice best;
  best.estimate = best.sell_estimate =
      kMicroseconds * kEntryCost * static_cast<double>(source.positions.size());
  for (uint32_t words = 1; words <= kMostWords; ++words) {
    const double cost = kMicroseconds * (kOverflowCost + tiles * (kBlockCost + kWordCost * words) +
                                         kEntryCost * overflow[words]);
    if (cost < best.estimate) {
      best.words = words;
      best.estimate = cost;
    }
  }
  return best;
}

BlockMatrix LayOutBlocks(const SparseRows& source, std::span<const float> codebook, uint32_t words,
                         std::pmr::memory_resource* memory) {
  BlockMatrix result(memory);
  result.rows = source.rows;
  result.columns = source.columns;
  result.words = words;
  result.blocks = (source.columns + BlockMatrix::kColumns - 1) / BlockMatrix::kColumns;
  result.codebook.assign(codebook.begin(), codebook.end());
  const uint32_t zero =
      static_cast<uint32_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  // The zero of unused slots, where the codebook has none.
  result.codebook.resize(BlockMatrix::kMaxEntries, 0.0f);
  const uint32_t empty = zero << 5;
  result.slots.assign(result.slices() * result.blocks * words * BlockMatrix::kRows,
                      empty | empty << 10 | empty << 20);

  // Most survivors fill a slot and some do not, in no order that a branch could be predicted from:
  // both are written every time, and one of the two counts.
  const uint32_t room = BlockMatrix::kSlots * words;
  const auto positions = std::make_unique_for_overwrite<uint32_t[]>(source.positions.size() + 1);
  const auto codes = std::make_unique_for_overwrite<uint16_t[]>(source.positions.size() + 1);
  size_t overflow = 0;
  SparseRows rest;
  rest.rows = source.rows;
  rest.columns = source.columns;
  rest.begin.push_back(0);
  for (uint32_t row = 0; row < source.rows; ++row) {
    uint32_t* const row_words =
        result.slots.data() +
        size_t{row / BlockMatrix::kRows} * result.blocks * words * BlockMatrix::kRows +
        row % BlockMatrix::kRows;
    uint32_t block = 0, used = 0;
    for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
      const uint32_t column = source.positions[i] - row * source.columns;
      used = column / BlockMatrix::kColumns == block ? used : 0;
      block = column / BlockMatrix::kColumns;
      const bool fits = used < room;
      const size_t word = (size_t{block} * words + used / BlockMatrix::kSlots) * BlockMatrix::kRows;
      const uint32_t slot = (column % BlockMatrix::kColumns) | uint32_t{source.codes[i]} << 5;
      // With a condition here compilers branch: what does not fit changes nothing.
      const uint32_t change = (slot ^ empty) & (0u - uint32_t{fits});
      row_words[fits * word] ^= change << used % BlockMatrix::kSlots * 10;
      positions[overflow] = source.positions[i];
      codes[overflow] = source.codes[i];
      overflow += !fits;
      used += fits;
    }
    rest.begin.push_back(overflow);
  }
  rest.positions = {positions.get(), overflow};
  rest.codes = {codes.get(), overflow};
  result.overflow = LayOutSell(rest, codebook, memory);
  return result;
}

SparseRows BlockMatrix::ToRows() const {
  const SparseRows rest = overflow.ToRows();
  SparseRows result;
  result.rows = rows;
  result.columns = columns;
  result.begin.push_back(0);
  for (uint32_t row = 0; row < rows; ++row) {
    const auto keep = [&](uint32_t position, uint32_t code) {
      result.own_positions.push_back(position);
      result.own_codes.push_back(static_cast<uint16_t>(code));
    };
    uint64_t next = rest.begin[row];
    ForEachSlot(row, [&](uint32_t column, uint32_t code) {
      if (codebook[code] == 0.0f) return;
      const uint32_t position = row * columns + column;
      for (; next < rest.begin[row + 1] && rest.positions[next] < position; ++next) {
        keep(rest.positions[next], rest.codes[next]);
      }
      keep(position, code);
    });
    for (; next < rest.begin[row + 1]; ++next) keep(rest.positions[next], rest.codes[next]);
    result.begin.push_back(result.own_positions.size());
  }
  result.positions = result.own_positions;
  result.codes = result.own_codes;
  return result;
}

}  // namespace dc::runtime
