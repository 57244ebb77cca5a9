// Attention as torch exports it over a free batch: [steps, N, features] is flattened for a Gemm to
// [steps * N, features], rows of which belong to samples in turns. Records keep samples whole.
#include <algorithm>
#include <string>
#include <utility>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// The constant `name`, or the one that an Identity gives this name: exporters write equal weights
// once.
const Tensor* ConstantOf(const Graph& graph, const GraphIndex& index, const std::string& name) {
  const Node* other = index.Producer(name);
  const bool renamed = other != nullptr && OperatorOf(*other) == &op::kIdentity;
  return graph.Constant(renamed ? other->Input(0) : name);
}

// Whether all rows of the products have the same added to them, or nothing.
bool AddsRow(const Graph& graph, const GraphIndex& index, const Node& gemm) {
  if (gemm.Input(2).empty()) return true;
  const Tensor* bias = ConstantOf(graph, index, gemm.Input(2));
  return bias != nullptr && (bias->shape.size() < 2 || bias->shape[0] == 1);
}

// The node that alone reads `value`, but for its shape; null where there is none, or the graph
// returns the value.
const Node* ReaderOf(const Graph& graph, const GraphIndex& index, const std::string& value) {
  const bool returned = std::any_of(graph.outputs.begin(), graph.outputs.end(),
                                    [&](const ValueInfo& y) { return y.name == value; });
  const Node* reader = nullptr;
  if (returned) return reader;
  for (const Node* node : index.ConsumersOf(value)) {
    if (node->op == "Shape") continue;
    if (reader != nullptr) return nullptr;
    reader = node;
  }
  return reader;
}

// Swaps what is before the batch and the batch.
Node SwapBatch(const std::string& from, const std::string& to) {
  return TransposeNode(from, to, {1, 0, 2, 3});
}

}  // namespace

std::optional<GemmsOfSamples::Turns> GemmsOfSamples::FlattenedBy(const Node& flatten,
                                                                 const Node& gemm) const {
  if (OperatorOf(gemm) != &op::kGemm || gemm.outputs.size() != 1 ||
      gemm.Input(0) != flatten.outputs[0] || !AddsRow(graph_, index_, gemm)) {
    return std::nullopt;
  }
  const Node* restore = ReaderOf(graph_, index_, gemm.outputs[0]);
  if (restore == nullptr || OperatorOf(*restore) != &op::kReshape) return std::nullopt;
  const op::Shape* x = shapes_.Find(flatten.Input(0));
  const Tensor* matrix = ConstantOf(graph_, index_, gemm.Input(1));
  if (x == nullptr || matrix == nullptr || matrix->shape.size() != 2 ||
      gemm.Int("transA", 0) != 0) {
    return std::nullopt;
  }
  const size_t turned = gemm.Int("transB", 0) != 0 ? 1 : 0;
  Turns turns{.width = matrix->shape[turned], .products = matrix->shape[1 - turned]};
  const auto batch = std::find_if(x->begin(), x->end(), [](int64_t d) { return d < 0; });
  const auto before = op::Product({x->begin(), batch}), after = op::Product({batch, x->end()});
  // Numbers of a sample after those before the batch.
  if (batch == x->end() || !before || !after || *before < 2 || turns.width < 1 ||
      -*after % turns.width != 0) {
    return std::nullopt;
  }
  turns.before = *before;
  turns.rows = -*after / turns.width;
  return turns;
}

void GemmsOfSamples::Spell(std::vector<Node>* nodes) {
  Node& node = nodes->front();
  if (OperatorOf(node) != &op::kReshape || node.outputs.size() != 1) return;
  const std::string base = node.outputs[0];
  const auto name = [&](const char* what) { return graph_.FreshName(base + what); };
  std::vector<Node> parts;
  if (const auto restored = turned_.find(node.inputs[0]); restored != turned_.end()) {
    const Turns& turns = restored->second;
    const std::string apart = name("_apart"), turned = name("_turned");
    parts.push_back(ReshapeNode(node.inputs[0], apart,
                                {-1, turns.before, turns.rows, turns.products}, &graph_));
    parts.push_back(SwapBatch(apart, turned));
    node.inputs[0] = turned;
    parts.push_back(std::move(node));
    *nodes = std::move(parts);
    return;
  }
  const Node* gemm = ReaderOf(graph_, index_, base);
  const auto turns = gemm != nullptr ? FlattenedBy(node, *gemm) : std::nullopt;
  if (!turns) return;
  const std::string apart = name("_apart"), whole = name("_whole");
  parts.push_back(
      ReshapeNode(node.inputs[0], apart, {turns->before, -1, turns->rows, turns->width}, &graph_));
  parts.push_back(SwapBatch(apart, whole));
  parts.push_back(ReshapeNode(whole, base, {-1, turns->width}, &graph_));
  turned_[gemm->outputs[0]] = *turns;
  *nodes = std::move(parts);
}

}  // namespace dc
