// Operators that need no record, since others say the same.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/canonical/canonical.h"
#include "model/element_types.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

constexpr const char* kCastLike = "CastLike";

using Attributes = std::map<std::string, AttributeValue>;
using Inputs = std::vector<std::string>;

// What takes the place of one node: nodes that are added one after the other, the last of which
// writes what the node wrote.
class Spelling {
 public:
  Spelling(const Node& node, Graph* graph) : node_(node), graph_(graph) {}

  const std::string& Input(size_t i) const { return node_.Input(i); }
  size_t inputs() const { return node_.inputs.size(); }
  bool empty() const { return nodes_.empty(); }

  std::string Add(std::string_view op, Inputs inputs, Attributes attributes = {}) {
    Node node;
    node.op = op;
    node.inputs = std::move(inputs);
    node.outputs = {Name(op)};
    node.name = node.outputs[0];
    node.attributes = std::move(attributes);
    nodes_.push_back(std::move(node));
    return nodes_.back().outputs[0];
  }

  std::string Constant(Tensor value) {
    const std::string name = Name("number");
    graph_->initializers[name] = std::move(value);
    return name;
  }
  std::string Number(float value) { return Constant(Tensor::F32({}, {&value, 1})); }

  // op(op(a, b), c) and so on of all inputs; a single one alone.
  std::string Chain(std::string_view op) {
    std::string sum = Input(0);
    for (size_t i = 1; i < node_.inputs.size(); ++i) sum = Add(op, {sum, Input(i)});
    return nodes_.empty() ? Add(op::kIdentity.name, {sum}) : sum;
  }

  // The sum of `x` along the node's axes, which ReduceSum has as an input since opset 13.
  std::string Total(const std::string& x) {
    Inputs inputs = {x};
    Attributes attributes = node_.attributes;
    if (node_.inputs.size() > 1) inputs.push_back(Input(1));
    const auto axes = attributes.find("axes");
    const auto* list =
        axes != attributes.end() ? std::get_if<std::vector<int64_t>>(&axes->second) : nullptr;
    if (list != nullptr && graph_->opset >= op::kReduceSum.opset) {
      inputs.push_back(Name("axes"));
      graph_->initializers[inputs.back()] = Tensor::I64(*list);
      attributes.erase(axes);
    }
    return Add(op::kReduceSum.name, std::move(inputs), std::move(attributes));
  }

  // The mean of `x` along `axes`, which stay as ones.
  std::string Average(const std::string& x, const std::vector<int64_t>& axes) {
    if (graph_->opset < op::kReduceMean.opset) {
      return Add(op::kReduceMean.name, {x}, {{"axes", axes}});
    }
    const std::string list = Name("axes");
    graph_->initializers[list] = Tensor::I64(axes);
    return Add(op::kReduceMean.name, {x, list});
  }

  // Whether the node says that no axes are to be reduced.
  bool ReducesNothing() const {
    const Tensor* axes = graph_->Constant(Input(1));
    const bool none = axes != nullptr ? axes->size() == 0 : Input(1).empty();
    return none && node_.Int("noop_with_empty_axes", 0) != 0;
  }

  const Attributes& attributes() const { return node_.attributes; }

  std::vector<Node> Take() && {
    nodes_.back().name = node_.name;
    nodes_.back().outputs = node_.outputs;
    return std::move(nodes_);
  }

 private:
  std::string Name(std::string_view what) {
    return graph_->FreshName(node_.outputs[0] + "_" + std::string(what) + "_" +
                             std::to_string(++names_));
  }

  const Node& node_;
  Graph* graph_;
  std::vector<Node> nodes_;
  int names_ = 0;
};

using Spell = void(Spelling* to);

// Of no axes it stays, for nobody to run: ONNX had it do nothing at first, and has it do what it
// does to single values (squares, logarithms) since version 1.20, at the same operator sets.
void Reduction(Spelling* to, Spell* spell) {
  if (!to->ReducesNothing()) spell(to);
}

