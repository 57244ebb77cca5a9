// Sparse weights of fully connected layers, for single samples whose numbers are rounded to 8 bits
// (kernels/byte_matrix.h). Only where a session allows it.
#ifndef DC_RUNTIME_FORMS_BYTE_FORM_H_
#define DC_RUNTIME_FORMS_BYTE_FORM_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "runtime/forms/slot_form.h"
#include "runtime/kernels/byte_matrix.h"

namespace dc::runtime {

struct BytePlan {
  std::vector<uint32_t> order;  // all rows, those with the most survivors first
  std::vector<uint8_t> words;   // per block, of each slice of 32 rows in that order
  double estimate = 0;          // microseconds of a product with one vector with it ...
  double sell_estimate = 0;     // ... and with SELL-16
};

// The plan with which a product takes least time, by times per word and per entry that were
// measured. `source` is the weight or, where `transposed`, its transpose.
BytePlan PlanBytes(const SparseRows& source, bool transposed);

// Lays `source` out as `plan` says. Precondition: `codebook` has at most 16 entries, or 15 and no
// zero among them.
ByteMatrix LayOutBytes(const SparseRows& source, bool transposed, std::span<const float> codebook,
                       const BytePlan& plan,
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

 private:
  BytePlan plan_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_BYTE_FORM_H_
