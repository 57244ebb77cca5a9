#include "encode/lower.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "encode/lower_attributes.h"
#include "encode/lower_metadata.h"
#include "encode/lower_scales.h"
#include "encode/lower_types.h"
#include "model/element_types.h"
#include "model/graph_index.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "model/quoted.h"
#include "model/shapes.h"

namespace dc {
namespace {

class Lowering {
 public:
  Lowering(const Graph& graph, bool keep_names)
      : graph_(graph), index_(graph), types_(InferElementTypes(graph)), keep_names_(keep_names) {}

  StatusOr<LoweredGraph> Run() {
    if (!graph_.uninitialized.empty()) {
      return BadInput("a parameter without a value", Quoted(graph_.uninitialized[0].name),
                      "train the model first");
    }
    shapes_ = InferGraphShapes(graph_);
    DC_RETURN_IF_ERROR(CheckInputShapes());
    LowerInputs();
    FindQuantizedForms();
    for (const Node& node : graph_.nodes) {
      const Status status = LowerNode(node);
      if (!status.ok()) reasons_.push_back(status.At(Quoted(node)));
    }
    LowerOutputs();
    AddShapeProblems();
    if (!reasons_.empty()) return JoinReasons(reasons_);
    NumberValues();
    result_.manifest.opset = static_cast<uint32_t>(graph_.opset);
    result_.manifest.graph_name = Kept(graph_.name);
    DC_RETURN_IF_ERROR(LowerMetadata(graph_, keep_names_, &result_.manifest));
    return std::move(result_);
  }

 private:
  // Without the shape of an input little else can be told.
  Status CheckInputShapes() const {
    const auto open =
        std::count_if(graph_.inputs.begin(), graph_.inputs.end(),
                      [&](const ValueInfo& input) { return shapes_.of.count(input.name) == 0; });
    const auto first = shapes_.problems.begin();
    return open == 0 ? OkStatus() : JoinReasons({first, first + open});
  }

  // A node that is refused for another reason may have no shape because of it.
  void AddShapeProblems() {
    const std::vector<Status> others = reasons_;
    for (const Status& problem : shapes_.problems) {
      const bool told = std::any_of(others.begin(), others.end(), [&](const Status& other) {
        return other.where() == problem.where();
      });
      if (!told) reasons_.push_back(problem);
    }
  }

  std::string Kept(const std::string& name) const { return keep_names_ ? name : ""; }

  // A shape with its batch freed, where that was fixed at 1.
  std::vector<int64_t> FreeBatch(std::vector<int64_t> shape) const {
    if (free_batch_ && shape.size() >= 2 && shape[0] == 1) shape[0] = -1;
    return shape;
  }

  void LowerInputs() {
    result_.manifest.fixed_shapes = graph_.fixed_shapes;
    // Some graphs have no meaning, or another one, for other batches than the one they declare.
    const bool any_batch =
        InferGraphShapes(graph_, /*any_batch=*/true).problems.size() == shapes_.problems.size();
    free_batch_ = !graph_.fixed_shapes && any_batch &&
                  std::all_of(graph_.inputs.begin(), graph_.inputs.end(), [](const ValueInfo& v) {
                    return v.shape.size() >= 2 && v.shape[0] == 1;
                  });
    for (const ValueInfo& input : graph_.inputs) {
      if (!CanBeFloats(input.type)) {
        reasons_.push_back(Unsupported(
            std::string("a .dcz cannot hold an input of type ") + NameOf(input.type),
            "graph input " + Quoted(input.name), "export the model with float32 inputs"));
        continue;
      }
      values_[input.name] = {ValueKind::kInput,
                             static_cast<uint32_t>(result_.manifest.inputs.size())};
      // Several are told apart by their names.
      const std::string name = graph_.inputs.size() > 1 ? input.name : Kept(input.name);
      result_.manifest.inputs.push_back(
          {name, FreeBatch(input.shape), static_cast<uint32_t>(input.type)});
    }
  }

