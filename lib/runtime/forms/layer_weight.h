// The weight of a convolution or a fully connected layer, in the forms that it is executed in.
#ifndef DC_RUNTIME_FORMS_LAYER_WEIGHT_H_
#define DC_RUNTIME_FORMS_LAYER_WEIGHT_H_

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>

#include "dc/runtime.h"
#include "runtime/forms/column_form.h"
#include "runtime/forms/csb_form.h"
#include "runtime/forms/form.h"
#include "runtime/forms/weight_source.h"

namespace dc::runtime {

struct LayerWeight {
  std::unique_ptr<Form> form;  // of the cheapest cost
  RowEpilogue epilogue;        // what follows each product
  double multiply_adds = 0;    // of one product
  uint32_t columns = 0;        // of the weight
  // Of a sparse fully connected layer, besides: the form for batches, laid out by MakeBatchForm;
  // and, where that pays, the one for inputs that are mostly zero.
  std::unique_ptr<CsbForm> batch;
  std::unique_ptr<ColumnForm> by_columns;
  AllFinite* all_finite = nullptr;  // where weights that are 0 are skipped

  // Whether the products of skipped weights with x[0, floats) are 0 each. Else MultiplyAsDense is
  // right for a vector, and Shift::finite is false.
  bool ZerosStayZero(const float* x, size_t floats) const {
    return all_finite == nullptr || all_finite(x, floats);
  }
  // The product with `lanes` vectors side by side.
  Shift SideBySide(const float* x, size_t lanes, float* y) const;

  // The form for Product::kShift.
  const Form& shift_form() const { return batch ? *batch : *form; }
  // Bytes of all of them.
  int64_t ResidentBytes() const;
  // Lays the weight of a sparse fully connected layer out for batches, too. Changes `batch` alone.
  void MakeBatchForm();
  void DropBatchForm();
};

// Lays `constant` out in `memory` in the form that costs least, each value multiplied by `scale`,
// and fills the fields form, kernel, batch_kernel, reason, weights, survivors and resident_bytes of
// `layer`. Precondition: the elements of `constant` are rows * columns, both at most
// kMaxMatrixSide.
LayerWeight MakeLayerWeight(Constant constant, const WeightShape& shape, float scale,
                            RowEpilogue epilogue, const KernelSet& kernels,
                            std::pmr::memory_resource* memory, LayerPlan* layer);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_LAYER_WEIGHT_H_
