#include "runtime/kernels/block_matrix.h"

#include <algorithm>
#include <array>
#include <bit>

namespace dc::runtime {
namespace {

constexpr uint32_t kMostWords = 4;
// Nanoseconds on the machine of the benchmarks: of one word of 16 rows (48 slots), of one block's
// inputs, of one entry of SELL-16, and of going over the rows a second time for the overflow.
constexpr double kWordCost = 4.2, kBlockCost = 1.0, kEntryCost = 0.21, kOverflowCost = 1000;

// One group of lines in so many is counted before a layout is chosen.
constexpr uint32_t kSampled = 8;

uint32_t BlocksOf(uint32_t columns) {
  return (columns + BlockMatrix::kColumns - 1) / BlockMatrix::kColumns;
}

// Survivors beyond 3 * words in any cell, for words = 1 to kMostWords, about.
std::array<double, kMostWords + 1> CountOverflow(const SparseRows& source, bool transposed) {
  // Lines that have cells in common, and how many places of a line are one cell.
  const uint32_t lines = transposed ? BlockMatrix::kColumns : 1;
  const int log2_places = transposed ? 0 : std::countr_zero(BlockMatrix::kColumns);
  std::array<uint64_t, BlockMatrix::kColumns + 1> cells_with{};  // so many survivors
  std::vector<uint8_t> counts(((source.columns - 1) >> log2_places) + 1);
  uint64_t counted = 0;
  for (uint64_t group = 0; group < source.rows; group += kSampled * lines) {
    const uint32_t begin = static_cast<uint32_t>(group), end = std::min(begin + lines, source.rows);
    std::fill(counts.begin(), counts.end(), uint8_t{0});
    for (uint32_t line = begin; line < end; ++line) {
      const uint32_t line_begin = line * source.columns;
      for (uint64_t i = source.begin[line]; i < source.begin[line + 1]; ++i) {
        ++counts[(source.positions[i] - line_begin) >> log2_places];
      }
    }
    counted += source.begin[end] - source.begin[begin];
    for (uint8_t count : counts) ++cells_with[count];
  }
  std::array<double, kMostWords + 1> result{};
  if (counted == 0) return result;
  const double scale = static_cast<double>(source.positions.size()) / static_cast<double>(counted);
  for (size_t words = 1; words <= kMostWords; ++words) {
    uint64_t overflow = 0;
    for (size_t n = BlockMatrix::kSlots * words; n < cells_with.size(); ++n) {
      overflow += cells_with[n] * (n - BlockMatrix::kSlots * words);
    }
    result[words] = scale * static_cast<double>(overflow);
  }
  return result;
}

// Writes survivors to slots, line by line. Lines are rows of the weight or columns of it; a cell is
// a row in a block.
class SlotWriter {
 public:
  SlotWriter(uint32_t zero, BlockMatrix* out)
      : out_(*out),
        zero_(zero),
        words_(out->words * BlockMatrix::kRows),
        slice_words_(size_t{words_} * out->blocks) {
    for (uint32_t i = 0; i < BlockMatrix::kSlots * out->words; ++i) {
      const uint32_t word = i / BlockMatrix::kSlots, slot = i % BlockMatrix::kSlots;
      places_[i] = {word * BlockMatrix::kRows, 1u << 10 * slot, 0};
    }
  }

  // Returns what does not fit, ordered as `source` is.
  SparseRows Write(const SparseRows& source, bool transposed) {
    const uint32_t empty = zero_ << 5, empty_word = empty | empty << 10 | empty << 20;
    out_.slots.reserve(out_.slices() * slice_words_);
    if (transposed) out_.slots.resize(out_.slices() * slice_words_);
    SparseRows rest;
    rest.rows = source.rows;
    rest.columns = source.columns;
    rest.begin.assign(size_t{source.rows} + 1, 0);
    // Takes no more memory than is written. The last survivor is written even if it fits.
    rest.Own(source.positions.size() + 1);
    counts_.resize(transposed ? out_.rows : out_.blocks);
    for (uint32_t line = 0; line < source.rows; ++line) {
      const bool block_begins = transposed && line % BlockMatrix::kColumns == 0;
      // Slice by slice or block by block, so that what was filled is still in the cache.
      if (block_begins) {
        block_.assign(out_.slices() * words_, empty_word);
      } else if (!transposed && line % BlockMatrix::kRows == 0) {
        out_.slots.resize(out_.slots.size() + slice_words_, empty_word);
      }
      if (block_begins || !transposed) std::fill(counts_.begin(), counts_.end(), uint8_t{0});
      if (transposed) {
        WriteLine<true>(source, line, &rest);
      } else {
        WriteLine<false>(source, line, &rest);
      }
      if (transposed &&
          (line % BlockMatrix::kColumns == BlockMatrix::kColumns - 1 || line == source.rows - 1)) {
        CopyBlock(line / BlockMatrix::kColumns);
      }
    }
    rest.Own(rest.begin.back());
    return rest;
  }

