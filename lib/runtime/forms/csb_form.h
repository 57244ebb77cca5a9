// Compressed sparse blocks (kernels/csb_matrix.h): sparse weights of convolutions, and of fully
// connected layers for batches.
#ifndef DC_RUNTIME_FORMS_CSB_FORM_H_
#define DC_RUNTIME_FORMS_CSB_FORM_H_

#include <memory_resource>
#include <span>

#include "base/replace.h"
#include "runtime/forms/dense_product.h"
#include "runtime/forms/form.h"
#include "runtime/kernels/csb_matrix.h"

namespace dc::runtime {

// Lays `source`, or its transpose, out. Precondition: the codes are below codebook.size().
CsbMatrix LayOutCsb(const SparseRows& source, bool transposed, std::span<const float> codebook,
                    const CsbShape& shape,
                    std::pmr::memory_resource* memory = std::pmr::get_default_resource());

class CsbForm : public Form {
 public:
  explicit CsbForm(const WeightSource& source)
      : multiply_(source.kernels().sparse_shift), w_(source.memory()) {}

  const char* Name(Product) const override { return "csb"; }
  double Cost(WeightSource* source) override;
  void LayOut(WeightSource* source) override;
  // Lays the weight of a fully connected layer out, for batches.
  void LayOutForBatches(const CodedRows& weight);
  // Gives back what LayOutForBatches took.
  void Drop() { Replace(&w_, CsbMatrix(memory())); }
  int64_t ResidentBytes() const override { return w_.ResidentBytes(); }
  size_t Parts() const override { return w_.bands(); }
  void MultiplyShift(size_t begin, size_t end, const Shift& shift,
                     const Epilogue& epilogue) const override {
    multiply_(w_, begin, end, shift, epilogue);
    if (!shift.finite) runtime::AddZeroProducts(w_, begin, end, shift);
  }
  Rows RowsOf(size_t part) const override { return {w_.band_begin[part], w_.band_begin[part + 1]}; }
  size_t MostRows() const override;

 private:
  std::pmr::memory_resource* memory() const { return w_.codebook.get_allocator().resource(); }

  SparseShift* multiply_;
  CsbMatrix w_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_CSB_FORM_H_
