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
    return BadShape(*this, i, std::to_string(size) + " values");
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

Status BadShape(const NodeContext& context, size_t i, const std::string& expected) {
  const bool activation = context.IsActivation(i);
  return BadInput("input " + std::to_string(i) + " has shape " + (activation ? "Nx" : "") +
                      DescribeShape(context.inputs[i].shape) + ", expected " + expected,
                  "", "the file contradicts itself; encode the model again");
}

StatusOr<size_t> SampleAxis(int64_t axis, size_t rank) {
  const int64_t signed_rank = static_cast<int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    return BadInput(
        "axis " + std::to_string(axis) + " of a value with " + std::to_string(rank) + " dimensions",
        "", "the file contradicts itself; encode the model again");
  }
  if (axis < 0) axis += signed_rank;
  if (axis == 0) {
    return Unsupported("the operator works across the batch (axis 0)", "",
                       "only operators that treat every sample by itself can be executed");
  }
  return static_cast<size_t>(axis) - 1;
}

}  // namespace dc::runtime
