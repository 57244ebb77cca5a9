#include "runtime/forms/block_form.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace dc::runtime {
namespace {

// Where a survivor goes by its number in its row and half block: which word of the block, what
// shifts it there and what it sets beside. A factor of 0 leaves nothing of what does not fit.
struct Place {
  uint32_t word = 0, factor = 0, sets = 0, overflows = 1;
};

// The places of a block with a given number of words, one list after the other: for the first
// half, and for the second where the shared word's last slot is taken and where it is free.
// Survivors come by ascending columns.
constexpr uint8_t kFirstHalf = 0, kSlotTaken = 64, kSlotFree = 128, kPlaces = 192;

// Slots of a row that one half of a block does not share with the other.
uint32_t OwnSlots(uint32_t words) { return words / 2 * BlockMatrix::kSlots + words % 2; }

void AppendPlaces(uint32_t words, std::vector<Place>* places) {
  const size_t begin = places->size();
  places->resize(begin + kPlaces);
  const auto set = [&](uint32_t list, uint32_t number, uint32_t word, uint32_t slot,
                       uint32_t sets) {
    (*places)[begin + list + number] = {word * BlockMatrix::kRows, 1u << 10 * slot, sets, 0};
  };
  const uint32_t own = words / 2;
  for (const uint32_t list : {kFirstHalf, kSlotTaken, kSlotFree}) {
    const uint32_t half = list != kFirstHalf;
    const uint32_t whole = own * BlockMatrix::kSlots;
    for (uint32_t n = 0; n < whole; ++n) {
      set(list, n, half * own + n / BlockMatrix::kSlots, n % BlockMatrix::kSlots, 0);
    }
    if (words % 2 == 0) continue;
    set(list, whole, words - 1, half, 0);
    if (list != kSlotTaken) {
      set(list, whole + 1, words - 1, 2, half * BlockMatrix::kSecondHalf);
    }
  }
}

// Writes survivors to slots, line by line. Lines are rows of the weight or columns of it.
class SlotWriter {
 public:
  SlotWriter(uint32_t zero, const SlotPlan& plan, BlockMatrix* out)
      : out_(*out), plan_(plan), zero_(zero), empty_((zero << 5) * (1u | 1u << 10 | 1u << 20)) {
    const uint32_t most = *std::max_element(plan.words.begin(), plan.words.end());
    alike_ = std::count(plan.words.begin(), plan.words.end(), most) ==
                 static_cast<std::ptrdiff_t>(plan.words.size()) &&
             std::is_sorted(plan.order.begin(), plan.order.end());
    for (uint32_t words = 0; words <= most; ++words) AppendPlaces(words, &places_);
  }

  // Both return what does not fit, as a matrix with a row for each of `plan.order` or, of columns,
  // its transpose.
  SparseRows WriteRows(const SparseRows& source) {
    out_.slots.reserve(out_.slice_begin.back() * BlockMatrix::kRows);
    for (uint32_t block = 0; block < out_.blocks; ++block) {
      no_counts_.insert(no_counts_.end(), {kFirstHalf, kSlotFree});
    }
    SparseRows rest = EmptyRest(source);
    for (uint32_t slot = 0; slot < out_.rows; ++slot) {
      // Slice by slice, so that what was filled is still in the cache.
      const uint32_t slice = slot / BlockMatrix::kRows;
      if (slot % BlockMatrix::kRows == 0) {
        out_.slots.resize(out_.slice_begin[slice + 1] * BlockMatrix::kRows, empty_);
      }
      if (plan_.words[slice] % 2 == 0) {
        WriteRow<false>(source, slot, &rest);
      } else {
        WriteRow<true>(source, slot, &rest);
      }
    }
    rest.Own(rest.begin.back());
    return rest;
  }

  SparseRows WriteColumns(const SparseRows& source) {
    out_.slots.resize(out_.slice_begin.back() * BlockMatrix::kRows);
    SparseRows rest = EmptyRest(source);
    FindLanes();
    counts_.resize(out_.rows);
    for (uint32_t column = 0; column < source.rows; ++column) {
      const uint32_t in_block = column % BlockMatrix::kColumns;
      if (in_block == 0) {
        block_.assign(block_.size(), empty_);
        std::fill(counts_.begin(), counts_.end(), kFirstHalf);
      } else if (in_block == BlockMatrix::kHalf) {
        for (size_t row = 0; row < counts_.size(); ++row) {
          counts_[row] = counts_[row] > own_slots_[row] ? kSlotTaken : kSlotFree;
        }
      }
      if (alike_) {
        WriteColumn<true>(source, column, &rest);
      } else {
        WriteColumn<false>(source, column, &rest);
      }
      if (in_block == BlockMatrix::kColumns - 1 || column == source.rows - 1) {
        CopyBlock(column / BlockMatrix::kColumns);
      }
    }
    for (uint32_t column = 0; column < source.rows && !alike_; ++column) {
      const uint32_t begin = column * source.columns;
      for (uint64_t i = rest.begin[column]; i < rest.begin[column + 1]; ++i) {
        rest.own_positions[i] = begin + slot_of_[rest.own_positions[i] - begin];
      }
    }
    rest.Own(rest.begin.back());
    return rest;
  }

