#include "quantize/activation_sites.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dc/weights.h"
#include "model/node_attributes.h"
#include "model/readers.h"
#include "quantize/node_chain.h"

namespace dc {
namespace {

// Whether the values of `node`'s output are those of its input, or the largest of several.
bool PassesValues(const op::Operator& record) {
  return record.Has(op::kReshapes) || record.Has(op::kRenames) || record.Has(op::kPools) ||
         record.Has(op::kDrops) || record.map != nullptr;
}

bool IsFunction(const op::Operator& record) {
  if (record.Has(op::kQuantizes) || PassesValues(record)) return false;
  return record.Has(op::kElementwise) || record.Has(op::kRectifies) || record.Has(op::kSquashes);
}

// Whether the function `node` has no negative results.
bool IsRectified(const Graph& graph, const Node& node, const op::Operator& record) {
  if (record.Has(op::kSquashes)) return true;
  if (!record.Has(op::kLimits)) return false;
  const auto attributes = NodeAttributes::Read(graph, node, record);
  return record.Attribute("min") == nullptr || (attributes.ok() && attributes->Float("min") >= 0);
}

ActivationSite Trace(const Graph& graph, const std::string& read) {
  ActivationSite site;
  site.value = read;
  std::string value = read;
  while (const Node* node = graph.Producer(value)) {
    const op::Operator* record = OperatorOf(*node);
    if (record == nullptr) break;
    if (IsFunction(*record)) {
      site.value = value;
      site.has_function = true;
      site.rectified = IsRectified(graph, *node, *record);
      return site;
    }
    if (!PassesValues(*record)) return site;
    value = node->Input(0);
  }
  if (!graph.inputs.empty() && value == graph.inputs[0].name) {
    site.value = value;
    site.is_input = true;
  }
  return site;
}

// Inserts `node`, which reads `value`, right after it is written, and has everybody else read its
// output in place of `value`; graph outputs keep their name.
void InsertAfter(const std::string& value, Node node, Graph* graph) {
  for (Node& other : graph->nodes) {
    for (std::string& input : other.inputs) {
      if (input == value) input = node.outputs[0];
    }
  }
  const Node* writer = graph->Producer(value);
  const auto place = writer == nullptr ? graph->nodes.begin()
                                       : graph->nodes.begin() + (writer - graph->nodes.data()) + 1;
  graph->nodes.insert(place, std::move(node));
}

std::string AddScale(const std::string& value, float scale, Graph* graph) {
  const std::string name = graph->FreshName(value + "_scale");
  graph->initializers[name] = Tensor::F32({}, {&scale, 1});
  return name;
}

// The node that writes the function's value, turned into `made`, which reads what the function
// read; or `made` after the value.
void Put(const ActivationSite& site, bool replaces, Node made, Graph* graph) {
  if (site.has_function && replaces) {
    Node& function =
        graph->nodes[static_cast<size_t>(graph->Producer(site.value) - graph->nodes.data())];
    made.name = function.name;
    made.outputs = {site.value};
    made.inputs[0] = function.Input(0);
    function = std::move(made);
    return;
  }
  made.inputs[0] = site.value;
  made.outputs = {graph->FreshName(site.value + "_quantized")};
  made.name = graph->FreshNodeName(made.outputs[0]);
  InsertAfter(site.value, std::move(made), graph);
}

}  // namespace

std::vector<ActivationSite> FindActivationSites(const Graph& graph) {
  std::vector<ActivationSite> sites;
  for (const WeightRef& ref : ListWeights(graph)) {
    const Node& layer = graph.nodes[ref.node];
    const std::string& read = layer.inputs[ref.input == 0 ? 1 : 0];
    if (graph.Constant(read) != nullptr) continue;
    ActivationSite site = Trace(graph, read);
    const auto known = std::find_if(sites.begin(), sites.end(), [&](const ActivationSite& each) {
      return each.value == site.value;
    });
    if (known != sites.end()) {
      known->weights.push_back(ref.name);
    } else {
      site.weights.push_back(ref.name);
      sites.push_back(std::move(site));
    }
  }
  return sites;
}

std::string PlaceQuantizer(const ActivationSite& site, const ValueQuantizer& quantizer,
                           bool replaces, Graph* graph) {
  Node node;
  const std::string scale = AddScale(site.value, quantizer.scale, graph);
  node.op = quantizer.binary ? op::kBinaryQuantize.name : op::kUniformQuantize.name;
  node.inputs = {"", scale};
  if (!quantizer.binary) {
    node.attributes["low"] = quantizer.low;
    node.attributes["high"] = quantizer.high;
  }
  quantizer.training.SetOn(&node);
  Put(site, replaces, std::move(node), graph);
  return scale;
}

void PlaceClip(const ActivationSite& site, float low, float high, Graph* graph) {
  Node node;
  node.op = op::kClip.name;
  const std::string least = graph->FreshName(site.value + "_least");
  graph->initializers[least] = Tensor::F32({}, {&low, 1});
  const std::string most = graph->FreshName(site.value + "_most");
  graph->initializers[most] = Tensor::F32({}, {&high, 1});
  node.inputs = {"", least, most};
  Put(site, /*replaces=*/true, std::move(node), graph);
}

void PlaceMinifloat(const ActivationSite& site, const Minifloat& format, Graph* graph) {
  NodeChain chain(site.value, graph);
  const std::string clipped = chain.Add(
      op::kClip, "_clipped",
      {site.value, chain.Number("_least", -format.most()), chain.Number("_most", format.most())});
  // Numbers at the threshold itself are small ones.
  const std::string large = chain.Add(op::kShrink, "_large", {clipped},
                                      {{"lambd", std::nextafter(format.least(), 0.0f)}});
  const float factor = std::ldexp(1.0f, 23 - format.fraction_bits) + 1;
  const std::string y = chain.Add(op::kMul, "_scaled", {large, chain.Number("_factor", factor)});
  const std::string rest = chain.Add(op::kSub, "_rest", {y, large});
  chain.PutAfterValue(chain.Add(op::kSub, "_minifloat", {y, rest}));
}

void PlaceGradientQuantizers(const std::set<std::string>& weights,
                             const std::map<std::string, AttributeValue>& attributes,
                             Graph* graph) {
  std::vector<std::string> values;
  for (const WeightRef& ref : ListWeights(*graph)) {
    if (weights.count(ref.name)) values.push_back(graph->nodes[ref.node].outputs[0]);
  }
  for (const std::string& value : values) {
    if (IsGraphOutput(*graph, value)) continue;
    Node node;
    node.op = op::kQuantizeGradient.name;
    node.inputs = {value};
    node.outputs = {graph->FreshName(value + "_passed")};
    node.name = graph->FreshNodeName(node.outputs[0]);
    node.attributes = attributes;
    InsertAfter(value, std::move(node), graph);
  }
}

void PlaceShiftNormalizations(Graph* graph) {
  for (Node& node : graph->nodes) {
    if (OperatorOf(node) == &op::kBatchNormalization) node.attributes[kShiftBased] = int64_t{1};
  }
}

void SettleShiftNormalizations(Graph* graph) {
  for (Node& node : graph->nodes) {
    if (node.attributes.erase(kShiftBased) == 0) continue;
    const float epsilon = node.Float("epsilon", 1e-5f);
    const auto scales = graph->initializers.at(node.Input(1)).f32();
    const auto variances = graph->initializers.at(node.Input(4)).f32();
    for (size_t c = 0; c < scales.size(); ++c) {
      // Both are powers of two, and so is what they make together.
      scales[c] =
          NearestPowerOfTwo(scales[c]) * NearestPowerOfTwo(1 / std::sqrt(variances[c] + epsilon));
      variances[c] = 1 - epsilon;
    }
  }
}

void SettlePowers(Graph* graph) {
  for (Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr || !record->Has(op::kQuantizes)) continue;
    auto how = QuantizerTraining::Of(node);
    if (!how.ok() || how->rule != ScaleRule::kRunningPower) continue;
    const auto scale = graph->initializers.find(node.Input(1));
    if (scale == graph->initializers.end()) continue;
    for (float& value : scale->second.f32()) value = PowerOfTwoAbove(value);
    how->rule = ScaleRule::kFixed;
    how->SetOn(&node);
  }
}

void RemoveGradientQuantizers(Graph* graph) {
  for (size_t i = 0; i < graph->nodes.size();) {
    if (OperatorOf(graph->nodes[i]) != &op::kQuantizeGradient) {
      ++i;
      continue;
    }
    const Node node = graph->nodes[i];
    graph->nodes.erase(graph->nodes.begin() + static_cast<std::ptrdiff_t>(i));
    for (Node& other : graph->nodes) {
      for (std::string& input : other.inputs) {
        if (input == node.outputs[0]) input = node.inputs[0];
      }
    }
  }
}

}  // namespace dc
