#include "runtime/operators/node_context.h"

#include <utility>

#include "base/text.h"
#include "runtime/kernels/build.h"

namespace dc::runtime {

StatusOr<std::vector<float>> NodeContext::Values(size_t i, int64_t size) const {
  if (!IsConstant(i)) {
    return Unsupported(
        DC_ERROR_TEXT("an input is not a constant", "input ", i, " is not a constant"), "",
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

StatusOr<Shape> NodeContext::Item() const {
  const op::Shape& whole = inputs[0].whole;
  for (size_t d = 1; d < whole.size(); ++d) {
    if (whole[d] < 0) return op::AcrossBatch("works");
  }
  if (!IsActivation(0) || whole.empty()) {
    return Unsupported("an input that is a constant or has no dimensions", "",
                       "fold it into the model first");
  }
  return Shape(inputs[0].shape.begin() + 1, inputs[0].shape.end());
}

void AddLayer(LayerPlan matrix, NodeResult* result) {
  if (!result->layer) {
    result->layer = std::move(matrix);
    return;
  }
  result->layer->weights += matrix.weights;
  result->layer->survivors += matrix.survivors;
  result->layer->resident_bytes += matrix.resident_bytes;
}

StatusOr<op::Shape> InferOutput(const NodeContext& context, int64_t batch) {
  std::vector<const op::Shape*> inputs;
  for (const NodeInput& input : context.inputs) {
    inputs.push_back(input.kind == NodeInput::kOmitted ? nullptr : &input.whole);
  }
  std::vector<op::Shape> outputs;
  DC_RETURN_IF_ERROR(
      op::FindOperator(context.node.op)->infer({context.attributes, inputs, batch}, &outputs));
  return std::move(outputs[0]);
}

}  // namespace dc::runtime