 private:
  static SparseRows EmptyRest(const SparseRows& source) {
    SparseRows rest;
    rest.rows = source.rows;
    rest.columns = source.columns;
    rest.begin.assign(size_t{source.rows} + 1, 0);
    // Takes no more memory than is written. The last survivor is written even if it fits.
    rest.Own(source.positions.size() + 1);
    return rest;
  }

  // kShared: whether there is a shared word.
  template <bool kShared>
  [[gnu::noinline]] void WriteRow(const SparseRows& source, uint32_t slot, SparseRows* rest) {
    const uint32_t slice = slot / BlockMatrix::kRows, row = plan_.order[slot];
    const uint32_t count = plan_.words[slice], own_slots = OwnSlots(count);
    const size_t block_words = size_t{count} * BlockMatrix::kRows;
    std::array<uint32_t, BlockMatrix::kRows> nowhere{};
    uint32_t* const words = count == 0 ? nowhere.data()
                                       : &out_.slots[out_.slice_begin[slice] * BlockMatrix::kRows] +
                                             slot % BlockMatrix::kRows;
    const Place* const places = &places_[size_t{count} * kPlaces];
    const uint32_t* const positions = source.positions.data();
    const uint16_t* const codes = source.codes.data();
    const uint32_t row_begin = row * source.columns, slot_begin = slot * source.columns;
    const uint32_t zero = zero_;
    uint32_t* const rest_positions = rest->own_positions.data();
    uint16_t* const rest_codes = rest->own_codes.data();
    uint64_t overflow = rest->begin[slot];
    counts_ = no_counts_;
    uint8_t* const counts = counts_.data();
    const uint64_t end = source.begin[row + 1];
    for (uint64_t i = source.begin[row]; i < end; ++i) {
      const uint32_t code = codes[i], column = positions[i] - row_begin;
      const uint32_t half = column / BlockMatrix::kHalf, second = half % 2;
      uint32_t place = counts[half]++;
      if (kShared && second * counts[half - second] > own_slots) place -= kSlotFree - kSlotTaken;
      const Place& to = places[place];
      words[half / 2 * block_words + to.word] ^=
          (column % BlockMatrix::kHalf | (code ^ zero) << 5) * to.factor ^ to.sets;
      // Most survivors fit and some do not, in no order that a branch could be predicted from.
      rest_positions[overflow] = slot_begin + column;
      rest_codes[overflow] = static_cast<uint16_t>(code);
      overflow += to.overflows;
    }
    rest->begin[slot + 1] = overflow;
  }

  // Where the words of each row lie in block_, and which places are its block's.
  void FindLanes() {
    words_of_.resize(out_.rows);
    places_of_.resize(out_.rows);
    own_slots_.resize(out_.rows);
    slot_of_.resize(out_.rows);
    size_t begin = 0;
    for (uint32_t slot = 0; slot < out_.rows; ++slot) {
      const uint32_t row = plan_.order[slot], lane = slot % BlockMatrix::kRows;
      const uint32_t words = plan_.words[slot / BlockMatrix::kRows];
      if (lane == 0 && slot > 0) {
        begin += size_t{plan_.words[slot / BlockMatrix::kRows - 1]} * BlockMatrix::kRows;
      }
      words_of_[row] = static_cast<uint32_t>(begin + lane);
      places_of_[row] = static_cast<uint16_t>(words * kPlaces);
      own_slots_[row] = static_cast<uint8_t>(OwnSlots(words));
      slot_of_[row] = slot;
    }
    // And the words of a slice that has none.
    block_.resize(out_.slice_begin.back() / out_.blocks * BlockMatrix::kRows + BlockMatrix::kRows);
  }

