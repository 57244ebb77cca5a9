#include "runtime/forms/column_form.h"

#include <algorithm>
#include <numeric>

#include "runtime/kernels/build.h"

namespace dc::runtime {

ColumnMatrix LayOutColumns(const SparseRows& source, bool transposed,
                           std::span<const float> codebook, size_t bands,
                           std::pmr::memory_resource* memory) {
  ColumnMatrix result(memory);
  result.rows = transposed ? source.columns : source.rows;
  result.columns = transposed ? source.rows : source.columns;
  const uint32_t share =
      (result.rows + static_cast<uint32_t>(bands) - 1) / static_cast<uint32_t>(bands);
  result.band_rows = std::clamp<uint32_t>(share, 1, ColumnMatrix::kMostBandRows);
  result.codebook.assign(codebook.begin(), codebook.end());
  result.codebook.resize(ColumnMatrix::kCodebook, 0.0f);

  const auto for_each = [&](const auto& visit) {
    for (uint32_t line = 0; line < source.rows; ++line) {
      const uint32_t line_begin = line * source.columns;
      for (uint64_t i = source.begin[line]; i < source.begin[line + 1]; ++i) {
        const uint32_t place = source.positions[i] - line_begin;
        const uint32_t row = transposed ? place : line, column = transposed ? line : place;
        const uint32_t band = row / result.band_rows;
        visit(size_t{band} * result.columns + column, row - band * result.band_rows,
              source.codes[i]);
      }
    }
  };
  const size_t actual_bands = (size_t{result.rows} + result.band_rows - 1) / result.band_rows;
  // begin[p + 1]: first the entries of place p, then where the next one goes, which at last is
  // where those of p end.
  result.begin.assign(actual_bands * result.columns + 1, 0);
  for_each([&](size_t place, uint32_t, uint16_t) { ++result.begin[place + 1]; });
  std::exclusive_scan(result.begin.begin() + 1, result.begin.end(), result.begin.begin() + 1, 0u);
  result.entry_rows.resize(source.positions.size() + ColumnMatrix::kSlack);
  result.entry_codes.resize(source.positions.size() + ColumnMatrix::kSlack);
  for_each([&](size_t place, uint32_t row, uint16_t code) {
    const uint32_t entry = result.begin[place + 1]++;
    result.entry_rows[entry] = static_cast<uint16_t>(row);
    result.entry_codes[entry] = static_cast<uint8_t>(code);
  });
  return result;
}

bool ColumnForm::Pays(const Form& other, WeightSource* source) {
  // Smaller layers are done before what they skip is known; in fewer rows of a thread one column
  // waits for the sums of the one before; and with fewer inputs to skip too few layers have as
  // little for another layout to pay.
  constexpr size_t kWorthColumns = 100'000, kWorthRows = 1024;
  constexpr double kWorthActive = 0.25;
  const WeightShape& shape = source->shape();
  return !kForSize && other.MostActive() >= kWorthActive &&
         source->constant().codebook.size() <= ColumnMatrix::kCodebook &&
         source->survivors() >= kWorthColumns && shape.rows / shape.threads >= kWorthRows;
}

ColumnForm::ColumnForm(WeightSource* source, double most_active)
    : kernels_(source->kernels()),
      w_(LayOutColumns(source->Lines(), source->lines_transposed(), source->constant().codebook,
                       source->shape().threads, source->memory())),
      most_active_(most_active) {}

}  // namespace dc::runtime
