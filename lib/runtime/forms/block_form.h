// Blocks (kernels/block_matrix.h): sparse weights of fully connected layers, for single samples on
// machines that permute two registers at once.
#ifndef DC_RUNTIME_FORMS_BLOCK_FORM_H_
#define DC_RUNTIME_FORMS_BLOCK_FORM_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>

#include "runtime/forms/block_plan.h"
#include "runtime/forms/slot_form.h"
#include "runtime/kernels/block_matrix.h"

namespace dc::runtime {

// Lays `source`, a weight or, where `transposed`, its transpose, out as `plan` says. Precondition:
// `codebook` has at most 32 entries, or 31 and no zero among them.
BlockMatrix LayOutBlocks(const SparseRows& source, bool transposed, std::span<const float> codebook,
                         const SlotPlan& plan,
                         std::pmr::memory_resource* memory = std::pmr::get_default_resource());
// The survivors again; the codes are those of w.codebook.
SparseRows SurvivorsOf(const BlockMatrix& w);

class BlockForm : public SlotForm<BlockMatrix> {
 public:
  using SlotForm::SlotForm;

  const char* Name(Product) const override { return "blocks"; }
  double Cost(WeightSource* source) override;
  std::string Note(double next) const override;
  void LayOut(WeightSource* source) override;
  void MultiplyVector(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                      float* y) const override;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_BLOCK_FORM_H_
