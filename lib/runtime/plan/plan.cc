#include "runtime/plan/plan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "format/ops.h"
#include "runtime/kernels/build.h"
#include "runtime/operators/channel_affine.h"
#include "runtime/operators/items_op.h"
#include "runtime/operators/node_context.h"
#include "runtime/operators/registry.h"
#include "runtime/plan/graph_view.h"
#include "runtime/plan/plan_memory.h"

namespace dc::runtime {
namespace {

// What the planner knows of a value that is computed.
struct Value {
  op::Shape whole;
  uint32_t buffer = 0;
  bool known = false;  // the shape; not where a node before it was refused
};

class Planner {
 public:
  Planner(const format::Manifest& manifest, const GraphView& graph, const ConstantLoader& load,
          const PlanOptions& options)
      : manifest_(manifest), graph_(graph), load_(load), options_(options) {}

  StatusOr<Plan> Build() {
    values_.resize(graph_.values());
    for (size_t i = 0; i < manifest_.inputs.size(); ++i) {
      const Status status = AddInput(i);
      if (!status.ok()) return status.At(Text({"input ", i}));
    }
    std::vector<bool> merged(manifest_.nodes.size(), false);
    for (size_t n = 0; n < manifest_.nodes.size(); ++n) {
      if (!graph_.IsNeeded(n) || merged[n]) continue;
      if (!KnowsInputs(n)) continue;
      const op::Operator& record = *op::FindOperator(manifest_.nodes[n].op);
      Fusion fusion;
      if (record.Has(op::kConvolves) || record.Has(op::kProduct)) {
        // A product's rows are its last dimension, the channels of what follows dimension 1.
        const uint32_t x = manifest_.nodes[n].inputs[0];
        const size_t rank = graph_.IsTensor(x) ? 0 : values_[x].whole.size();
        if (rank > 1) fusion = graph_.FindFusion(n, record.Has(op::kConvolves) || rank == 2);
      } else if (!kForSize && record.Has(op::kAdds)) {
        fusion = graph_.FindLimits(n);
      }
      const Status status = AddNode(n, fusion);
      if (!status.ok()) {
        if (options_.reasons == nullptr) return status.At(graph_.NodeText(n));
        options_.reasons->push_back(status.At(graph_.NodeText(n)));
      }
      for (size_t node : fusion.nodes) {
        merged[node] = true;
        values_[graph_.OutputOf(node)] = values_[graph_.OutputOf(n)];
      }
    }
    if (options_.reasons != nullptr && !options_.reasons->empty()) return options_.reasons->front();
    for (const format::OutputInfo& output : manifest_.outputs) {
      const Value& value = values_[output.value];
      plan_.outputs.push_back({value.whole, value.buffer});
    }
    RemoveJoins(&plan_);
    DC_RETURN_IF_ERROR(PlanMemories(&plan_));
    return std::move(plan_);
  }

 private:
  Status AddInput(size_t i) {
    op::Shape whole = manifest_.inputs[i].shape;
    if (!whole.empty() && !manifest_.fixed_shapes) whole[0] = op::kBatch;
    const int64_t size = CheckedSize(ExtentsOf(whole));
    const bool open = std::any_of(whole.begin() + (whole.empty() ? 0 : 1), whole.end(),
                                  [](int64_t d) { return d < 1; });
    if (size < 0 || open) {
      return Unsupported(
          DC_ERROR_TEXT("an open or large shape", "a shape of ", op::DescribeShape(whole)),
          "manifest", "all dimensions but the batch must be fixed, 2^28 values at most");
    }
    values_[i] = {whole, NewBuffer(static_cast<uint64_t>(size)), true};
    plan_.inputs.push_back({whole, values_[i].buffer});
    return OkStatus();
  }

  bool KnowsInputs(size_t n) const {
    const std::vector<uint32_t>& inputs = manifest_.nodes[n].inputs;
    return std::all_of(inputs.begin(), inputs.end(), [&](uint32_t value) {
      return value == format::kNoValue || graph_.IsTensor(value) || values_[value].known;
    });
  }

  uint32_t NewBuffer(uint64_t size) {
    const uint32_t buffer = static_cast<uint32_t>(plan_.buffer_sizes.size());
    plan_.buffer_sizes.push_back(size);
    plan_.parts.push_back({buffer, 0});
    return buffer;
  }

