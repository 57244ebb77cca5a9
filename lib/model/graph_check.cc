#include "model/graph_check.h"

#include <cmath>
#include <string>
#include <unordered_set>

#include "model/quoted.h"

namespace dc {
namespace {

// Index of the first element of `tensor` that is no finite number, or -1.
int64_t FirstNotFinite(const Tensor& tensor) {
  const auto find = [](auto values, auto is_finite) -> int64_t {
    for (size_t i = 0; i < values.size(); ++i) {
      if (!is_finite(values[i])) return static_cast<int64_t>(i);
    }
    return -1;
  };
  switch (tensor.type) {
    case DataType::kFloat32:
      return find(tensor.f32(), [](float v) { return std::isfinite(v); });
    case DataType::kFloat64:
      return find(tensor.data<double>(), [](double v) { return std::isfinite(v); });
    case DataType::kFloat16:  // NaN and infinity have all exponent bits set
      return find(tensor.data<uint16_t>(), [](uint16_t v) { return (v & 0x7C00) != 0x7C00; });
    default:
      return -1;
  }
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
  for (const auto& [name, tensor] : graph.initializers) {
    const int64_t i = FirstNotFinite(tensor);
    if (i < 0) continue;
    return BadInput("NaN or infinity in the weights",
                    "tensor " + Quoted(name) + ", element " + std::to_string(i),
                    "the model's training diverged or the file is damaged; use another checkpoint");
  }
  return OkStatus();
}

}  // namespace dc
