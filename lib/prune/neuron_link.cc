#include "prune/neuron_link.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "model/node_attributes.h"
#include "model/readers.h"
#include "model/shapes.h"

namespace dc {
namespace {

// True where one input of one node, and no graph output, is `value`.
bool HasOneReader(const Graph& graph, const std::string& value) {
  const auto reader = OnlyReader(graph, value);
  if (!reader) return false;
  const std::vector<std::string>& inputs = graph.nodes[*reader].inputs;
  return std::count(inputs.begin(), inputs.end(), value) == 1;
}

// True where a layer's attributes do not change its product: no factors, no turned input.
bool IsUnitProduct(const Node& node) {
  return node.Int("transA", 0) == 0 && node.Float("alpha", 1) == 1 && node.Float("beta", 1) == 1;
}

// True where the layer computes weight * input + bias with nothing unusual about it.
bool IsPlain(const Graph& graph, const WeightRef& ref) {
  const Node& node = graph.nodes[ref.node];
  if (ref.quantized || node.outputs.size() != 1 || !HasOneReader(graph, ref.name)) return false;
  if (!IsUnitProduct(node) || ref.input != 1 || !ref.is_one_matrix()) return false;
  if (ref.bias.empty()) return node.Input(2).empty();
  // The outputs are the only axis of the bias of a Conv or Gemm that is not 1, and the last one.
  if (node.Input(2) == ref.bias && graph.initializers.at(ref.bias).shape.back() != ref.outputs()) {
    return false;
  }
  return HasOneReader(graph, ref.bias);
}

bool HasPads(const Node& node) {
  const std::vector<int64_t> pads = node.Ints("pads", {});
  return node.attributes.count("auto_pad") > 0 ||
         std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad != 0; });
}

// True where `node` treats every channel by itself, by numbers of which there is one per neuron.
bool KeepsChannelsApart(const Graph& graph, const Node& node, int64_t neurons) {
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr || record->on_constant == nullptr) return false;
  if (!NodeAttributes::Read(graph, node, *record).ok()) return false;
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (record->Input(i).role == op::Role::kSetting) continue;
    const auto tensor = graph.initializers.find(node.inputs[i]);
    if (tensor == graph.initializers.end() || tensor->second.type != DataType::kFloat32 ||
        tensor->second.size() != neurons) {
      return false;
    }
  }
  return true;
}

// True where `node` makes one row of every image or vector of its input: all of a sample's values
// in order.
bool MakesRows(const GraphShapes& shapes, const Node& node) {
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr || !record->Has(op::kReshapes) || node.outputs.empty()) return false;
  const auto from = shapes.of.find(node.Input(0)), to = shapes.of.find(node.outputs[0]);
  if (from == shapes.of.end() || to == shapes.of.end()) return false;
  return to->second.size() == 2 && to->second[0] == op::kBatch && from->second[0] == op::kBatch;
}

// Completes `link` with the layer that `node`, which reads `value`, belongs to.
bool Arrive(const Graph& graph, const WeightRef& to, const std::string& value, bool rows,
            NeuronLink* link) {
  const Node& node = graph.nodes[to.node];
  if (node.Input(0) != value || !IsPlain(graph, to)) return false;
  const int64_t neurons = link->neurons();
  if (to.kind == LayerKind::kConv) {
    if (rows || link->from.kind != LayerKind::kConv || node.Int("group", 1) != 1) return false;
    link->pads = HasPads(node);
  } else if (link->from.kind == LayerKind::kConv ? !rows : to.inputs() != neurons) {
    return false;
  }
  if (neurons == 0 || to.inputs() % neurons != 0) return false;
  link->block = to.inputs() / neurons;
  link->takes_constant = !to.bias.empty();
  link->to = to;
  return true;
}

