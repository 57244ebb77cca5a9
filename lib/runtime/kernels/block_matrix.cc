#include "runtime/kernels/block_matrix.h"

#include <algorithm>
#include <array>

namespace dc::runtime {
namespace {

constexpr uint32_t kMostWords = 4;
// Nanoseconds on the machine of the benchmarks: of one word of 16 rows (48 slots), of one block's
// inputs, of one entry of SELL-16, and of going over the rows a second time for the overflow.
constexpr double kWordCost = 4.2, kBlockCost = 1.0, kEntryCost = 0.21, kOverflowCost = 1000;

// Survivors beyond 3 * words in any row and block, for words = 1 to kMostWords.
std::array<uint64_t, kMostWords + 1> CountOverflow(const SparseRows& source) {
  std::array<uint64_t, kMostWords + 1> overflow{};
  for (uint32_t row = 0; row < source.rows; ++row) {
    const uint32_t row_begin = row * source.columns;
    uint32_t block = 0;
    uint64_t count = 0;
    const auto end_block = [&] {
      for (uint64_t words = 1; words <= kMostWords; ++words) {
        const uint64_t room = BlockMatrix::kSlots * words;
        if (count > room) overflow[words] += count - room;
      }
      count = 0;
    };
    for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
      const uint32_t own = (source.positions[i] - row_begin) / BlockMatrix::kColumns;
      if (own != block) end_block();
      block = own;
      ++count;
    }
    end_block();
  }
  return overflow;
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
                                         kEntryCost * static_cast<double>(overflow[words]));
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

  SparseRows rest;
  rest.rows = source.rows;
  rest.columns = source.columns;
  rest.begin.push_back(0);
  const uint32_t room = BlockMatrix::kSlots * words;
  for (uint32_t row = 0; row < source.rows; ++row) {
    uint32_t block = 0, used = 0;
    for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
      const uint32_t column = source.positions[i] - row * source.columns;
      if (column / BlockMatrix::kColumns != block) used = 0;
      block = column / BlockMatrix::kColumns;
      if (used == room) {
        rest.own_positions.push_back(source.positions[i]);
        rest.own_codes.push_back(source.codes[i]);
        continue;
      }
      const size_t word = ((size_t{row / BlockMatrix::kRows} * result.blocks + block) * words +
                           used / BlockMatrix::kSlots) *
                              BlockMatrix::kRows +
                          row % BlockMatrix::kRows;
      const uint32_t shift = used % BlockMatrix::kSlots * 10;
      const uint32_t slot = (column % BlockMatrix::kColumns) | uint32_t{source.codes[i]} << 5;
      result.slots[word] = (result.slots[word] & ~(0x3FFu << shift)) | slot << shift;
      ++used;
    }
    rest.begin.push_back(rest.own_positions.size());
  }
  rest.positions = rest.own_positions;
  rest.codes = rest.own_codes;
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