  // kAlike: without looking up where rows are.
  template <bool kAlike>
  [[gnu::noinline]] void WriteColumn(const SparseRows& source, uint32_t column, SparseRows* rest) {
    const uint32_t* const words_of = words_of_.data();
    const uint16_t* const places_of = places_of_.data();
    const Place* const places = places_.data() + (kAlike ? places_of[0] : 0);
    const uint32_t slice_words = plan_.words[0] * BlockMatrix::kRows;
    uint32_t* const words = block_.data();
    uint8_t* const counts = counts_.data();
    const uint32_t* const positions = source.positions.data();
    const uint16_t* const codes = source.codes.data();
    const uint32_t column_begin = column * source.columns, in_half = column % BlockMatrix::kHalf;
    const uint32_t zero = zero_;
    uint32_t* const rest_positions = rest->own_positions.data();
    uint16_t* const rest_codes = rest->own_codes.data();
    uint64_t overflow = rest->begin[column];
    const uint64_t end = source.begin[column + 1];
    for (uint64_t i = source.begin[column]; i < end; ++i) {
      const uint32_t position = positions[i], code = codes[i], row = position - column_begin;
      const Place& to = places[(kAlike ? 0 : places_of[row]) + counts[row]++];
      const uint32_t first = kAlike
                                 ? row / BlockMatrix::kRows * slice_words + row % BlockMatrix::kRows
                                 : words_of[row];
      words[first + to.word] ^= (in_half | (code ^ zero) << 5) * to.factor ^ to.sets;
      rest_positions[overflow] = position;
      rest_codes[overflow] = static_cast<uint16_t>(code);
      overflow += to.overflows;
    }
    rest->begin[column + 1] = overflow;
  }

  // Copies block_ to its place in every slice.
  void CopyBlock(uint32_t block) {
    const uint32_t* from = block_.data();
    for (size_t slice = 0; slice < out_.slices(); ++slice) {
      const size_t words = plan_.words[slice];
      std::copy_n(
          from, words * BlockMatrix::kRows,
          out_.slots.data() + (out_.slice_begin[slice] + block * words) * BlockMatrix::kRows);
      from += words * BlockMatrix::kRows;
    }
  }

  BlockMatrix& out_;
  const SlotPlan& plan_;
  const uint32_t zero_, empty_;  // code and word of unused slots
  bool alike_;                   // rows are in their order, slices have as many words
  std::vector<Place> places_;    // kPlaces for every number of words
  // What each half block, or each row of the half block at hand, has already, from the beginning of
  // one of the lists on; and the same for rows that have nothing yet.
  std::vector<uint8_t> counts_, no_counts_;
  // Of columns: one block of all slices, which in `out_` lie far apart, and for each row its words
  // there, its places, those of them that one half has alone, and its place in the order.
  std::vector<uint32_t> block_, words_of_, slot_of_;
  std::vector<uint16_t> places_of_;
  std::vector<uint8_t> own_slots_;
};

}  // namespace

BlockMatrix LayOutBlocks(const SparseRows& source, bool transposed, std::span<const float> codebook,
                         const SlotPlan& plan, std::pmr::memory_resource* memory) {
  BlockMatrix result(memory);
  BeginSlots(source, transposed, plan, &result);
  result.codebook.assign(codebook.begin(), codebook.end());
  const uint32_t zero =
      static_cast<uint32_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  // The zero of unused slots, where the codebook has none.
  result.codebook.resize(BlockMatrix::kMaxEntries, 0.0f);
  SlotWriter writer(zero, plan, &result);
  const SparseRows rest = transposed ? writer.WriteColumns(source) : writer.WriteRows(source);
  EndSlots(rest, transposed, codebook, memory, &result);
  return result;
}

SparseRows SurvivorsOf(const BlockMatrix& w) { return SlotSurvivors(w); }

double BlockForm::Cost(WeightSource* source) {
  return kernels_.fast_blocks ? PlannedCost(source, PlanBlocks) : kCannot;
}

std::string BlockForm::Note(double) const {
  char text[96];
  std::snprintf(text, sizeof(text), "; estimated %.1f us in blocks, %.1f in SELL-16",
                plan_.estimate, plan_.sell_estimate);
  return text;
}

void BlockForm::LayOut(WeightSource* source) { LayOutPlanned(source, LayOutBlocks); }

void BlockForm::MultiplyVector(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                               float* y) const {
  const size_t first = begin * BlockMatrix::kWindow;
  const size_t last = std::min(end * BlockMatrix::kWindow, w_.slices());
  kernels_.block_permute(w_, first, last, x, {.scale = epilogue.scale, .bias = epilogue.bias}, y);
  AddRest(first, last, x, epilogue, y);
}

}  // namespace dc::runtime
