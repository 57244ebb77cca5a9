#include "train/network.h"

#include <algorithm>
#include <optional>
#include <set>

#include "model/node_attributes.h"
#include "model/quoted.h"
#include "train/head.h"

namespace dc::train {
namespace {

// Which axis the channels are, as far as the nodes that read the input show it.
std::optional<bool> ChannelsLast(const Graph& graph, const std::string& input) {
  for (size_t i : graph.Consumers(input)) {
    const Node& node = graph.nodes[i];
    const op::Operator* record = OperatorOf(node);
    if (record && (record->Has(op::kConvolves) || record->Has(op::kPools))) return false;
    if (node.Ints("perm", {}) == std::vector<int64_t>{0, 3, 1, 2}) return true;
  }
  return std::nullopt;
}

// How samples of `data` become the input of `graph`.
StatusOr<Reading> ReadingFor(const Graph& graph, const Dataset& data, const Preprocess& preprocess,
                             const NetworkUse& use) {
  const ValueInfo& input = graph.inputs[0];
  const std::string where = "input \"" + input.name + "\", data " + data.name;
  if (input.type != DataType::kFloat32) {
    return Unsupported("the model's input is " + std::string(NameOf(input.type)), where,
                       "training needs a float32 input");
  }
  if (input.shape.size() < 2) {
    return BadInput("the model's input has no batch dimension", where,
                    "declare it as [batch, ...]");
  }
  constexpr size_t kMaxRank = 6;
  if (input.shape.size() > kMaxRank) {
    return Unsupported(
        "the model's input has " + std::to_string(input.shape.size()) + " dimensions", where,
        "training covers up to 6");
  }
  const std::vector<int64_t> sample(input.shape.begin() + 1, input.shape.end());
  return DecideReading(data, preprocess, {input.name, sample, ChannelsLast(graph, input.name)},
                       use.augmentation);
}

// Fills in `network`'s nodes and readers: backwards from the values `needed`, a node is needed
// where one of its outputs is.
Status FindNodes(std::set<std::string> needed, Network* network) {
  const Graph& graph = *network->graph;
  network->nodes.clear();
  network->readers.clear();
  for (const std::string& value : needed) ++network->readers[value];
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    const bool live = std::any_of(node.outputs.begin(), node.outputs.end(),
                                  [&](const std::string& o) { return needed.count(o) > 0; });
    if (!live) continue;
    network->nodes.push_back(i);
    for (const std::string& name : node.inputs) {
      if (name.empty()) continue;
      needed.insert(name);
      ++network->readers[name];
    }
  }
  std::reverse(network->nodes.begin(), network->nodes.end());
  return OkStatus();
}

// The network of `graph` without its nodes, which lead to what the caller asks for.
StatusOr<Network> WithoutNodes(const Graph& graph, const Dataset& data,
                               const Preprocess& preprocess, const NetworkUse& use) {
  if (!graph.uninitialized.empty()) {
    return BadInput(std::to_string(graph.uninitialized.size()) + " parameters have no value",
                    "the first is \"" + graph.uninitialized[0].name + "\"",
                    "initialise the model before it is trained or evaluated");
  }
  if (graph.fixed_shapes) {
    return Unsupported("the model computes across the samples of a batch, at fixed shapes", "",
                       "export it with a free batch to train or to evaluate it");
  }
  if (graph.inputs.size() != 1) {
    return Unsupported("the model has " + std::to_string(graph.inputs.size()) + " inputs", "",
                       "training covers models with one input");
  }
  if (graph.outputs.empty()) return BadInput("the model has no output");

  Network network;
  network.graph = &graph;
  network.input = graph.inputs[0].name;
  DC_ASSIGN_OR_RETURN(network.reading, ReadingFor(graph, data, preprocess, use));
  network.sample_shape = network.reading.input_shape;
  network.declared_batch = graph.inputs[0].shape[0];
  return network;
}

}  // namespace

std::string NodeLabel(const Node& node) { return Quoted(node); }

StatusOr<Network> FindNetwork(const Graph& graph, const Dataset& data, const Preprocess& preprocess,
                              const NetworkUse& use) {
  DC_ASSIGN_OR_RETURN(Network network, WithoutNodes(graph, data, preprocess, use));
  DC_ASSIGN_OR_RETURN(const Head head,
                      FindHead(graph, data, use.logits, network.reading.input_shape));
  if (graph.outputs.size() > 1 && !head.named) {
    network.reading.remarks.push_back(
        std::string(data.has_targets() ? "the targets" : "the labels") + " are about output \"" +
        head.output + "\" of " + std::to_string(graph.outputs.size()) +
        " outputs (--logits names another)");
  }
  network.output = head.output;
  network.logits = head.logits;
  network.any_shape = data.has_targets();
  DC_RETURN_IF_ERROR(FindNodes({network.logits}, &network));
  if (network.nodes.empty()) {
    return BadInput("nothing computes the model's output", "output \"" + network.logits + "\"");
  }
  return network;
}

StatusOr<Network> FindNetworkUpTo(const Graph& graph, const Dataset& data,
                                  const Preprocess& preprocess,
                                  const std::set<std::string>& values) {
  DC_ASSIGN_OR_RETURN(Network network, WithoutNodes(graph, data, preprocess, {}));
  DC_RETURN_IF_ERROR(FindNodes(values, &network));
  return network;
}

}  // namespace dc::train
