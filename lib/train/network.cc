#include "train/network.h"

#include <algorithm>
#include <set>

#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc::train {
namespace {

// True where `node` normalises [batch, classes] logits over the classes.
bool IsClassSoftmax(const Node& node) {
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr || !record->Has(op::kNormalizes)) return false;
  const int64_t axis = node.Int("axis", -1);
  return axis == 1 || axis == -1;
}

// The shape of one sample at the input, with open dimensions taken from the data.
StatusOr<std::vector<int64_t>> FitInput(const ValueInfo& input, const Dataset& data,
                                        const Preprocess& preprocess) {
  const std::string where = "input \"" + input.name + "\", data " + data.name;
  std::vector<int64_t> given = {data.channels, data.height, data.width};
  if (preprocess.channels_last) given = {data.height, data.width, data.channels};
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
  std::vector<int64_t> shape(input.shape.begin() + 1, input.shape.end());
  bool fits = true;
  if (shape.size() == 3) {
    for (size_t i = 0; i < 3; ++i) {
      if (shape[i] < 0) shape[i] = given[i];
      fits = fits && shape[i] == given[i];
    }
  } else {
    // A vector (or anything else) takes the sample's values in their stored order.
    int64_t known = 1;
    int64_t open = 0;
    for (int64_t d : shape) {
      if (d < 0) {
        ++open;
      } else if (d == 0 || known > data.sample_size() / std::max<int64_t>(d, 1)) {
        known = 0;
        break;
      } else {
        known *= d;
      }
    }
    if (open == 1 && known > 0 && data.sample_size() % known == 0) {
      std::replace_if(
          shape.begin(), shape.end(), [](int64_t d) { return d < 0; }, data.sample_size() / known);
      known = data.sample_size();
    }
    fits = open <= 1 && known == data.sample_size();
  }
  if (!fits) {
    std::vector<int64_t> declared(input.shape.begin() + 1, input.shape.end());
    return BadInput("the model's input takes samples of " + ShapeText(declared) +
                        " and the data has samples of " + ShapeText(given),
                    where, "use the data that the model was made for");
  }
  return shape;
}

}  // namespace

std::string NodeLabel(const Node& node) { return Quoted(node); }

StatusOr<Network> FindNetwork(const Graph& graph, const Dataset& data,
                              const Preprocess& preprocess) {
  if (!graph.uninitialized.empty()) {
    return BadInput(std::to_string(graph.uninitialized.size()) + " parameters have no value",
                    "the first is \"" + graph.uninitialized[0].name + "\"",
                    "initialise the model before it is trained or evaluated");
  }
  if (graph.inputs.size() != 1) {
    return Unsupported("the model has " + std::to_string(graph.inputs.size()) + " inputs", "",
                       "training covers models with one input");
  }
  if (graph.outputs.empty()) return BadInput("the model has no output");

  Network network;
  network.graph = &graph;
  network.input = graph.inputs[0].name;
  DC_ASSIGN_OR_RETURN(network.sample_shape, FitInput(graph.inputs[0], data, preprocess));
  network.declared_batch = graph.inputs[0].shape[0];
  network.logits = graph.outputs[0].name;
  const Node* last = graph.Producer(network.logits);
  if (last && IsClassSoftmax(*last)) network.logits = last->Input(0);

  // Backwards from the logits: a node is needed where one of its outputs is.
  std::set<std::string> needed = {network.logits};
  ++network.readers[network.logits];
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    const bool live = std::any_of(node.outputs.begin(), node.outputs.end(),
                                  [&](const std::string& o) { return needed.count(o) > 0; });
    if (!live) continue;
    network.nodes.push_back(i);
    for (const std::string& name : node.inputs) {
      if (name.empty()) continue;
      needed.insert(name);
      ++network.readers[name];
    }
  }
  std::reverse(network.nodes.begin(), network.nodes.end());
  if (network.nodes.empty()) {
    return BadInput("nothing computes the model's output", "output \"" + network.logits + "\"");
  }
  return network;
}

Status CheckClasses(const Network& network, const Dataset& data, int64_t outputs) {
  if (outputs == data.classes) return OkStatus();
  return BadInput("the model has " + std::to_string(outputs) + " outputs and the data has " +
                      std::to_string(data.classes) + " classes",
                  "output \"" + network.logits + "\", data " + data.name,
                  "use the data that the model was made for");
}

}  // namespace dc::train
