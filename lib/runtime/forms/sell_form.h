// SELL-16 (kernels/sell_matrix.h): sparse weights of fully connected layers, for single samples.
#ifndef DC_RUNTIME_FORMS_SELL_FORM_H_
#define DC_RUNTIME_FORMS_SELL_FORM_H_

#include <cstddef>
#include <memory_resource>
#include <span>

#include "runtime/forms/dense_product.h"
#include "runtime/forms/form.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/sell_matrix.h"

namespace dc::runtime {

// Lays `source`, or its transpose, out. Precondition: the codes are below codebook.size().
SellMatrix LayOutSell(const SparseRows& source, bool transposed, std::span<const float> codebook,
                      std::pmr::memory_resource* memory = std::pmr::get_default_resource());
// The survivors again; the codes are those of w.codebook.
SparseRows SurvivorsOf(const SellMatrix& w);

class SellForm : public Form {
 public:
  explicit SellForm(const WeightSource& source)
      : multiply_(source.kernels().sell_gather), w_(source.memory()) {}

  const char* Name(Product) const override { return "sell16"; }
  double Cost(WeightSource* source) override;
  void LayOut(WeightSource* source) override;
  int64_t ResidentBytes() const override { return w_.ResidentBytes(); }
  size_t Parts() const override { return w_.slices(); }
  void MultiplyVector(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                      float* y) const override {
    multiply_(w_, begin, end, x, epilogue, y);
  }
  void MultiplyAsDense(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                       float* y) const override {
    runtime::MultiplyAsDense(w_, begin, end, x, epilogue, y);
  }
  double MostActive() const override;
  CodedRows Unpack() const override {
    return kHasLanes ? CodedRows{SurvivorsOf(w_), w_.codebook} : CodedRows();
  }

 private:
  SellGather* multiply_;
  SellMatrix w_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_SELL_FORM_H_
