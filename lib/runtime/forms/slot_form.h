// What forms have in common whose matrix has slots for most survivors and a rest for the others: a
// BlockMatrix or a ByteMatrix.
#ifndef DC_RUNTIME_FORMS_SLOT_FORM_H_
#define DC_RUNTIME_FORMS_SLOT_FORM_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <span>
#include <vector>

#include "base/replace.h"
#include "runtime/forms/dense_product.h"
#include "runtime/forms/form.h"
#include "runtime/forms/form_costs.h"
#include "runtime/forms/slot_plan.h"
#include "runtime/forms/slot_rest.h"
#include "runtime/forms/sparse_rows.h"

namespace dc::runtime {

// The survivors of such a matrix row by row; the codes are those of w.codebook.
template <class Matrix>
SparseRows SlotSurvivors(const Matrix& w) {
  const std::vector<size_t> slot_of = SlotOfRows(w.slot_rows, w.rows);
  const std::vector<size_t> rest_slot_of = SlotOfRows(w.rest.slot_rows, w.rows);
  SparseRows result;
  result.rows = w.rows;
  result.columns = w.columns;
  result.begin.push_back(0);
  // No more than that are needed.
  result.Own(w.slot_count() + w.rest.entries.size());
  size_t count = 0;
  for (uint32_t row = 0; row < w.rows; ++row) {
    const auto keep = [&](uint32_t column, uint32_t code) {
      result.own_positions[count] = row * w.columns + column;
      result.own_codes[count++] = static_cast<uint16_t>(code);
    };
    RestMatrix::Row rest(w.rest, rest_slot_of[row]);
    const auto keep_rest_before = [&](uint32_t end) {
      for (; rest.more() && rest.column() < end; rest.Next()) keep(rest.column(), rest.code());
    };
    w.ForEachSlot(slot_of[row] / Matrix::kRows, slot_of[row] % Matrix::kRows,
                  [&](uint32_t column, uint32_t code) {
                    if (w.codebook[code] == 0.0f) return;
                    keep_rest_before(column);
                    keep(column, code);
                  });
    keep_rest_before(w.columns);
    result.begin.push_back(count);
  }
  result.Own(count);
  return result;
}

// Sizes, rows and slices of a matrix that is laid out as `plan` says.
template <class Matrix>
void BeginSlots(const SparseRows& source, bool transposed, const SlotPlan& plan, Matrix* w) {
  w->rows = transposed ? source.columns : source.rows;
  w->columns = transposed ? source.rows : source.columns;
  w->blocks = (w->columns - 1) / Matrix::kColumns + 1;
  w->slot_rows.assign(plan.words.size() * Matrix::kRows, w->rows);
  std::copy(plan.order.begin(), plan.order.end(), w->slot_rows.begin());
  w->slice_begin.push_back(0);
  for (const uint8_t words : plan.words) {
    w->slice_begin.push_back(w->slice_begin.back() + size_t{words} * w->blocks);
  }
}

// Lays out what found no slot; its rows count in the plan's order.
template <class Matrix>
void EndSlots(const SparseRows& rest, bool transposed, std::span<const float> codebook,
              std::pmr::memory_resource* memory, Matrix* w) {
  constexpr size_t kWindow = Matrix::kWindow * Matrix::kRows / RestMatrix::kRows;
  Replace(&w->rest, LayOutRest(rest, transposed, codebook, kWindow, memory));
  for (uint32_t& row : w->rest.slot_rows) row = w->slot_rows[row];
}

template <class Matrix>
class SlotForm : public Form {
 public:
  explicit SlotForm(const WeightSource& source) : kernels_(source.kernels()), w_(source.memory()) {}

  int64_t ResidentBytes() const override { return w_.ResidentBytes(); }
  size_t Parts() const override { return w_.windows(); }
  void MultiplyAsDense(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                       float* y) const override {
    runtime::MultiplyAsDense(w_, begin, end, x, epilogue, y);
  }
  double MostActive() const override {
    // Microseconds of one entry by columns.
    constexpr double kColumnEntryCost = 0.5e-3;
    return plan_.estimate / (kColumnEntryCost * static_cast<double>(survivors_));
  }
  CodedRows Unpack() const override { return {SurvivorsOf(w_), w_.codebook}; }

 protected:
  static constexpr double kCannot = std::numeric_limits<double>::infinity();

  // The cost of the weight as `plan` has it.
  double PlannedCost(WeightSource* source,
                     SlotPlan (*plan)(const SparseRows&, bool, const FormCosts&)) {
    const std::span<const float> codebook = source->constant().codebook;
    const bool zero = std::find(codebook.begin(), codebook.end(), 0.0f) != codebook.end();
    if (source->shape().product != Product::kVector || !source->has_codes() ||
        codebook.size() + (zero ? 0 : 1) > Matrix::kMaxEntries ||
        source->shape().columns > RestMatrix::kMostColumns) {
      return kCannot;
    }
    // The estimates compare with SELL-16, not with what is dense.
    if (!source->constant().sparse && source->SparseCost() > 1) return kCannot;
    survivors_ = source->survivors();
    plan_ = plan(source->Lines(), source->lines_transposed(), CostsHere());
    return source->SparseCost() * plan_.estimate / plan_.sell_estimate;
  }

  void LayOutPlanned(WeightSource* source,
                     Matrix (*lay_out)(const SparseRows&, bool, std::span<const float>,
                                       const SlotPlan&, std::pmr::memory_resource*)) {
    Replace(&w_, lay_out(source->Lines(), source->lines_transposed(), source->constant().codebook,
                         plan_, source->memory()));
    plan_.order = {};
    plan_.words = {};
  }

  // Adds what is in the rest of slices [first, last) to what is in y.
  void AddRest(size_t first, size_t last, const float* x, const Epilogue& epilogue,
               float* y) const {
    constexpr size_t kRestSlices = Matrix::kRows / RestMatrix::kRows;
    Epilogue rest = epilogue;
    rest.bias = y;
    kernels_.rest_gather(w_.rest, first * kRestSlices,
                         std::min(last * kRestSlices, w_.rest.slices()), x, rest, y);
  }

  const KernelSet& kernels_;
  size_t survivors_ = 0;
  SlotPlan plan_;
  Matrix w_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_SLOT_FORM_H_
