// Concat along any axis but the batch.
#include "train/operators/copy_operator.h"

namespace dc::train {

StatusOr<std::unique_ptr<OperatorKernel>> MakeConcat(NodeBuilder* builder) {
  std::vector<const Value*> inputs;
  for (size_t i = 0; i < builder->node().inputs.size(); ++i) {
    DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(i));
    inputs.push_back(x);
  }
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  const size_t axis = *op::Axis(builder->attributes().Int("axis"), shape.size());
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  std::vector<dnnl::memory::desc> windows;
  dnnl::memory::dims offset(shape.size(), 0);
  for (const Value* x : inputs) {
    windows.push_back(y->data.get_desc().submemory_desc(x->shape, offset));
    offset[axis] += x->shape[axis];
  }
  return MakeCopy(builder, *y, inputs, windows);
}

}  // namespace dc::train