  // Notes which values are quantized weights and which Cast outputs exist for them alone.
  void FindQuantizedForms() {
    for (const Node& node : graph_.nodes) {
      const op::Operator* record = OperatorOf(node);
      if ((record != &op::kGather && record != &op::kMul) || node.outputs.empty()) continue;
      const auto form = FindQuantizedForm(graph_, node.outputs[0], &index_);
      if (!form) continue;
      quantized_.insert(node.outputs[0]);
      casts_.insert(graph_.nodes[form->cast].outputs[0]);
    }
  }

  // What stands for `name` once folded nodes are gone.
  const std::string& Resolve(const std::string& name) const {
    const auto it = aliases_.find(name);
    return it == aliases_.end() ? name : it->second;
  }

  // Makes `name` (resolved) a value of the manifest where it is a tensor not met yet.
  Status Use(const std::string& name) {
    if (values_.count(name)) return OkStatus();
    LoweredTensor tensor;
    tensor.value = name;
    format::TensorEntry entry;
    entry.name = Kept(name);
    if (quantized_.count(name)) {
      const auto form = FindQuantizedForm(graph_, name, &index_);
      entry.shape = graph_.initializers.at(form->codes).shape;
      tensor.quantized = true;
      if (form->mul && !scaled_apart_.count(name)) {
        DC_RETURN_IF_ERROR(TakeScalesIn(graph_, &tensor, &result_));
      }
    } else {
      tensor.plain = graph_.Constant(name);
      if (!tensor.plain) {
        // Where a node writes it, that node was refused, and its reason is told.
        if (index_.Producer(name) != nullptr) return OkStatus();
        return BadInput("reads value " + Quoted(name) + " that nothing defines", "",
                        "export the model again");
      }
      if (tensor.plain->type != DataType::kFloat32) {
        DC_ASSIGN_OR_RETURN(Tensor floats, AsFloats(name, *tensor.plain));
        result_.converted.push_back(std::move(floats));
        tensor.plain = &result_.converted.back();
      }
      entry.shape = tensor.plain->shape;
    }
    if (ElementCount(entry.shape) == 0) {
      return Unsupported("a .dcz cannot hold empty tensor " + Quoted(name), "",
                         "export the model without it");
    }
    values_[name] = {ValueKind::kTensor, static_cast<uint32_t>(result_.tensors.size())};
    result_.tensors.push_back(tensor);
    result_.manifest.tensors.push_back(std::move(entry));
    return OkStatus();
  }

  // Makes a value of the manifest called `name` of the constant `from` in another shape.
  void UsePerChannel(const std::string& name, const std::string& from, std::vector<int64_t> shape) {
    Tensor tensor = *graph_.Constant(from);
    tensor.shape = std::move(shape);
    result_.converted.push_back(std::move(tensor));
    LoweredTensor lowered;
    lowered.value = from;
    lowered.plain = &result_.converted.back();
    lowered.per_channel = true;
    format::TensorEntry entry;
    entry.name = Kept(from);
    entry.shape = lowered.plain->shape;
    values_[name] = {ValueKind::kTensor, static_cast<uint32_t>(result_.tensors.size())};
    result_.tensors.push_back(lowered);
    result_.manifest.tensors.push_back(std::move(entry));
  }

  // Adds `node`, lowered as far as its inputs, and after it a Mul with the scales of `form` and an
  // Add of its bias.
  Status AddScaled(const Node& node, format::Node lowered, const QuantizedForm& form) {
    const std::string& output = node.outputs[0];
    const std::vector<int64_t> shape = FactorShape(graph_, node, form);
    const std::string unscaled = output + "\nunscaled", scaled = output + "\nscaled";
    const std::string bias = node.Input(2);
    const std::string x = Resolve(node.Input(0));
    DC_RETURN_IF_ERROR(Use(x));
    scaled_apart_.insert(node.Input(1));
    DC_RETURN_IF_ERROR(Use(node.Input(1)));
    const std::string scales = output + "\nscales", biases = output + "\nbias";
    UsePerChannel(scales, form.scales, shape);
    const std::string output_name = std::exchange(lowered.output_name, "");
    AddAs(unscaled, std::move(lowered), {x, node.Input(1)});
    format::Node mul;
    mul.op = op::kMul.id;
    if (bias.empty()) {
      mul.output_name = output_name;
      AddAs(output, std::move(mul), {unscaled, scales});
      return OkStatus();
    }
    AddAs(scaled, std::move(mul), {unscaled, scales});
    UsePerChannel(biases, bias, shape);
    format::Node add;
    add.op = op::kAdd.id;
    add.output_name = output_name;
    AddAs(output, std::move(add), {scaled, biases});
    return OkStatus();
  }