  // What node `n` is built from, but for what is merged into it.
  NodeContext ContextOf(size_t n, const format::Attributes& attributes) const {
    const format::Node& node = manifest_.nodes[n];
    NodeContext context{
        .node = node,
        .attributes = attributes,
        .load = load_,
        .kernels = *options_.kernels,
        .max_chunks = options_.max_chunks,
        .memory = options_.memory != nullptr ? options_.memory : std::pmr::new_delete_resource()};
    for (uint32_t value : node.inputs) {
      NodeInput& input = context.inputs.emplace_back();
      if (value == format::kNoValue) continue;
      if (graph_.IsTensor(value)) {
        input.kind = NodeInput::kConstant;
        input.tensor = graph_.TensorOf(value);
        input.whole = manifest_.tensors[input.tensor].shape;
      } else {
        input.kind = NodeInput::kActivation;
        input.whole = values_[value].whole;
      }
      input.shape = ExtentsOf(input.whole);
    }
    return context;
  }

  // The BatchNormalization that is node `n`, to be merged into a layer.
  Status LoadNorm(size_t n, ChannelAffine* norm) const {
    const format::Attributes attributes(manifest_.nodes[n]);
    const NodeContext context = ContextOf(n, attributes);
    const Status status = LoadBatchNorm(context, CheckedSize(context.inputs[1].shape), norm);
    return status.ok() ? status : status.At(graph_.NodeText(n));
  }

  Status AddNode(size_t n, const Fusion& fusion) {
    const format::Node& node = manifest_.nodes[n];
    const format::Attributes attributes(node);
    NodeContext context = ContextOf(n, attributes);
    context.extra_bias = fusion.extra_bias;
    context.low = fusion.low;
    context.high = fusion.high;
    if (!kForSize && fusion.norm) DC_RETURN_IF_ERROR(LoadNorm(*fusion.norm, &context.norm));
    std::vector<uint32_t> inputs;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (context.IsActivation(i)) inputs.push_back(values_[node.inputs[i]].buffer);
    }
    Value& output = values_[graph_.OutputOf(n)];
    DC_ASSIGN_OR_RETURN(output.whole, InferOutput(context, op::DeclaredBatch(manifest_.inputs)));
    context.output = ExtentsOf(output.whole);
    const int64_t size = CheckedSize(context.output);
    if (size < 0) {
      return Unsupported(
          DC_ERROR_TEXT("a large output", "an output of shape ", op::DescribeShape(output.whole)),
          "", "the limit is 2^28 values per sample");
    }
    output.known = true;
    MakeOperatorKernel* make = FindMakeOperatorKernel(node.op);
    if (make == nullptr) return Unsupported("the operator cannot be run", "", "remove it");
    DC_ASSIGN_OR_RETURN(NodeResult result, make(context));
    if (result.kernel == nullptr) {
      output.buffer = inputs[0];
      return OkStatus();
    }
    const uint64_t output_size = static_cast<uint64_t>(size);
    output.buffer = NewBuffer(output_size);
    if (result.items > 1) {
      const auto part = [&](uint64_t whole) { return static_cast<size_t>(whole) / result.items; };
      result.kernel = MakeItems(std::move(result.kernel), result.items,
                                part(plan_.buffer_sizes[inputs[0]]), part(output_size));
    }
    Step& step = plan_.steps.emplace_back();
    step.kernel = std::move(result.kernel);
    step.inputs = std::move(inputs);
    step.output = output.buffer;
    step.joins = result.joins;
    step.name = format::FindOp(node.op)->name;
    if (result.layer) {
      step.layer = static_cast<int64_t>(plan_.layers.size());
      AddLayer(node, std::move(*result.layer));
    }
    return OkStatus();
  }

  void AddLayer(const format::Node& node, LayerPlan layer) {
    const bool convolution = format::FindOp(node.op)->Has(op::kConvolves);
    const int number = ++(convolution ? convolutions_ : fully_connected_);
    layer.op = format::FindOp(node.op)->name;
    // A product's weight may be on the left.
    const uint32_t weight = node.inputs[graph_.IsTensor(node.inputs[1]) ? 1 : 0];
    layer.name = manifest_.tensors[graph_.TensorOf(weight)].name;
    if (layer.name.empty()) layer.name = Text({convolution ? "conv" : "fc", number});
    plan_.layers.push_back(std::move(layer));
  }

  const format::Manifest& manifest_;
  const GraphView& graph_;
  const ConstantLoader& load_;
  const PlanOptions& options_;
  std::vector<Value> values_;
  int convolutions_ = 0, fully_connected_ = 0;
  Plan plan_;
};

}  // namespace

StatusOr<Plan> BuildPlan(const format::Manifest& manifest, const ConstantLoader& load,
                         const PlanOptions& options) {
  DC_ASSIGN_OR_RETURN(const GraphView graph, GraphView::Make(manifest));
  return Planner(manifest, graph, load, options).Build();
}

}  // namespace dc::runtime
