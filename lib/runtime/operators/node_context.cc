#include "runtime/operators/node_context.h"

#include <utility>

#include "runtime/kernels/build.h"

namespace dc::runtime {

StatusOr<std::vector<float>> NodeContext::Values(size_t i, int64_t size) const {
  if (!IsConstant(i)) {
    return Unsupported("input " + std::to_string(i) + " is not a constant", "",
                       "fold the computation of this input into the model first");
  }
  if (size < 0 || CheckedSize(inputs[i].shape) != size) {
    return op::BadShape(i, inputs[i].shape, size, " values");
  }
  DC_ASSIGN_OR_RETURN(const Constant constant, load(inputs[i].tensor));
  return ExpandValues(constant);
}

RowEpilogue NodeContext::EpilogueOf(std::vector<float> bias) const {
  for (size_t row = 0; !kForSize && row < norm.scale.size(); ++row) {
    bias[row] = bias[row] * norm.scale[row] + norm.shift[row];
  }
  return {norm.scale, std::move(bias), low, high};
}

StatusOr<Shape> InferSample(const NodeContext& context, int64_t batch) {
  std::vector<op::Shape> whole(context.inputs.size());
  std::vector<const op::Shape*> inputs(context.inputs.size(), nullptr);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const NodeInput& input = context.inputs[i];
    if (input.kind == NodeInput::kOmitted) continue;
    if (input.kind == NodeInput::kActivation) whole[i].push_back(op::kBatch);
    whole[i].insert(whole[i].end(), input.shape.begin(), input.shape.end());
    inputs[i] = &whole[i];
  }
  std::vector<op::Shape> outputs;
  DC_RETURN_IF_ERROR(
      op::FindOperator(context.node.op)->infer({context.attributes, inputs, batch}, &outputs));
  const op::Shape& shape = outputs[0];
  bool by_sample = !shape.empty() && shape[0] == op::kBatch;
  for (size_t d = 1; d < shape.size(); ++d) by_sample &= shape[d] > 0;
  if (!by_sample) {
    return Unsupported("an output of shape " + op::DescribeShape(shape), "",
                       "only operators that keep the batch (N) in dimension 0 can be executed");
  }
  return Shape(shape.begin() + 1, shape.end());
}

}  // namespace dc::runtime