std::string Square(Spelling* to) { return to->Add(op::kMul.name, {to->Input(0), to->Input(0)}); }

const std::map<std::string_view, Spell*>& Spellings() {
  static const std::map<std::string_view, Spell*> spellings = {
      {"Sum", [](Spelling* to) { to->Chain(op::kAdd.name); }},
      {"Mean",
       [](Spelling* to) {
         const size_t count = to->inputs();
         const std::string sum = to->Chain(op::kAdd.name);
         if (count > 1) to->Add(op::kDiv.name, {sum, to->Number(static_cast<float>(count))});
       }},
      {"Reciprocal",
       [](Spelling* to) {
         const std::string one = to->Number(1.0f);
         to->Add(op::kDiv.name, {one, to->Input(0)});
       }},
      {"Ceil",
       [](Spelling* to) {
         const std::string negative = to->Add(op::kNeg.name, {to->Input(0)});
         to->Add(op::kNeg.name, {to->Add(op::kFloor.name, {negative})});
       }},
      {"Less",
       [](Spelling* to) {
         to->Add(op::kGreater.name, {to->Input(1), to->Input(0)});
       }},
      {"LessOrEqual",
       [](Spelling* to) {
         to->Add(op::kGreaterOrEqual.name, {to->Input(1), to->Input(0)});
       }},
      {"Xor",
       [](Spelling* to) {
         to->Add(op::kNot.name, {to->Add(op::kEqual.name, {to->Input(0), to->Input(1)})});
       }},
      {"ArgMin",
       [](Spelling* to) {
         const std::string negative = to->Add(op::kNeg.name, {to->Input(0)});
         to->Add(op::kArgMax.name, {negative}, to->attributes());
       }},
      {"MeanVarianceNormalization",
       [](Spelling* to) {
         const auto given = to->attributes().find("axes");
         const auto* list = given != to->attributes().end()
                                ? std::get_if<std::vector<int64_t>>(&given->second)
                                : nullptr;
         const std::vector<int64_t> axes = list != nullptr ? *list : std::vector<int64_t>{0, 2, 3};
         const std::string mean = to->Average(to->Input(0), axes);
         const std::string rest = to->Add(op::kSub.name, {to->Input(0), mean});
         const std::string variance = to->Average(to->Add(op::kMul.name, {rest, rest}), axes);
         // ONNX's epsilon keeps what is constant from becoming NaN.
         const std::string deviation =
             to->Add(op::kAdd.name, {to->Add(op::kSqrt.name, {variance}), to->Number(1e-9f)});
         to->Add(op::kDiv.name, {rest, deviation});
       }},
      {"ReduceL1",
       [](Spelling* to) {
         Reduction(to, [](Spelling* r) { r->Total(r->Add(op::kAbs.name, {r->Input(0)})); });
       }},
      {"ReduceL2",
       [](Spelling* to) {
         Reduction(to, [](Spelling* r) { r->Add(op::kSqrt.name, {r->Total(Square(r))}); });
       }},
      {"ReduceSumSquare",
       [](Spelling* to) { Reduction(to, [](Spelling* r) { r->Total(Square(r)); }); }},
      {"ReduceLogSum",
       [](Spelling* to) {
         Reduction(to, [](Spelling* r) { r->Add(op::kLog.name, {r->Total(r->Input(0))}); });
       }},
  };
  return spellings;
}

// A Pow: a square is a product; exponents may be integers, which ONNX allows.
void SpellPower(const Tensor& exponent, Spelling* to) {
  const std::vector<int64_t> integers = IntegersOf(exponent);
  std::vector<float> values(integers.begin(), integers.end());
  if (exponent.type == DataType::kFloat32) {
    values.assign(exponent.f32().begin(), exponent.f32().end());
  }
  if (values == std::vector<float>{2}) {
    Square(to);
  } else if (!integers.empty()) {
    const std::string numbers = to->Constant(Tensor::F32(exponent.shape, values));
    to->Add(op::kPow.name, {to->Input(0), numbers});
  }
}

