#include "runtime/forms/byte_form.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace dc::runtime {
namespace {

// Bytes of a vector, which are on the stack while it is multiplied.
constexpr uint32_t kMostColumns = 32768;

uint32_t BlocksOf(uint32_t columns) { return (columns - 1) / ByteMatrix::kColumns + 1; }

// Calls visit(row, column, code) for all survivors, line by line, where rows come in `order`;
// end_line() after each.
template <typename Visit, typename EndLine>
void ForEachSurvivor(const SparseRows& source, bool transposed, std::span<const uint32_t> order,
                     const Visit& visit, const EndLine& end_line) {
  for (uint32_t i = 0; i < source.rows; ++i) {
    const uint32_t line = transposed ? i : order[i];
    for (uint64_t s = source.begin[line]; s < source.begin[line + 1]; ++s) {
      const uint32_t place = source.positions[s] - line * source.columns;
      visit(transposed ? place : line, transposed ? line : place, source.codes[s]);
    }
    end_line(i);
  }
}

}  // namespace

SlotPlan PlanBytes(const SparseRows& source, bool transposed, const FormCosts& costs) {
  constexpr uint32_t kRows = ByteMatrix::kRows, kSlots = ByteMatrix::kSlots;
  constexpr double kMicroseconds = 1e-3;
  const uint32_t rows = transposed ? source.columns : source.rows;
  const uint32_t blocks = BlocksOf(transposed ? source.rows : source.columns);
  std::vector<uint32_t> of_row(rows);
  std::vector<uint8_t> of_block(size_t{rows} * blocks);  // of a row; at most 64
  SlotPlan plan;
  plan.order.resize(rows);
  for (uint32_t row = 0; row < rows; ++row) plan.order[row] = row;
  ForEachSurvivor(
      source, transposed, plan.order,
      [&](uint32_t row, uint32_t column, uint16_t) {
        ++of_row[row];
        ++of_block[size_t{row} * blocks + column / ByteMatrix::kColumns];
      },
      [](uint32_t) {});
  plan.order = MostFirst(of_row);
  double nanoseconds = 0;
  for (uint32_t first = 0; first < rows; first += kRows) {
    // How many blocks have so many survivors.
    std::array<uint32_t, ByteMatrix::kColumns + 1> histogram{};
    for (uint32_t slot = first; slot < std::min(first + kRows, rows); ++slot) {
      const uint8_t* counts = &of_block[size_t{plan.order[slot]} * blocks];
      for (uint32_t block = 0; block < blocks; ++block) ++histogram[counts[block]];
    }
    double best = std::numeric_limits<double>::infinity();
    uint32_t chosen = 0;
    for (uint32_t words = 0; words <= ByteMatrix::kMostWords; ++words) {
      double left = 0;
      for (uint32_t n = words * kSlots + 1; n < histogram.size(); ++n) {
        left += static_cast<double>(n - words * kSlots) * histogram[n];
      }
      const double cost = (words > 0 ? costs.byte_slice : 0) + costs.byte_word * blocks * words +
                          costs.rest_entry * left;
      if (cost >= best) continue;
      best = cost;
      chosen = words;
    }
    plan.words.push_back(static_cast<uint8_t>(chosen));
    nanoseconds += best;
  }
  plan.estimate = kMicroseconds * nanoseconds;
  plan.sell_estimate =
      kMicroseconds * costs.sell_entry * static_cast<double>(source.positions.size());
  return plan;
}

