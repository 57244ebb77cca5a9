// A way to hold the weight of a layer in memory and to multiply with it.
#ifndef DC_RUNTIME_FORMS_FORM_H_
#define DC_RUNTIME_FORMS_FORM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "runtime/forms/sparse_rows.h"
#include "runtime/forms/weight_source.h"
#include "runtime/kernels/code_panels.h"
#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {

// Survivors with the codebook that their codes count.
struct CodedRows {
  SparseRows rows;
  std::span<const float> codebook;
};

// A form first says its cost; the one that is chosen (layer_weight.h) then lays the weight out, and
// from then on never changes. Which products a form has its cost says; what belongs to other
// products may be left as it is here.
class Form {
 public:
  virtual ~Form() = default;

  // What `dc-run --explain` calls it where it makes that product.
  virtual const char* Name(Product product) const = 0;

  // Time of the product that `source` is for, over what the dense kernel takes. Infinity where the
  // form has no such product, or cannot hold this weight.
  virtual double Cost(WeightSource* source) = 0;
  // What there is to say of why it was chosen, beyond the density; `next` is the cost of the second
  // best form.
  virtual std::string Note(double next) const {
    static_cast<void>(next);
    return {};
  }

  // Takes the weight. May use up what `source` holds.
  virtual void LayOut(WeightSource* source) = 0;
  // Bytes that it takes as it is laid out.
  virtual int64_t ResidentBytes() const = 0;
  // Whether weights that are 0 take no time.
  virtual bool SkipsZeros() const { return true; }

  // Parts that a product can be split into, each of some rows of its own.
  virtual size_t Parts() const { return 0; }

  // Product::kVector: rows of parts [begin, end) of epilogue(W x). `x`, `y` and the epilogue
  // begin at the first column and row of the whole weight.
  virtual void MultiplyVector(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                              float* y) const {
    static_cast<void>(begin), static_cast<void>(end), static_cast<void>(x);
    static_cast<void>(epilogue), static_cast<void>(y);
  }
  // The same for an x that is not finite (dense_product.h). Only forms that skip zeros; their
  // MultiplyVector is for finite ones.
  virtual void MultiplyAsDense(size_t begin, size_t end, const float* x, const Epilogue& epilogue,
                               float* y) const {
    static_cast<void>(begin), static_cast<void>(end), static_cast<void>(x);
    static_cast<void>(epilogue), static_cast<void>(y);
  }
  // Share of inputs other than zero up to which a product by columns (column_form.h) is faster.
  virtual double MostActive() const { return 0; }
  // The survivors again, for another form. Only forms that skip zeros.
  virtual CodedRows Unpack() const { return {}; }

  // Product::kShift: what kernels/shift.h describes, for the rows of parts [begin, end), which
  // belong to one group. Rows, also those of the epilogue, count from the first of the whole
  // weight. The products of weights that are 0 are among them unless `shift.finite`.
  virtual void MultiplyShift(size_t begin, size_t end, const Shift& shift,
                             const Epilogue& epilogue) const {
    static_cast<void>(begin), static_cast<void>(end), static_cast<void>(shift);
    static_cast<void>(epilogue);
  }
  // The rows of a part.
  struct Rows {
    size_t begin = 0, end = 0;
  };
  virtual Rows RowsOf(size_t part) const {
    static_cast<void>(part);
    return {};
  }
  // Most rows that a part has.
  virtual size_t MostRows() const { return 0; }

  // Filters for Winograd's method, one matrix per group; empty in forms that convolve directly.
  virtual std::span<const CodePanels> Filters() const { return {}; }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_FORM_H_
