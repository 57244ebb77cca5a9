#include "runtime/forms/sell_form.h"

#include <algorithm>
#include <limits>

#include "base/replace.h"

namespace dc::runtime {
namespace {

constexpr uint32_t kMaxGap = 255;
// Kernels load this many centroids into registers without asking how many there are.
constexpr size_t kMinCodebook = 64;

// Calls visit(distance, i, &(*state)[row]) for every survivor i of `source` or its transpose, line
// by line, with its distance from the one before it in its row or, for the first, from column 0.
template <typename State, typename Visit>
void ForEachDistance(const SparseRows& source, bool transposed, std::vector<State>* state,
                     const Visit& visit) {
  if (!transposed) {
    for (uint32_t row = 0; row < source.rows; ++row) {
      uint32_t last = row * source.columns;
      // In a register, which a row's survivors do not wait for.
      State of_row = (*state)[row];
      for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
        visit(source.positions[i] - last, i, &of_row);
        last = source.positions[i];
      }
      (*state)[row] = of_row;
    }
    return;
  }
  std::vector<uint32_t> last(source.columns, 0);
  for (uint32_t column = 0; column < source.rows; ++column) {
    const uint32_t begin = column * source.columns;
    for (uint64_t i = source.begin[column]; i < source.begin[column + 1]; ++i) {
      const uint32_t row = source.positions[i] - begin;
      visit(column - last[row], i, &(*state)[row]);
      last[row] = column;
    }
  }
}

// Entries that the survivors of each row take, fillers included.
std::vector<uint32_t> CountEntries(const SparseRows& source, bool transposed) {
  std::vector<uint32_t> entries(transposed ? source.columns : source.rows, 0);
  const auto count = [](uint32_t gap, uint64_t, uint32_t * of_row) __attribute__((always_inline)) {
    ++*of_row;
    if (gap > kMaxGap) [[unlikely]]
      *of_row += (gap - 1) / kMaxGap;
  };
  ForEachDistance(source, transposed, &entries, count);
  return entries;
}

// Writes the entries of every row from (*at)[row] on, kRows apart.
template <typename Code>
void Fill(const SparseRows& source, bool transposed, std::vector<size_t>* at, uint8_t* gaps,
          Code* codes) {
  const uint16_t* const source_codes = source.codes.data();
  const auto fill = [=](uint32_t gap, uint64_t i, size_t * of_row) __attribute__((always_inline)) {
    size_t entry = *of_row;
    for (; gap > kMaxGap; gap -= kMaxGap, entry += SellMatrix::kRows) gaps[entry] = kMaxGap;
    gaps[entry] = static_cast<uint8_t>(gap);
    codes[entry] = static_cast<Code>(source_codes[i]);
    *of_row = entry + SellMatrix::kRows;
  };
  ForEachDistance(source, transposed, at, fill);
}

}  // namespace

SparseRows SurvivorsOf(const SellMatrix& w) {
  std::vector<size_t> slot_of(w.rows);
  for (size_t slot = 0; slot < w.slots(); ++slot) {
    if (w.slot_rows[slot] != w.rows) slot_of[w.slot_rows[slot]] = slot;
  }
  SparseRows result;
  result.rows = w.rows;
  result.columns = w.columns;
  result.begin.push_back(0);
  result.Own(static_cast<size_t>(w.survivors));
  size_t count = 0;
  for (uint32_t row = 0; row < w.rows; ++row) {
    const size_t slice = slot_of[row] / SellMatrix::kRows, lane = slot_of[row] % SellMatrix::kRows;
    uint32_t position = row * w.columns;
    for (uint64_t step = w.slice_begin[slice]; step < w.slice_begin[slice + 1]; ++step) {
      const size_t entry = step * SellMatrix::kRows + lane;
      position += w.gaps[entry];
      const uint32_t code = w.Code(entry);
      if (w.codebook[code] == 0.0f) continue;
      result.own_positions[count] = position;
      result.own_codes[count++] = static_cast<uint16_t>(code);
    }
    result.begin.push_back(count);
  }
  return result;
}

SellMatrix LayOutSell(const SparseRows& source, bool transposed, std::span<const float> codebook,
                      std::pmr::memory_resource* memory) {
  constexpr uint32_t kRows = SellMatrix::kRows;
  SellMatrix result(memory);
  result.rows = transposed ? source.columns : source.rows;
  result.columns = transposed ? source.rows : source.columns;
  result.survivors = static_cast<int64_t>(source.positions.size());

  result.codebook.assign(codebook.begin(), codebook.end());
  const size_t zero =
      static_cast<size_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  if (zero == codebook.size()) result.codebook.push_back(0.0f);
  result.codebook_entries = static_cast<uint32_t>(result.codebook.size());
  result.codebook.resize(std::max(result.codebook.size(), kMinCodebook), 0.0f);

  const std::vector<uint32_t> entries = CountEntries(source, transposed);
  const size_t slices = (size_t{result.rows} + kRows - 1) / kRows;
  result.slot_rows.assign(slices * kRows, result.rows);
  const std::vector<uint32_t> order = MostFirst(entries);
  std::copy(order.begin(), order.end(), result.slot_rows.begin());
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
  // Where the first entry of each row goes.
  std::vector<size_t> at(result.rows);
  for (size_t slot = 0; slot < result.slots(); ++slot) {
    const uint32_t row = result.slot_rows[slot];
    if (row != result.rows) at[row] = result.slice_begin[slot / kRows] * kRows + slot % kRows;
  }
  if (wide) {
    Fill(source, transposed, &at, result.gaps.data(), result.codes16.data());
  } else {
    Fill(source, transposed, &at, result.gaps.data(), result.codes8.data());
  }
  return result;
}

double SellForm::Cost(WeightSource* source) {
  if (source->shape().product != Product::kVector || !source->has_codes()) {
    return std::numeric_limits<double>::infinity();
  }
  return source->SparseCost();
}

void SellForm::LayOut(WeightSource* source) {
  Replace(&w_, LayOutSell(source->Lines(), source->lines_transposed(), source->constant().codebook,
                          source->memory()));
}

double SellForm::MostActive() const {
  // As measured (decision 0025); beyond it both take about as long.
  return 0.42;
}

}  // namespace dc::runtime