// True where `record` finds the neurons of `value` where it looks for channels: one by one, or on
// axis 1. `planes`: each is a plane of a convolution still.
bool HasChannels(const op::Operator& record, const GraphShapes& shapes, const std::string& value,
                 bool planes) {
  if (record.Has(op::kElementwise) || planes) return true;
  const auto shape = shapes.of.find(value);
  return !record.Has(op::kPools) && shape != shapes.of.end() && shape->second.size() == 2;
}

std::optional<NeuronLink> Follow(const Graph& graph, const GraphShapes& shapes,
                                 const WeightRef& from,
                                 const std::map<size_t, const WeightRef*>& by_node) {
  if (!IsPlain(graph, from)) return std::nullopt;
  NeuronLink link;
  link.from = from;
  const Node& start = graph.nodes[from.node];
  const bool planes = from.kind == LayerKind::kConv;
  bool rows = false;  // the channels of a convolution have been flattened
  bool biased = from.bias.empty() || start.Input(2) == from.bias;
  std::string value = start.outputs[0];
  while (HasOneReader(graph, value)) {
    const size_t index = graph.Consumers(value)[0];
    const Node& node = graph.nodes[index];
    if (const auto to = by_node.find(index); to != by_node.end()) {
      if (!biased || !Arrive(graph, *to->second, value, rows, &link)) return std::nullopt;
      return link;
    }
    const bool adds_bias = !biased;
    if (adds_bias) {
      const auto& inputs = node.inputs;
      if (std::find(inputs.begin(), inputs.end(), from.bias) == inputs.end()) return std::nullopt;
      biased = true;
    } else if (MakesRows(shapes, node)) {
      rows = planes;
    } else if (!KeepsChannelsApart(graph, node, from.outputs()) ||
               !HasChannels(*OperatorOf(node), shapes, value, planes && !rows)) {
      return std::nullopt;
    }
    if (node.outputs.empty() || (node.Input(0) != value && !adds_bias)) return std::nullopt;
    for (size_t i = 1; i < node.outputs.size(); ++i) {
      if (!node.outputs[i].empty() && !graph.Consumers(node.outputs[i]).empty()) {
        return std::nullopt;
      }
    }
    link.path.push_back(index);
    value = node.outputs[0];
  }
  return std::nullopt;
}

// The constant x of neuron `neuron` after `node`; NaN where it does not stay a constant. What has
// no rule for channels of its own (the Add of a bias, a Flatten) keeps x.
double Through(const Graph& graph, const Node& node, int64_t neuron, double x) {
  const op::Operator& record = *OperatorOf(node);
  if (record.on_constant == nullptr) return x;
  std::vector<double> channel = {x};
  for (size_t i = 1; i < node.inputs.size() && record.Input(i).role != op::Role::kSetting; ++i) {
    const auto values = graph.initializers.at(node.inputs[i]).f32();
    channel.push_back(values[static_cast<size_t>(neuron)]);
  }
  return record.on_constant(*NodeAttributes::Read(graph, node, record), channel);
}

}  // namespace

std::vector<NeuronLink> FindNeuronLinks(const Graph& graph) {
  const std::vector<WeightRef> refs = ListWeights(graph);
  std::map<size_t, const WeightRef*> by_node;
  for (const WeightRef& ref : refs) by_node[ref.node] = &ref;
  const GraphShapes shapes = InferGraphShapes(graph);
  std::vector<NeuronLink> links;
  for (const WeightRef& ref : refs) {
    if (auto link = Follow(graph, shapes, ref, by_node)) links.push_back(std::move(*link));
  }
  return links;
}

std::optional<double> ConstantBehind(const Graph& graph, const NeuronLink& link, int64_t neuron) {
  double x = 0;
  if (!link.from.bias.empty()) {
    x = graph.initializers.at(link.from.bias).f32()[static_cast<size_t>(neuron)];
  }
  for (const size_t index : link.path) x = Through(graph, graph.nodes[index], neuron, x);
  if (!std::isfinite(x)) return std::nullopt;
  return x;
}

}  // namespace dc
