// What forms have in common whose matrix has slots for most survivors and a rest for the others: a
// BlockMatrix or a ByteMatrix.
#ifndef DC_RUNTIME_FORMS_SLOT_FORM_H_
#define DC_RUNTIME_FORMS_SLOT_FORM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/forms/dense_product.h"
#include "runtime/forms/form.h"
#include "runtime/forms/sell_form.h"
#include "runtime/forms/sparse_rows.h"

namespace dc::runtime {

// The survivors of such a matrix row by row; the codes are those of w.codebook.
template <class Matrix>
SparseRows SlotSurvivors(const Matrix& w) {
  const SparseRows others = SurvivorsOf(w.rest);
  std::vector<size_t> slot_of(w.rows);
  for (size_t slot = 0; slot < w.slot_rows.size(); ++slot) {
    if (w.slot_rows[slot] != w.rows) slot_of[w.slot_rows[slot]] = slot;
  }
  SparseRows result;
  result.rows = w.rows;
  result.columns = w.columns;
  result.begin.push_back(0);
  // No more than that are needed.
  result.Own(w.slot_count() + others.positions.size());
  size_t count = 0;
  const auto keep = [&](uint32_t position, uint32_t code) {
    result.own_positions[count] = position;
    result.own_codes[count++] = static_cast<uint16_t>(code);
  };
  for (uint32_t row = 0; row < w.rows; ++row) {
    uint64_t next = others.begin[row];
    const auto keep_others = [&](uint32_t end) {
      for (; next < others.begin[row + 1] && others.positions[next] < end; ++next) {
        keep(others.positions[next], others.codes[next]);
      }
    };
    w.ForEachSlot(slot_of[row] / Matrix::kRows, slot_of[row] % Matrix::kRows,
                  [&](uint32_t column, uint32_t code) {
                    if (w.codebook[code] == 0.0f) return;
                    const uint32_t position = row * w.columns + column;
                    keep_others(position);
                    keep(position, code);
                  });
    keep_others(~0u);
    result.begin.push_back(count);
  }
  result.Own(count);
  return result;
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
    return estimate_ / (kColumnEntryCost * static_cast<double>(survivors_));
  }
  CodedRows Unpack() const override { return {SurvivorsOf(w_), w_.codebook}; }

 protected:
  const KernelSet& kernels_;
  size_t survivors_ = 0;
  double estimate_ = 0;  // microseconds of a product, as it was planned
  Matrix w_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_SLOT_FORM_H_
