// What an operator is built from, and what building it yields.
#ifndef DC_RUNTIME_OPERATORS_NODE_CONTEXT_H_
#define DC_RUNTIME_OPERATORS_NODE_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "dc/runtime.h"
#include "dc/status.h"
#include "format/manifest.h"
#include "format/ops.h"
#include "runtime/forms/row_epilogue.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/load/constant.h"
#include "runtime/load/sample_shape.h"
#include "runtime/operators/channel_affine.h"
#include "runtime/operators/operator_kernel.h"

namespace dc::runtime {

// One input of a node.
struct NodeInput {
  enum Kind { kOmitted, kActivation, kConstant } kind = kOmitted;
  Shape shape;        // kActivation: of one sample; kConstant: of the tensor
  size_t tensor = 0;  // kConstant: its number in the manifest
};

struct NodeContext {
  const format::Node& node;
  const format::Attributes& attributes;
  uint32_t opset = 13;
  std::vector<NodeInput> inputs;
  const ConstantLoader& load;
  const KernelSet& kernels;
  size_t max_chunks = 1;  // that an operator splits its work into; 1 without threads
  // Where the weight as it is executed comes from; outlives the operator.
  std::pmr::memory_resource* memory = nullptr;
  // Of the nodes that the plan merges into this one (convolution and fully connected only).
  std::optional<size_t> extra_bias;  // tensor that a following Add adds to the outputs
  ChannelAffine norm;                // what then happens to the layer's rows
  float low = Epilogue().low, high = Epilogue().high;  // and what limits them

  bool IsActivation(size_t i) const {
    return i < inputs.size() && inputs[i].kind == NodeInput::kActivation;
  }
  bool IsConstant(size_t i) const {
    return i < inputs.size() && inputs[i].kind == NodeInput::kConstant;
  }
  // The epilogue of a layer whose rows have this bias, with what is merged into the layer.
  RowEpilogue EpilogueOf(std::vector<float> bias) const;
  // The values of constant input `i`, checked to be `size` of them.
  StatusOr<std::vector<float>> Values(size_t i, int64_t size) const;
};

// `op` is null where the output is the first activation input under another shape.
struct NodeResult {
  Shape shape;  // of one sample of the output
  std::unique_ptr<OperatorKernel> kernel;
  bool joins = false;              // the output is the inputs, one after the other
  std::optional<LayerPlan> layer;  // of operators with weights; name is left to the plan
};

// BadInput that the operator's input `i` has a shape it cannot have.
Status BadShape(const NodeContext& context, size_t i, const std::string& expected);

// `axis` of a value with `rank` dimensions, batch included, counted from the front; negative ones
// count from the end. BadInput outside, Unsupported for the batch itself.
StatusOr<size_t> SampleAxis(int64_t axis, size_t rank);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_NODE_CONTEXT_H_
