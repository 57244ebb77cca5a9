// What a kernel is made from: its node, the values around it and the parameters.
#ifndef DC_TRAIN_BUILD_NODE_BUILDER_H_
#define DC_TRAIN_BUILD_NODE_BUILDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/node_attributes.h"
#include "model/shapes.h"
#include "train/aligned_floats.h"
#include "train/build/node_kernel.h"
#include "train/build/train_memory.h"
#include "train/dropout_ratios.h"
#include "train/network.h"
#include "train/parameters.h"

namespace dc::train {

// One activation of one executor. The gradient has the layout of the data.
struct Value {
  std::vector<int64_t> shape;  // all numbers; most kernels have the batch in dimension 0
  dnnl::memory data;
  dnnl::memory gradient;  // empty where none is needed
  // Readers that have not been built yet. Backward runs in reverse, so the reader that is built
  // last writes the gradient first and all others add to it.
  int readers_left = 0;
};

// Everything that the kernels of one executor share.
struct BuildState {
  const Network* network = nullptr;
  const Parameters* parameters = nullptr;
  DropoutRatios* dropout = nullptr;
  float* gradients = nullptr;  // in the layout of Parameters; null in inference
  int64_t batch = 0;
  bool training = false;
  std::map<std::string, Value> values;
  std::map<std::string, int> parameter_readers_left;
  std::shared_ptr<AlignedFloats> work_space = std::make_shared<AlignedFloats>();
  std::optional<ShapeTracker> shapes;
};

// The view of BuildState that belongs to one node.
class NodeBuilder {
 public:
  // What the record of the node's operator says of the node; errors name it.
  static StatusOr<NodeBuilder> Make(BuildState* state, size_t node_index);

  const Node& node() const { return node_; }
  const op::Operator& record() const { return *record_; }
  // Settings among them.
  const op::Attributes& attributes() const { return attributes_; }
  // The shape of output 0, the batch a number wherever it is. Unsupported for a scalar.
  StatusOr<std::vector<int64_t>> OutputShape() const;
  const Graph& graph() const { return *state_->network->graph; }
  size_t node_index() const { return index_; }
  int64_t batch() const { return state_->batch; }
  bool training() const { return state_->training; }
  DropoutRatios* dropout() const { return state_->dropout; }

  // The activation at input `i`. Unsupported where the input is missing or a constant.
  StatusOr<const Value*> Input(size_t i) const;
  // True where input `i` is given and known before the run.
  bool IsConstant(size_t i) const;
  // The parameter at input `i`, or an error that says what is there instead.
  StatusOr<const Parameter*> ParameterAt(size_t i) const;
  // Its values, seen in the layout `desc` (plain, of as many elements).
  dnnl::memory ParameterMemory(const Parameter& parameter, const dnnl::memory::desc& desc) const;

  // Input `i` in plain layout, a value or a parameter alike, and its shape; where Backward writes
  // its gradient, if `gradient` is not null (call it so once per input). Errors say why it is
  // neither.
  StatusOr<InputView> PlainInput(size_t i, std::vector<int64_t>* shape, GradientSink* gradient);

  // Where Backward writes the gradient of activation input `i` in the layout `written`. Not needed
  // where no parameter comes before it. In training, call one of the two exactly once per input.
  GradientSink InputGradient(size_t i, const dnnl::memory::desc& written);
  // The same where the gradient is a copy of `from`.
  Copy InputGradientCopy(size_t i, const dnnl::memory& from);
  // InputGradient for a parameter, seen as `plain`; kFixed parameters need none. Call once per
  // input. A statistic's batch value goes here as well.
  GradientSink ParameterGradient(const Parameter& parameter, const dnnl::memory::desc& plain,
                                 const dnnl::memory::desc& written);
  // The plain form: memory() is row-major in the parameter's shape.
  GradientSink ParameterGradient(const Parameter& parameter) {
    return ParameterGradient(parameter, PlainDesc(parameter.shape), PlainDesc(parameter.shape));
  }

  // Makes output 0 with this shape and layout. Unsupported where it is too large.
  StatusOr<const Value*> Output(const std::vector<int64_t>& shape, const dnnl::memory::desc& desc);

  // At least `floats` floats that all kernels of the executor share: what one leaves there is gone
  // at its next call. Their address is final when all kernels are made.
  std::shared_ptr<AlignedFloats> WorkSpace(size_t floats) const;

  // True where output `i` is named and something reads it.
  bool OutputIsRead(size_t i) const;

  // Errors that name the node.
  Status NotCovered(const std::string& what, const std::string& advice = "") const;
  Status Invalid(const std::string& what) const;

 private:
  NodeBuilder(BuildState* state, size_t node_index, const op::Operator& record,
              NodeAttributes attributes)
      : state_(state),
        index_(node_index),
        node_(state->network->graph->nodes[node_index]),
        record_(&record),
        attributes_(std::move(attributes)) {}

  BuildState* state_;
  size_t index_;
  const Node& node_;
  const op::Operator* record_;
  NodeAttributes attributes_;
};

// Makes the kernel of a node.
using KernelFactory = StatusOr<std::unique_ptr<OperatorKernel>> (*)(NodeBuilder* builder);

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_NODE_BUILDER_H_
