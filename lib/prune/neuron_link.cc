#include "prune/neuron_link.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "prune/spatial_size.h"

namespace dc {
namespace {

// True where one input of one node, and no graph output, is `value`.
bool HasOneReader(const Graph& graph, const std::string& value) {
  for (const ValueInfo& output : graph.outputs) {
    if (output.name == value) return false;
  }
  const std::vector<size_t> readers = graph.Consumers(value);
  if (readers.size() != 1) return false;
  const std::vector<std::string>& inputs = graph.nodes[readers[0]].inputs;
  return std::count(inputs.begin(), inputs.end(), value) == 1;
}

// True where the layer computes weight * input + bias with nothing unusual about it.
bool IsPlain(const Graph& graph, const WeightRef& ref) {
  const Node& node = graph.nodes[ref.node];
  if (ref.quantized || node.outputs.size() != 1 || !HasOneReader(graph, ref.name)) return false;
  if (node.op == "Gemm" &&
      (node.Int("transA", 0) != 0 || node.Float("alpha", 1) != 1 || node.Float("beta", 1) != 1)) {
    return false;
  }
  if (ref.bias.empty()) return node.Input(2).empty();
  // The outputs are the only axis of the bias of a Conv or Gemm that is not 1, and the last one.
  if (node.Input(2) == ref.bias && graph.initializers.at(ref.bias).shape.back() != ref.outputs()) {
    return false;
  }
  return HasOneReader(graph, ref.bias);
}

bool HasPads(const Node& node) {
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad == "VALID") return false;
  if (auto_pad != "NOTSET") return true;
  const std::vector<int64_t> pads = node.Ints("pads", {});
  return std::any_of(pads.begin(), pads.end(), [](int64_t pad) { return pad != 0; });
}

bool IsElementwise(const Node& node) {
  static const std::set<std::string> ops = {"Relu", "LeakyRelu", "Sigmoid", "Tanh",
                                            "Clip", "Identity",  "Dropout"};
  return node.domain.empty() && ops.count(node.op) > 0;
}

bool IsPool(const Node& node) {
  return node.domain.empty() &&
         (node.op == "MaxPool" || node.op == "AveragePool" || node.op == "GlobalAveragePool");
}

// Batch normalization with fixed statistics, one set a neuron.
bool IsInferenceNorm(const Graph& graph, const Node& node, int64_t neurons) {
  if (node.op != "BatchNormalization" || !node.domain.empty() || node.inputs.size() != 5 ||
      node.Int("training_mode", 0) != 0) {
    return false;
  }
  for (size_t i = 1; i < 5; ++i) {
    const Tensor* tensor = graph.Constant(node.inputs[i]);
    if (!tensor || tensor->type != DataType::kFloat32 || tensor->size() != neurons) return false;
  }
  return true;
}

// True for a Flatten, or a Reshape, that makes one row of every image of `value`.
bool MakesRows(const Graph& graph, const Node& node, const WeightRef& from) {
  if (!node.domain.empty()) return false;
  if (node.op == "Flatten") return node.Int("axis", 1) == 1;
  if (node.op != "Reshape") return false;
  const Tensor* shape = graph.Constant(node.Input(1));
  if (!shape || shape->type != DataType::kInt64 || shape->size() != 2) return false;
  const auto sizes = shape->data<int64_t>();
  if (sizes[0] == 0 && sizes[1] == -1 && node.Int("allowzero", 0) == 0) return true;
  // A fixed row length is one image's only if that has as many values.
  if (sizes[1] < 1) return false;
  if (from.kind == LayerKind::kFullyConnected) return sizes[1] == from.outputs();
  const std::optional<int64_t> positions = SpatialSize(graph, node.Input(0));
  return positions && sizes[1] == from.outputs() * *positions;
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

std::optional<NeuronLink> Follow(const Graph& graph, const WeightRef& from,
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
    if (!biased) {
      const auto& inputs = node.inputs;
      if (std::find(inputs.begin(), inputs.end(), from.bias) == inputs.end()) return std::nullopt;
      biased = true;
    } else if (planes && !rows && MakesRows(graph, node, from)) {
      rows = true;
    } else if (!(IsElementwise(node) || (planes && !rows && IsPool(node)) ||
                 (!planes && MakesRows(graph, node, from)) ||
                 (!rows && start.op != "MatMul" && IsInferenceNorm(graph, node, from.outputs())))) {
      return std::nullopt;
    }
    if (node.outputs.empty() || (node.Input(0) != value && node.op != "Add")) {
      return std::nullopt;
    }
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

// The bound of a Clip: an attribute before opset 11, an optional constant input since. NaN where it
// is not known.
double ClipBound(const Graph& graph, const Node& node, const char* attribute, size_t input,
                 float otherwise) {
  if (node.Input(input).empty()) return node.Float(attribute, otherwise);
  const Tensor* bound = graph.Constant(node.Input(input));
  if (!bound || bound->type != DataType::kFloat32 || bound->size() != 1) return std::nan("");
  return bound->f32()[0];
}

// The constant x behind `node`; NaN where it does not stay a constant.
double Through(const Graph& graph, const Node& node, int64_t neuron, double x) {
  if (node.op == "Relu") return std::max(x, 0.0);
  if (node.op == "LeakyRelu") return x < 0 ? x * node.Float("alpha", 0.01f) : x;
  if (node.op == "Sigmoid") return 1 / (1 + std::exp(-x));
  if (node.op == "Tanh") return std::tanh(x);
  if (node.op == "Clip") {
    const float lowest = std::numeric_limits<float>::lowest();
    const double low = ClipBound(graph, node, "min", 1, lowest);
    const double high = ClipBound(graph, node, "max", 2, -lowest);
    if (std::isnan(low) || std::isnan(high)) return std::nan("");
    return std::min(std::max(x, low), high);
  }
  if (node.op == "AveragePool") {
    // Windows at the border average counted padding in; a last window that ceil_mode adds may too.
    const bool uneven =
        node.Int("count_include_pad", 0) != 0 && (HasPads(node) || node.Int("ceil_mode", 0) != 0);
    return uneven && x != 0 ? std::nan("") : x;
  }
  if (node.op == "BatchNormalization") {
    auto parameter = [&](size_t i) {
      return static_cast<double>(
          graph.Constant(node.inputs[i])->f32()[static_cast<size_t>(neuron)]);
    };
    const double deviation = std::sqrt(parameter(4) + node.Float("epsilon", 1e-5f));
    return (x - parameter(3)) / deviation * parameter(1) + parameter(2);
  }
  return x;
}

}  // namespace

std::vector<NeuronLink> FindNeuronLinks(const Graph& graph) {
  const std::vector<WeightRef> refs = ListWeights(graph);
  std::map<size_t, const WeightRef*> by_node;
  for (const WeightRef& ref : refs) by_node[ref.node] = &ref;
  std::vector<NeuronLink> links;
  for (const WeightRef& ref : refs) {
    if (auto link = Follow(graph, ref, by_node)) links.push_back(std::move(*link));
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