 private:
  // Appends what does not fit to `rest`.
  template <bool kTransposed>
  [[gnu::noinline]] void WriteLine(const SparseRows& source, uint32_t line, SparseRows* rest) {
    const size_t block_words = words_;
    uint32_t* const words = kTransposed
                                ? block_.data()
                                : out_.slots.data() + line / BlockMatrix::kRows * slice_words_ +
                                      line % BlockMatrix::kRows;
    const uint32_t* const positions = source.positions.data();
    const uint16_t* const codes = source.codes.data();
    const uint32_t line_begin = line * source.columns, zero = zero_;
    const uint64_t end = source.begin[line + 1];
    uint8_t* const counts = counts_.data();
    uint32_t* const rest_positions = rest->own_positions.data();
    uint16_t* const rest_codes = rest->own_codes.data();
    uint64_t overflow = rest->begin[line];
    for (uint64_t i = source.begin[line]; i < end; ++i) {
      const uint32_t position = positions[i], code = codes[i], place = position - line_begin;
      const uint32_t column = (kTransposed ? line : place) % BlockMatrix::kColumns;
      const uint32_t cell = kTransposed ? place : place / BlockMatrix::kColumns;
      const size_t word =
          kTransposed ? place / BlockMatrix::kRows * block_words + place % BlockMatrix::kRows
                      : cell * block_words;
      const Place& to = places_[counts[cell]++];
      words[word + to.word] ^= (column | (code ^ zero) << 5) * to.factor;
      // Most survivors fit and some do not, in no order that a branch could be predicted from.
      rest_positions[overflow] = position;
      rest_codes[overflow] = static_cast<uint16_t>(code);
      overflow += to.overflows;
    }
    rest->begin[line + 1] = overflow;
  }

  // Copies block_ to its place in every slice.
  void CopyBlock(uint32_t block) {
    for (size_t slice = 0; slice < out_.slices(); ++slice) {
      std::copy_n(&block_[slice * words_], words_,
                  &out_.slots[slice * slice_words_ + size_t{block} * words_]);
    }
  }

  // Where a survivor goes, by its number in its cell: which word, and what shifts it there. A
  // factor of 0 leaves nothing of what does not fit.
  struct Place {
    uint32_t word = 0, factor = 0, overflows = 1;
  };

  BlockMatrix& out_;
  const uint32_t zero_;
  const uint32_t words_;  // a block
  const size_t slice_words_;
  std::array<Place, BlockMatrix::kColumns> places_;
  std::vector<uint8_t> counts_;  // survivors of each cell so far
  // Of a transposed source: one block of all slices, which in `out_` lie far apart.
  std::vector<uint32_t> block_;
};

}  // namespace

int64_t BlockMatrix::ResidentBytes() const {
  return static_cast<int64_t>(slots.size() * sizeof(uint32_t) + codebook.size() * sizeof(float)) +
         overflow.ResidentBytes();
}

BlockChoice ChooseBlockWords(const SparseRows& source, bool transposed, uint32_t entries) {
  if (entries > BlockMatrix::kMaxEntries) return {};
  const auto overflow = CountOverflow(source, transposed);
  const uint32_t rows = transposed ? source.columns : source.rows;
  const uint32_t columns = transposed ? source.rows : source.columns;
  const size_t slices = (size_t{rows} + BlockMatrix::kRows - 1) / BlockMatrix::kRows;
  const double tiles = static_cast<double>(slices * BlocksOf(columns));
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

BlockMatrix LayOutBlocks(const SparseRows& source, bool transposed, std::span<const float> codebook,
                         uint32_t words, std::pmr::memory_resource* memory) {
  BlockMatrix result(memory);
  result.rows = transposed ? source.columns : source.rows;
  result.columns = transposed ? source.rows : source.columns;
  result.words = words;
  result.blocks = BlocksOf(result.columns);
  result.codebook.assign(codebook.begin(), codebook.end());
  const uint32_t zero =
      static_cast<uint32_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  // The zero of unused slots, where the codebook has none.
  result.codebook.resize(BlockMatrix::kMaxEntries, 0.0f);
  SparseRows rest = SlotWriter(zero, &result).Write(source, transposed);
  if (transposed) rest = Transpose(rest);
  result.overflow = LayOutSell(rest, codebook, memory);
  return result;
}

SparseRows BlockMatrix::ToRows() const {
  const SparseRows rest = overflow.ToRows();
  SparseRows result;
  result.rows = rows;
  result.columns = columns;
  result.begin.push_back(0);
  // No more than that are needed.
  result.Own(slots.size() * kSlots + rest.positions.size());
  size_t count = 0;
  const auto keep = [&](uint32_t position, uint32_t code) {
    result.own_positions[count] = position;
    result.own_codes[count++] = static_cast<uint16_t>(code);
  };
  for (uint32_t row = 0; row < rows; ++row) {
    uint64_t next = rest.begin[row];
    const auto keep_rest = [&](uint32_t end) {
      for (; next < rest.begin[row + 1] && rest.positions[next] < end; ++next) {
        keep(rest.positions[next], rest.codes[next]);
      }
    };
    ForEachSlot(row, [&](uint32_t column, uint32_t code) {
      if (codebook[code] == 0.0f) return;
      const uint32_t position = row * columns + column;
      keep_rest(position);
      keep(position, code);
    });
    keep_rest(~0u);
    result.begin.push_back(count);
  }
  result.Own(count);
  return result;
}

}  // namespace dc::runtime
