// Attention as torch exports it over a free batch: [steps, N, features] is flattened for a Gemm to
// [steps * N, features], rows of which belong to samples in turns. Records keep samples whole.
#include <algorithm>
#include <string>
#include <utility>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// Rows of a matrix: for each of `before`, of each sample, `rows` of `width` numbers.
struct Turns {
  int64_t before = 1, rows = 1, width = 1;
};

// The columns of the constant matrix that `gemm`, not transposed on the left, multiplies with; 0
// where there is none.
int64_t WidthOf(const Graph& graph, const GraphIndex& index, const Node& gemm) {
  std::string name = gemm.Input(1);
  // Exporters write equal weights once, and give them other names.
  for (const Node* other = index.Producer(name); other != nullptr && other->op == "Identity";
       other = index.Producer(name)) {
    name = other->Input(0);
  }
  const Tensor* matrix = graph.Constant(name);
  if (matrix == nullptr || matrix->shape.size() != 2 || gemm.Int("transA", 0) != 0) return 0;
  return matrix->shape[gemm.Int("transB", 0) != 0 ? 1 : 0];
}

// The node that alone reads `value`, but for its shape; null where there is none.
const Node* ReaderOf(const GraphIndex& index, const std::string& value) {
  const Node* reader = nullptr;
  for (const Node* node : index.ConsumersOf(value)) {
    if (node->op == "Shape") continue;
    if (reader != nullptr) return nullptr;
    reader = node;
  }
  return reader;
}

// What `flatten`, a Reshape that a Gemm alone reads, whose output a Reshape alone reads, flattens;
// nothing where it is none, or keeps samples whole.
std::optional<Turns> FlattenedTurns(const ShapeTracker& shapes, const GraphIndex& index,
                                    const Graph& graph, const Node& flatten) {
  if (OperatorOf(flatten) != &op::kReshape || flatten.outputs.size() != 1) return std::nullopt;
  const Node* gemm = ReaderOf(index, flatten.outputs[0]);
  if (gemm == nullptr || OperatorOf(*gemm) != &op::kGemm || gemm->outputs.size() != 1 ||
      gemm->Input(0) != flatten.outputs[0]) {
    return std::nullopt;
  }
  const Node* restore = ReaderOf(index, gemm->outputs[0]);
  if (restore == nullptr || OperatorOf(*restore) != &op::kReshape) return std::nullopt;
  const op::Shape* x = shapes.Find(flatten.Input(0));
  Turns turns{.width = WidthOf(graph, index, *gemm)};
  if (x == nullptr || turns.width < 1) return std::nullopt;
  const auto batch = std::find_if(x->begin(), x->end(), [](int64_t d) { return d < 0; });
  const auto before = op::Product({x->begin(), batch}), after = op::Product({batch, x->end()});
  // Numbers of a sample after those before the batch.
  if (batch == x->end() || !before || !after || *before < 2 || -*after % turns.width != 0) {
    return std::nullopt;
  }
  turns.before = *before;
  turns.rows = -*after / turns.width;
  return turns;
}

Node SwapBatch(const std::string& from, const std::string& to) {
  Node node;
  node.op = op::kTranspose.name;
  node.name = to;
  node.inputs = {from};
  node.outputs = {to};
  node.attributes["perm"] = std::vector<int64_t>{1, 0, 2, 3};
  return node;
}

}  // namespace

void GemmOfSamples(const ShapeTracker& shapes, const GraphIndex& index, std::vector<Node>* nodes,
                   Graph* graph) {
  Node& node = nodes->front();
  if (OperatorOf(node) != &op::kReshape || node.outputs.size() != 1) return;
  const std::string base = node.outputs[0];
  const auto name = [&](const char* what) { return graph->FreshName(base + what); };
  if (const auto turns = FlattenedTurns(shapes, index, *graph, node)) {
    const std::string apart = name("_apart"), whole = name("_whole");
    std::vector<Node> parts;
    parts.push_back(
        ReshapeNode(node.inputs[0], apart, {turns->before, -1, turns->rows, turns->width}, graph));
    parts.push_back(SwapBatch(apart, whole));
    parts.push_back(ReshapeNode(whole, base, {-1, turns->width}, graph));
    *nodes = std::move(parts);
    return;
  }
  const Node* gemm = index.Producer(node.inputs[0]);
  const Node* flatten = gemm != nullptr ? index.Producer(gemm->Input(0)) : nullptr;
  if (flatten == nullptr) return;
  const auto turns = FlattenedTurns(shapes, index, *graph, *flatten);
  const op::Shape* products = shapes.Find(node.inputs[0]);
  if (!turns || products == nullptr || products->back() < 1) return;
  const std::string apart = name("_apart"), turned = name("_turned");
  std::vector<Node> parts;
  parts.push_back(ReshapeNode(node.inputs[0], apart,
                              {-1, turns->before, turns->rows, products->back()}, graph));
  parts.push_back(SwapBatch(apart, turned));
  node.inputs[0] = turned;
  parts.push_back(std::move(node));
  *nodes = std::move(parts);
}

}  // namespace dc
