#include "model/graph_check.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

#include "model/quoted.h"
#include "model/roles.h"

namespace dc {
namespace {

// Index of the first element of `tensor` for which `is_bad` holds, or -1.
template <typename IsBad>
int64_t FindBad(const Tensor& tensor, IsBad is_bad) {
  const auto values = tensor.f32();
  const auto it = std::find_if(values.begin(), values.end(), is_bad);
  return it == values.end() ? -1 : it - values.begin();
}

}  // namespace

Status CheckNames(const Graph& graph) {
  std::unordered_set<std::string> defined;
  const auto define = [&](const std::string& name, const std::string& by) {
    if (name.empty()) return BadInput("a value without a name", by, "export the model again");
    if (!defined.insert(name).second) {
      return BadInput("value " + Quoted(name) + " is defined twice", by,
                      "every value of a model needs its own name");
    }
    return OkStatus();
  };
  for (const ValueInfo& input : graph.inputs) {
    DC_RETURN_IF_ERROR(define(input.name, "graph input"));
  }
  for (const ValueInfo& parameter : graph.uninitialized) {
    DC_RETURN_IF_ERROR(define(parameter.name, "declared parameter"));
  }
  for (const auto& [name, tensor] : graph.initializers) {
    DC_RETURN_IF_ERROR(define(name, "initializer"));
  }
  for (const Node& node : graph.nodes) {
    for (const std::string& input : node.inputs) {
      if (input.empty() || defined.count(input)) continue;
      return BadInput("value " + Quoted(input) + " is read before anything defines it",
                      Quoted(node),
                      "nodes must be in topological order and every input must exist");
    }
    bool writes = false;
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;  // an optional output that the model does not use
      DC_RETURN_IF_ERROR(define(output, Quoted(node)));
      writes = true;
    }
    if (!writes) return BadInput("a node without outputs", Quoted(node), "remove it");
  }
  for (const ValueInfo& output : graph.outputs) {
    if (!defined.count(output.name)) {
      return BadInput("graph output " + Quoted(output.name) + " is defined nowhere", "",
                      "export the model again");
    }
  }
  return OkStatus();
}

Status CheckFinite(const Graph& graph) {
  for (const auto& [name, role] : FindRoles(graph).of) {
    const auto it = graph.initializers.find(name);
    if (it == graph.initializers.end() || it->second.type != DataType::kFloat32) continue;
    // Infinity is a number that masks and bounds hold on purpose.
    const bool formula = role == op::Role::kOperand || role == op::Role::kSetting;
    const int64_t i = formula ? FindBad(it->second, [](float v) { return std::isnan(v); })
                              : FindBad(it->second, [](float v) { return !std::isfinite(v); });
    if (i < 0) continue;
    return BadInput(std::isnan(it->second.f32()[static_cast<size_t>(i)]) ? "a NaN" : "an infinity",
                    "tensor " + Quoted(name) + ", element " + std::to_string(i),
                    "use a checkpoint without it");
  }
  return OkStatus();
}

}  // namespace dc
