// By columns (kernels/column_matrix.h): sparse weights of fully connected layers a second time, for
// single samples of which most inputs are zero.
#ifndef DC_RUNTIME_FORMS_COLUMN_FORM_H_
#define DC_RUNTIME_FORMS_COLUMN_FORM_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

#include "runtime/forms/form.h"
#include "runtime/kernels/column_matrix.h"

namespace dc::runtime {

// Lays `source`, or its transpose, out in `bands` bands or as many as it takes. Precondition: at
// most ColumnMatrix::kCodebook centroids, of which codes are the numbers.
ColumnMatrix LayOutColumns(const SparseRows& source, bool transposed,
                           std::span<const float> codebook, size_t bands,
                           std::pmr::memory_resource* memory = std::pmr::get_default_resource());

// No Form, which one weight has one of: whether it is used depends on each sample's inputs.
class ColumnForm {
 public:
  // Whether it pays beside `other`, which `source` was laid out in.
  static bool Pays(const Form& other, WeightSource* source);

  // For inputs of which at most the share `most_active` is not zero. Precondition: Pays.
  ColumnForm(WeightSource* source, double most_active);

  double most_active() const { return most_active_; }
  int64_t ResidentBytes() const { return w_.ResidentBytes(); }
  size_t Parts() const { return w_.bands(); }
  // Floats of working memory for Active.
  size_t ScratchFloats() const { return w_.columns + ColumnMatrix::kSlack; }
  // Numbers of the inputs that are not zero, in `scratch`.
  std::span<const uint32_t> Active(const float* x, float* scratch) const {
    uint32_t* const list = reinterpret_cast<uint32_t*>(scratch);
    return {list, kernels_.collect_active(x, w_.columns, list)};
  }
  // Rows of parts [begin, end) of epilogue(W x).
  void MultiplyVector(size_t begin, size_t end, std::span<const uint32_t> active, const float* x,
                      const Epilogue& epilogue, float* y) const {
    kernels_.column_scatter(w_, begin, end, active, x, epilogue, y);
  }

 private:
  const KernelSet& kernels_;
  ColumnMatrix w_;
  double most_active_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_COLUMN_FORM_H_
