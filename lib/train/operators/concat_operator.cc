// Concat along any axis but the batch.
#include "train/operators/copy_operator.h"

namespace dc::train {

StatusOr<std::unique_ptr<OperatorKernel>> MakeConcat(NodeBuilder* builder) {
  std::vector<const Value*> inputs;
  for (size_t i = 0; i < builder->node().inputs.size(); ++i) {
    DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(i));
    inputs.push_back(x);
  }
  if (inputs.empty()) return builder->Invalid("no input");
  std::vector<int64_t> shape = inputs[0]->shape;
  const int64_t rank = static_cast<int64_t>(shape.size());
  int64_t axis = builder->node().Int("axis", 1);
  if (axis < 0) axis += rank;
  if (axis < 1 || axis >= rank) {
    return builder->NotCovered("concatenation along axis " + std::to_string(axis));
  }
  shape[axis] = 0;
  for (const Value* x : inputs) {
    if (static_cast<int64_t>(x->shape.size()) == rank) shape[axis] += x->shape[axis];
  }
  for (const Value* x : inputs) {
    std::vector<int64_t> expected = shape;
    if (static_cast<int64_t>(x->shape.size()) == rank) expected[axis] = x->shape[axis];
    if (x->shape != expected) {
      return builder->Invalid("inputs of shapes " + ShapeText(inputs[0]->shape) + " and " +
                              ShapeText(x->shape) + " do not fit");
    }
  }
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
