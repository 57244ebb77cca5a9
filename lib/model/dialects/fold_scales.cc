// Scales, zero points and bit widths that exporters compute from constants, and codes of few bits
// that are converted at once.
#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "model/canonical/known.h"
#include "model/dialects/dialects.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// Whether the inputs of `node` after its first are numbers about a grid.
bool IsQuantizer(const Node& node) {
  constexpr std::array<std::string_view, 9> kNames = {
      "Quant",          "IntQuant",         "BipolarQuant",   "FloatQuant", "Trunc",
      "QuantizeLinear", "DequantizeLinear", "MultiThreshold", "QGemm"};
  return std::find(kNames.begin(), kNames.end(), node.op) != kNames.end() ||
         node.op.starts_with("QLinear");
}

// Values that the numbers of quantizers depend on.
std::set<std::string> Wanted(const Graph& graph) {
  std::set<std::string> wanted;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool is_wanted = std::any_of(node->outputs.begin(), node->outputs.end(),
                                       [&](const auto& name) { return wanted.count(name) > 0; });
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      if (is_wanted || (i > 0 && IsQuantizer(*node))) wanted.insert(node->inputs[i]);
    }
  }
  return wanted;
}

std::optional<Tensor> Computed(const Graph& graph, const Node& node) {
  constexpr int64_t kMost = 65536;
  std::vector<Known> known;
  known.reserve(node.inputs.size());
  std::vector<const Known*> inputs;
  for (const std::string& name : node.inputs) {
    inputs.push_back(nullptr);
    if (name.empty()) continue;
    const Tensor* constant = graph.Constant(name);
    auto read =
        constant != nullptr && constant->size() <= kMost ? Known::From(*constant) : std::nullopt;
    if (!read) return std::nullopt;
    known.push_back(*std::move(read));
    inputs.back() = &known.back();
  }
  const auto result = Evaluate(graph, node, inputs);
  if (!result || !result->batches.empty()) return std::nullopt;
  return result->ToTensor();
}

}  // namespace

void FoldScales(Graph* graph) {
  std::set<std::string> wanted = Wanted(*graph);
  for (const ValueInfo& output : graph->outputs) wanted.erase(output.name);
  std::erase_if(graph->nodes, [&](const Node& node) {
    if (node.outputs.size() != 1 || wanted.count(node.outputs[0]) == 0) return false;
    auto value = Computed(*graph, node);
    if (!value) return false;
    graph->initializers[node.outputs[0]] = *std::move(value);
    return true;
  });
  // A conversion does not ask how many bits there were.
  for (const Node& node : graph->nodes) {
    if (OperatorOf(node) != &op::kCast) continue;
    const auto codes = graph->initializers.find(node.Input(0));
    if (codes == graph->initializers.end()) continue;
    const std::vector<size_t> readers = graph->Consumers(codes->first);
    const bool only_casts = std::all_of(readers.begin(), readers.end(), [&](size_t reader) {
      return OperatorOf(graph->nodes[reader]) == &op::kCast;
    });
    DataType& type = codes->second.type;
    if (!only_casts) continue;
    if (type == DataType::kUint4 || type == DataType::kUint2) type = DataType::kUint8;
    if (type == DataType::kInt4 || type == DataType::kInt2) type = DataType::kInt8;
  }
}

}  // namespace dc
