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
  op::Shape whole;    // ONNX's, the batch a symbol
  Shape shape;        // its extents
  size_t tensor = 0;  // kConstant: its number in the manifest
};

struct NodeContext {
  const format::Node& node;
  const format::Attributes& attributes;
  std::vector<NodeInput> inputs;
  Shape output;  // extents, as the operator's record infers them
  const ConstantLoader& load;
  const KernelSet& kernels;
  size_t max_chunks = 1;  // that an operator splits its work into; 1 without threads
  // Where the weight as it is executed comes from; outlives the operator.
  std::pmr::memory_resource* memory = nullptr;
  // Of the nodes that the plan merges into this one: convolution and fully connected; sums have
  // limits alone.
  std::optional<size_t> extra_bias;  // tensor that a following Add adds to the outputs
  ChannelAffine norm;                // what then happens to the layer's rows
  float low = Epilogue().low, high = Epilogue().high;  // and what limits them

  bool IsActivation(size_t i) const {
    return i < inputs.size() && inputs[i].kind == NodeInput::kActivation;
  }
  bool IsConstant(size_t i) const {
    return i < inputs.size() && inputs[i].kind == NodeInput::kConstant;
  }
  // One item of input 0, an activation: what is left of it without dimension 0, which counts items
  // that the operator treats one after the other; see NodeResult::items. Unsupported where the
  // batch is another dimension.
  StatusOr<Shape> Item() const;
  // The epilogue of a layer whose rows have this bias, with what is merged into the layer.
  RowEpilogue EpilogueOf(std::vector<float> bias) const;
  // The values of constant input `i`, checked to be `size` of them.
  StatusOr<std::vector<float>> Values(size_t i, int64_t size) const;
};

// `kernel` is null where the output is the first activation input under another shape.
struct NodeResult {
  std::unique_ptr<OperatorKernel> kernel;
  // The kernel is for one of so many equal parts of activation 0 and of the output.
  size_t items = 1;
  bool joins = false;              // the output is the inputs, one after the other
  std::optional<LayerPlan> layer;  // of operators with weights; name is left to the plan
};

// Notes in `result` another matrix of its layer's weight.
void AddLayer(LayerPlan matrix, NodeResult* result);

// The shape of the output of `context`, whose graph inputs declare `batch` samples (-1: any
// number).
StatusOr<op::Shape> InferOutput(const NodeContext& context, int64_t batch);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_NODE_CONTEXT_H_
