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
#include "runtime/operators/work.h"
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
      const Fusion fusion = FusionOf(n);
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
    DC_RETURN_IF_ERROR(PlanMemories(options_.max_activation_bytes, &plan_));
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

  // What is merged into node `n`, whose inputs are known.
  Fusion FusionOf(size_t n) const {
    const op::Operator& record = *op::FindOperator(manifest_.nodes[n].op);
    if (record.Has(op::kConvolves) || record.Has(op::kProduct)) {
      // A product's rows are its last dimension, the channels of what follows dimension 1.
      const uint32_t x = manifest_.nodes[n].inputs[0];
      const size_t rank = graph_.IsTensor(x) ? 0 : values_[x].whole.size();
      if (rank > 1) return graph_.FindFusion(n, record.Has(op::kConvolves) || rank == 2);
    } else if (!kForSize && record.Has(op::kAdds)) {
      return graph_.FindLimits(n);
    }
    return {};
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
    work_ += WorkOf(context);
    if (work_ > options_.max_work) {
      return Unsupported("more work for a sample than a file of this size may ask for", "",
                         "docs/limits.md says how much it may");
    }
    const uint64_t output_size = static_cast<uint64_t>(size);
    const int64_t twin = FindTwin(n, fusion);
    MakeOperatorKernel* make = FindMakeOperatorKernel(node.op);
    if (make == nullptr) return Unsupported("the operator cannot be run", "", "remove it");
    StatusOr<NodeResult> made = twin < 0 ? make(context) : NodeResult();
    if (!made.ok()) return std::move(made).status();
    NodeResult& result = *made;
    if (twin < 0 && result.kernel == nullptr) {
      output.buffer = inputs[0];
      return OkStatus();
    }
    output.buffer = NewBuffer(output_size);
    if (result.items > 1) {
      const auto part = [&](uint64_t whole) { return static_cast<size_t>(whole) / result.items; };
      result.kernel = MakeItems(std::move(result.kernel), result.items,
                                part(plan_.buffer_sizes[inputs[0]]), part(output_size));
    }
    // A step that puts values together may be removed.
    if (twin < 0 && !result.joins) made_.push_back({n, plan_.steps.size()});
    Step& step = plan_.steps.emplace_back();
    step.kernel = result.kernel.get();
    step.owned = std::move(result.kernel);
    if (twin >= 0) {
      const Step& other = plan_.steps[static_cast<size_t>(twin)];
      step.kernel = other.kernel;
      step.layer = other.layer;
    }
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

  // A node that has a kernel, and the step that it became.
  struct Made {
    size_t node, step;
  };

  // Whether the inputs from `first` on and the attributes of two nodes are the same to a kernel.
  bool AreTwins(const format::Node& a, const format::Node& b, size_t first) const {
    if (a.op != b.op || a.ints != b.ints || a.floats != b.floats) return false;
    if (a.inputs.size() != b.inputs.size()) return false;
    for (size_t i = first; i < a.inputs.size(); ++i) {
      const uint32_t x = a.inputs[i], y = b.inputs[i];
      if (x == y) continue;
      if (std::max(x, y) >= values_.size() || graph_.IsTensor(x) || graph_.IsTensor(y) ||
          values_[x].whole != values_[y].whole) {
        return false;
      }
    }
    return true;
  }

  // The step of an earlier node with the same operator, constants and shapes, whose kernel does for
  // this one, too: a weight is decoded and laid out once, however many layers are the same. -1:
  // none.
  int64_t FindTwin(size_t n, const Fusion& fusion) const {
    const std::vector<format::Node>& nodes = manifest_.nodes;
    for (const Made& made : made_) {
      if (!AreTwins(nodes[made.node], nodes[n], 0)) continue;
      const Fusion other = FusionOf(made.node);
      if (other.extra_bias == fusion.extra_bias && other.low == fusion.low &&
          other.high == fusion.high && other.norm.has_value() == fusion.norm.has_value() &&
          (!fusion.norm || AreTwins(nodes[*other.norm], nodes[*fusion.norm], 1))) {
        return static_cast<int64_t>(made.step);
      }
    }
    return -1;
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
  double work_ = 0;
  std::vector<Made> made_;
  Plan plan_;
};

}  // namespace

StatusOr<Plan> BuildPlan(const format::Manifest& manifest, const ConstantLoader& load,
                         const PlanOptions& options) {
  DC_ASSIGN_OR_RETURN(const GraphView graph, GraphView::Make(manifest));
  return Planner(manifest, graph, load, options).Build();
}

}  // namespace dc::runtime