ByteMatrix LayOutBytes(const SparseRows& source, bool transposed, std::span<const float> codebook,
                       const SlotPlan& plan, std::pmr::memory_resource* memory) {
  constexpr uint32_t kRows = ByteMatrix::kRows, kSlots = ByteMatrix::kSlots;
  ByteMatrix result(memory);
  BeginSlots(source, transposed, plan, &result);
  // The zero of unused slots is behind the codebook where it has none.
  std::copy(codebook.begin(), codebook.end(), result.codebook.begin());
  const auto zero =
      static_cast<uint8_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  float most = 0;
  for (const float value : codebook) most = std::max(most, std::abs(value));
  constexpr float kMostNumber = 127;
  if (most > 0) result.scale = most / kMostNumber;
  for (size_t i = 0; i < codebook.size() && most > 0; ++i) {
    result.numbers[i] = static_cast<int8_t>(std::nearbyint(codebook[i] / most * kMostNumber));
  }
  ByteMatrix::Word empty{};
  empty.codes.fill(static_cast<uint8_t>(zero << 4 | zero));
  result.slots.assign(result.slice_begin.back(), empty);
  result.row_sums.assign(result.slot_rows.size(), 0);

  std::vector<uint32_t> slot_of(result.rows);
  for (uint32_t slot = 0; slot < result.rows; ++slot) slot_of[plan.order[slot]] = slot;
  std::vector<uint8_t> used(size_t{result.rows} * result.blocks);
  // What finds no slot, with rows in the plan's order.
  std::vector<uint32_t> rest_positions;
  std::vector<uint16_t> rest_codes;
  SparseRows rest;
  rest.rows = source.rows;
  rest.columns = source.columns;
  rest.begin.push_back(0);
  ForEachSurvivor(
      source, transposed, plan.order,
      [&](uint32_t row, uint32_t column, uint16_t code) {
        const uint32_t slot = slot_of[row], slice = slot / kRows, lane = slot % kRows;
        const uint32_t block = column / ByteMatrix::kColumns;
        const uint32_t number = used[size_t{slot} * result.blocks + block]++;
        const uint32_t words = plan.words[slice];
        if (number >= words * kSlots) {
          rest_positions.push_back(transposed ? column * source.columns + slot
                                              : slot * source.columns + column);
          rest_codes.push_back(code);
          return;
        }
        ByteMatrix::Word& word =
            result.slots[result.slice_begin[slice] + block * words + number / kSlots];
        const size_t byte = lane * kSlots + number % kSlots;
        word.columns[byte] = static_cast<uint8_t>(column % ByteMatrix::kColumns);
        uint8_t& codes = word.codes[byte % word.codes.size()];
        codes = static_cast<uint8_t>(lane < ByteMatrix::kHalf ? (codes & 0xF0u) | code
                                                              : (codes & 0x0Fu) | code << 4);
        result.row_sums[slot] += result.numbers[code];
      },
      [&](uint32_t) { rest.begin.push_back(rest_positions.size()); });
  rest.positions = rest_positions;
  rest.codes = rest_codes;
  EndSlots(rest, transposed, codebook, memory, &result);
  return result;
}

SparseRows SurvivorsOf(const ByteMatrix& w) { return SlotSurvivors(w); }

double ByteForm::Cost(WeightSource* source) {
  const bool can = kernels_.byte_permute != nullptr && source->shape().columns <= kMostColumns;
  return can ? PlannedCost(source, PlanBytes) : kCannot;
}

std::string ByteForm::Note(double) const {
  char text[112];
  std::snprintf(text, sizeof(text),
                "; inputs of 8 bits, estimated %.1f us in bytes, %.1f in SELL-16", plan_.estimate,
                plan_.sell_estimate);
  return text;
}

void ByteForm::LayOut(WeightSource* source) { LayOutPlanned(source, LayOutBytes); }

void ByteForm::MultiplyVector(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                              float* y) const {
  const size_t first = begin * ByteMatrix::kWindow;
  const size_t last = std::min(end * ByteMatrix::kWindow, w_.slices());
  alignas(64) uint8_t bytes[kMostColumns];
  const ByteRange range = kernels_.quantize_bytes(x, w_.columns, bytes);
  kernels_.byte_permute(w_, first, last, bytes, range,
                        {.scale = epilogue.scale, .bias = epilogue.bias}, y);
  AddRest(first, last, x, epilogue, y);
}

}  // namespace dc::runtime
