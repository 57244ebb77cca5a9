// Sparse weights of fully connected layers, for single samples whose numbers are rounded to 8 bits
// (kernels/byte_matrix.h). Only where a session allows it.
#ifndef DC_RUNTIME_FORMS_BYTE_FORM_H_
#define DC_RUNTIME_FORMS_BYTE_FORM_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>

#include "runtime/forms/slot_form.h"
#include "runtime/kernels/byte_matrix.h"

namespace dc::runtime {

// The plan with which a product takes least time, by times per word and per entry that were
// measured. `source` is the weight or, where `transposed`, its transpose.
SlotPlan PlanBytes(const SparseRows& source, bool transposed, const FormCosts& costs);

// Lays `source` out as `plan` says. Precondition: `codebook` has at most 16 entries, or 15 and no
// zero among them.
ByteMatrix LayOutBytes(const SparseRows& source, bool transposed, std::span<const float> codebook,
                       const SlotPlan& plan,
                       std::pmr::memory_resource* memory = std::pmr::get_default_resource());
// The survivors again; the codes are those of w.codebook.
SparseRows SurvivorsOf(const ByteMatrix& w);

class ByteForm : public SlotForm<ByteMatrix> {
 public:
  using SlotForm::SlotForm;

  const char* Name(Product) const override { return "int8"; }
  double Cost(WeightSource* source) override;
  std::string Note(double next) const override;
  void LayOut(WeightSource* source) override;
  void MultiplyVector(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                      float* y) const override;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_BYTE_FORM_H_