  Status LowerNode(const Node& node) {
    if (node.outputs.empty()) return OkStatus();
    const std::string& output = node.outputs[0];
    if (casts_.count(output) || quantized_.count(output)) return OkStatus();
    const op::Operator* record = OperatorOf(node);
    const bool renames =
        record != nullptr && (record->Has(op::kRenames) || CastsNothing(types_, node));
    if (record != nullptr && record->Has(op::kDrops)) DC_RETURN_IF_ERROR(CheckDropsNothing(node));
    if (renames) {
      aliases_[output] = Resolve(node.Input(0));
      return CheckOutputs(node);
    }
    if (record != nullptr && record->id == op::Id::kNone && record->Has(op::kReshapes)) {
      return LowerAsReshape(node);
    }
    if (record == nullptr || record->id == op::Id::kNone) {
      const std::string name = node.domain.empty() ? node.op : node.domain + "." + node.op;
      return Unsupported("a .dcz cannot hold operator " + name, "",
                         "docs/operators.md lists those that it can: export the model without it");
    }
    DC_RETURN_IF_ERROR(CheckOutputs(node));
    DC_RETURN_IF_ERROR(CheckElementTypes(types_, node, *record));
    return LowerOperator(node, *record);
  }

  // A target shape has one open dimension, which stands for the batch.
  static Status CheckKeepsBatch(const op::Shape& output) {
    const auto batches =
        std::count_if(output.begin(), output.end(), [](int64_t d) { return d < 0; });
    if (batches <= 1) return OkStatus();
    return Unsupported("an output of shape " + op::DescribeShape(output), "",
                       "export the model so that the batch (N) is one dimension");
  }

  // What only reshapes, and has no number of its own, is a Reshape to the shape that it makes.
  Status LowerAsReshape(const Node& node) {
    const auto shape = shapes_.of.find(node.outputs[0]);
    if (shape == shapes_.of.end()) return OkStatus();  // whose reason is told
    format::Node lowered;
    lowered.op = op::kReshape.id;
    lowered.name = Kept(node.name);
    lowered.output_name = Kept(node.outputs[0]);
    lowered.ints = {static_cast<int64_t>(shape->second.size())};
    for (int64_t d : shape->second) lowered.ints.push_back(d < 0 ? -1 : d);
    lowered.ints.push_back(0);  // allowzero
    DC_RETURN_IF_ERROR(CheckKeepsBatch(shape->second));
    std::vector<std::string> inputs = {Resolve(node.Input(0))};
    DC_RETURN_IF_ERROR(Use(inputs[0]));
    Add(node, std::move(lowered), std::move(inputs));
    return OkStatus();
  }

  void Add(const Node& node, format::Node lowered, std::vector<std::string> inputs) {
    AddAs(node.outputs[0], std::move(lowered), std::move(inputs));
  }

  void AddAs(const std::string& output, format::Node lowered, std::vector<std::string> inputs) {
    values_[output] = {ValueKind::kNode, static_cast<uint32_t>(result_.manifest.nodes.size())};
    node_inputs_.push_back(std::move(inputs));
    result_.manifest.nodes.push_back(std::move(lowered));
  }

  // A .dcz is for inference: refuses random numbers.
  Status CheckDropsNothing(const Node& node) const {
    DC_ASSIGN_OR_RETURN(const NodeAttributes attributes,
                        NodeAttributes::Read(graph_, node, *OperatorOf(node)));
    if (attributes.Int("training_mode") == 0 || attributes.Float("ratio") == 0) return OkStatus();
    return Unsupported(node.op + " in training mode", "", "export the model for inference");
  }

  Status CheckOutputs(const Node& node) const {
    for (size_t i = 1; i < node.outputs.size(); ++i) {
      if (!graph_.IsRead(node.outputs[i])) continue;
      return Unsupported("a .dcz cannot hold the second output of a node", "",
                         "export the model for inference");
    }
    return OkStatus();
  }