// Of any number of inputs; a reduction of no axes, which ONNX Runtime refuses; a known power.
void SpellKnown(const op::Operator* record, Spelling* to, const Tensor* exponent) {
  if (record != nullptr && record->Attribute("noop_with_empty_axes") != nullptr &&
      to->ReducesNothing()) {
    to->Add(op::kIdentity.name, {to->Input(0)});
  }
  if ((record == &op::kMax || record == &op::kMin) && to->inputs() != 2) to->Chain(record->name);
  if (record == &op::kPow && exponent != nullptr) SpellPower(*exponent, to);
}

}  // namespace

std::map<std::string, std::vector<std::string>> SpelledInOthers() {
  std::map<std::string, std::vector<std::string>> result;
  for (const auto& [name, spell] : Spellings()) {
    Graph graph;
    Node node;
    node.op = name;
    node.inputs = {"a", "b"};
    node.outputs = {"y"};
    Spelling spelling(node, &graph);
    spell(&spelling);
    for (const Node& each : std::move(spelling).Take()) {
      result[node.op].push_back(each.op);
    }
  }
  return result;
}

namespace {

// Replaces each node of `graph` for which `spell` adds nodes to the spelling.
template <typename SpellNode>
void Replace(Graph* graph, SpellNode spell) {
  std::vector<Node> result;
  for (const Node& node : graph->nodes) {
    Spelling spelling(node, graph);
    if (node.domain.empty() && !node.inputs.empty() && !node.outputs.empty()) {
      spell(node, &spelling);
    }
    if (spelling.empty()) {
      result.push_back(node);
      continue;
    }
    for (Node& each : std::move(spelling).Take()) result.push_back(std::move(each));
  }
  graph->nodes = std::move(result);
}

// The remainder of integers that has the divisor's sign, by those that have the dividend's.
void SpellRemainder(Spelling* to) {
  const Attributes attributes = {{"fmod", int64_t{1}}};
  const std::string own = to->Add(op::kMod.name, {to->Input(0), to->Input(1)}, attributes);
  const std::string above = to->Add(op::kAdd.name, {own, to->Input(1)});
  to->Add(op::kMod.name, {above, to->Input(1)}, attributes);
}

// A Clip whose bounds are inputs of the graph.
void SpellClip(const Graph& graph, Spelling* to) {
  const auto is_input = [&](const std::string& name) {
    return std::any_of(graph.inputs.begin(), graph.inputs.end(),
                       [&](const ValueInfo& input) { return input.name == name; });
  };
  const std::string low = to->Input(1), high = to->Input(2);
  if (!is_input(low) && !is_input(high)) return;
  std::string x = to->Input(0);
  if (!low.empty()) x = to->Add(op::kMax.name, {x, low});
  if (!high.empty()) to->Add(op::kMin.name, {x, high});
}

}  // namespace

void SpellInOthers(Graph* graph) {
  const auto is_remainder = [](const Node& node) {
    return OperatorOf(node) == &op::kMod && node.Int("fmod", 0) == 0;
  };
  bool by_type = false;
  Replace(graph, [&](const Node& node, Spelling* to) {
    if (OperatorOf(node) == &op::kClip) return SpellClip(*graph, to);
    const auto spell = Spellings().find(node.op);
    if (spell != Spellings().end()) return spell->second(to);
    SpellKnown(OperatorOf(node), to, graph->Constant(node.Input(1)));
    by_type |= is_remainder(node) || node.op == kCastLike;
  });
  if (!by_type) return;
  const auto types = InferElementTypes(*graph);
  Replace(graph, [&](const Node& node, Spelling* to) {
    const bool casts = node.op == kCastLike;
    if (!casts && !is_remainder(node)) return;
    const auto type = types.find(node.Input(casts ? 1 : 0));
    if (type == types.end()) return;
    if (casts) {
      to->Add(op::kCast.name, {to->Input(0)}, {{"to", static_cast<int64_t>(type->second)}});
    } else if (type->second != DataType::kFloat32) {
      SpellRemainder(to);
    }
  });
}

}  // namespace dc
