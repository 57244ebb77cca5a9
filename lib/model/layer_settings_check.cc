// What is said of a setting that chooses no layer.
#include <algorithm>

#include "dc/layer_settings.h"
#include "model/quoted.h"

namespace dc {
namespace {

// `parts` joined by commas, cut where the line would get long.
std::string List(const std::vector<std::string>& parts) {
  constexpr size_t kLongest = 200;
  std::string list;
  for (const std::string& part : parts) {
    if (list.size() > kLongest) return list + ", ...";
    list += (list.empty() ? "" : ", ") + part;
  }
  return list;
}

// Why the tensor or value `name` is no weight of a layer; "" where there is none of that name.
std::string WhyNoWeight(const Graph& graph, const std::string& name) {
  for (const UncompressedTensor& tensor : ListUncompressed(graph)) {
    if (tensor.name == name) return tensor.reason;
  }
  if (const Node* producer = graph.Producer(name)) {
    return "a value that " + producer->op + " computes";
  }
  if (graph.initializers.count(name)) {
    const std::vector<size_t> readers = graph.Consumers(name);
    if (readers.empty()) return "no node reads it";
    return "a constant of " + graph.nodes[readers[0]].op + ", not the weight of a layer";
  }
  const auto is_input = [&](const ValueInfo& input) { return input.name == name; };
  const bool input = std::any_of(graph.inputs.begin(), graph.inputs.end(), is_input);
  return input ? "an input of the network" : "";
}

// The names that a key could have, or why there are none.
std::string Choices(const Graph& graph, const std::vector<WeightRef>& weights) {
  std::vector<std::string> names;
  for (const WeightRef& weight : weights) names.push_back(weight.name);
  if (!names.empty()) return "use conv, fc, *, a pattern or one of: " + List(names);
  for (const UncompressedTensor& tensor : ListUncompressed(graph)) {
    names.push_back(Quoted(tensor.name) + " (" + tensor.reason + ")");
  }
  if (names.empty()) return "give a model with convolutions or matrix products";
  return "the model's tensors are not compressed: " + List(names);
}

}  // namespace

bool LayerSettings::IsAmbiguous(const Item& item, const std::vector<WeightRef>& weights) const {
  if (item.kind != KeyKind::kLayerKind) return false;
  const auto named = [&](const WeightRef& weight) { return weight.name == item.key; };
  const auto only_of_kind = [&](const WeightRef& weight) {
    return Specificity(item, weight) > 0 && !named(weight);
  };
  const auto settles = [&](const Item& other) {
    return other.kind == KeyKind::kName && other.key == item.key;
  };
  return std::any_of(weights.begin(), weights.end(), named) &&
         std::any_of(weights.begin(), weights.end(), only_of_kind) &&
         std::none_of(items_.begin(), items_.end(), settles);
}

Status LayerSettings::CheckKeys(const Graph& graph) const {
  const std::vector<WeightRef> weights = ListWeights(graph);
  for (const Item& item : items_) {
    if (IsAmbiguous(item, weights)) {
      return UsageError(
          Quoted(item.key) + " is a kind of layer and the name of a weight",
          "setting " + TextOf(item),
          "give the weight a setting of its own, in double quotes: \"" + item.key + "\"=...");
    }
    const auto chosen = [&](const WeightRef& weight) { return Specificity(item, weight) > 0; };
    if (std::any_of(weights.begin(), weights.end(), chosen)) continue;
    std::string what;
    if (item.kind == KeyKind::kEvery) {
      what = "the model has no layer whose weight is compressed";
    } else if (const std::string why = WhyNoWeight(graph, item.key); !why.empty()) {
      what = Quoted(item.key) + " is not compressed: " + why;
    } else if (item.kind == KeyKind::kLayerKind) {
      what =
          std::string("no layer is ") + (item.key == "conv" ? "a convolution" : "fully connected");
    } else if (item.kind == KeyKind::kPattern) {
      what = "no layer's name matches " + Quoted(item.key);
      for (const UncompressedTensor& tensor : ListUncompressed(graph)) {
        if (!Matches(item.pattern, tensor.name)) continue;
        what = Quoted(tensor.name) + " is not compressed: " + tensor.reason;
        break;
      }
    } else {
      what = "no layer is called " + Quoted(item.key);
    }
    return UsageError(what, "setting " + TextOf(item), Choices(graph, weights));
  }
  return OkStatus();
}

}  // namespace dc