  Status LowerOperator(const Node& node, const op::Operator& record) {
    DC_ASSIGN_OR_RETURN(const NodeAttributes attributes,
                        NodeAttributes::Read(graph_, node, record));
    format::Node lowered;
    lowered.op = record.id;
    lowered.name = Kept(node.name);
    lowered.output_name = Kept(node.outputs[0]);
    if (const auto form = ScalesOfOutputs(graph_, index_, node, attributes)) {
      LowerAttributes(record, attributes, &lowered);
      return AddScaled(node, std::move(lowered), *form);
    }
    std::vector<std::string> inputs;
    for (size_t i = 0; i < node.inputs.size() && i < record.max_inputs; ++i) {
      if (record.Input(i).role == op::Role::kSetting) break;
      inputs.push_back(Resolve(node.inputs[i]));
      if (!inputs.back().empty()) DC_RETURN_IF_ERROR(Use(inputs.back()));
    }
    while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
    LowerAttributes(record, attributes, &lowered);
    const auto from = shapes_.of.find(node.Input(0)), to = shapes_.of.find(node.outputs[0]);
    if (record.Has(op::kReshapes) && to != shapes_.of.end()) {
      DC_RETURN_IF_ERROR(CheckKeepsBatch(to->second));
    }
    if (free_batch_ && from != shapes_.of.end() && to != shapes_.of.end() &&
        !dc::FreeBatch(record, from->second, to->second, &lowered)) {
      return Unsupported("a batch that is fixed at 1 here", "",
                         "export the model with a free batch dimension");
    }
    Add(node, std::move(lowered), std::move(inputs));
    return OkStatus();
  }

  void LowerOutputs() {
    for (const ValueInfo& output : graph_.outputs) {
      const std::string where = "graph output " + Quoted(output.name);
      Status status = Use(Resolve(output.name));
      if (!CanBeFloats(output.type)) {
        status =
            Unsupported(std::string("a .dcz cannot hold an output of type ") + NameOf(output.type),
                        "", "export the model with float32 outputs");
      }
      if (!status.ok()) reasons_.push_back(status.At(where));
      const std::string name = graph_.outputs.size() > 1 ? output.name : Kept(output.name);
      result_.manifest.outputs.push_back(
          {name, 0, FreeBatch(output.shape), static_cast<uint32_t>(output.type)});
    }
  }

  // Names become numbers: inputs, then tensors, then node outputs.
  void NumberValues() {
    const format::Manifest& manifest = result_.manifest;
    const uint32_t tensors = static_cast<uint32_t>(manifest.inputs.size());
    const uint32_t nodes = tensors + static_cast<uint32_t>(manifest.tensors.size());
    auto number = [&](const std::string& name) {
      if (name.empty()) return format::kNoValue;
      const Value& value = values_.at(name);
      const uint32_t base = value.kind == ValueKind::kNode     ? nodes
                            : value.kind == ValueKind::kTensor ? tensors
                                                               : 0;
      return base + value.index;
    };
    for (size_t i = 0; i < node_inputs_.size(); ++i) {
      for (const std::string& name : node_inputs_[i]) {
        result_.manifest.nodes[i].inputs.push_back(number(name));
      }
    }
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      result_.manifest.outputs[i].value = number(Resolve(graph_.outputs[i].name));
    }
  }

  enum class ValueKind { kInput, kTensor, kNode };
  struct Value {
    ValueKind kind = ValueKind::kInput;
    uint32_t index = 0;  // among the values of its kind
  };

  const Graph& graph_;
  const GraphIndex index_;
  const ElementTypes types_;
  const bool keep_names_;
  bool free_batch_ = false;
  std::map<std::string, Value> values_;
  std::map<std::string, std::string> aliases_;
  std::set<std::string> quantized_, casts_;
  std::set<std::string> scaled_apart_;  // weights whose scales follow their layer
  std::vector<std::vector<std::string>> node_inputs_;
  GraphShapes shapes_;
  std::vector<Status> reasons_;
  LoweredGraph result_;
};

}  // namespace

StatusOr<LoweredGraph> LowerGraph(const Graph& graph, bool keep_names) {
  return Lowering(graph, keep_names).Run();
}

}  // namespace dc
