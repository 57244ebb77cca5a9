// A .dcz multiplies what a layer of quantized weights computed by the scales of its outputs. Other
// dialects have them on the weights.
#include <algorithm>
#include <optional>
#include <set>

#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "model/dialects/dialects.h"
#include "model/node_attributes.h"
#include "model/readers.h"

namespace dc {
namespace {

// Scales above zero in the shape in which they broadcast over the outputs of `layer`.
const Tensor* ScalesOf(const Graph& graph, const WeightRef& ref, const Node& mul) {
  const Node& layer = graph.nodes[ref.node];
  if (OperatorOf(mul) != &op::kMul || mul.Input(0) != layer.outputs[0]) return nullptr;
  const Tensor* scales = graph.Constant(mul.Input(1));
  if (scales == nullptr || scales->type != DataType::kFloat32) return nullptr;
  std::vector<int64_t> shape = {ref.outputs()};
  if (ref.kind == LayerKind::kConv) shape.resize(ref.shape.size() - 1, 1);
  const auto values = scales->f32();
  const bool positive = std::all_of(values.begin(), values.end(), [](float s) { return s > 0; });
  return positive && scales->shape == shape ? scales : nullptr;
}

// Whether all that `layer` does to its weight `ref` is multiply by it.
bool IsPlain(const Node& layer, const WeightRef& ref) {
  const op::Operator* record = OperatorOf(layer);
  if (ref.input != 1 || !layer.Input(2).empty() || layer.outputs.size() != 1) return false;
  if (record == &op::kGemm) return layer.Float("alpha", 1) == 1 && ref.shape.size() == 2;
  return record == &op::kConv || (record == &op::kMatMul && ref.shape.size() == 2);
}

// False where the weight has no scales after its layer.
bool FoldOne(const WeightRef& ref, Graph* graph) {
  if (!ref.quantized || !IsPlain(graph->nodes[ref.node], ref)) return false;
  if (OnlyReader(*graph, ref.name) != ref.node) return false;
  const auto reader = OnlyReader(*graph, graph->nodes[ref.node].outputs[0]);
  if (!reader) return false;
  const Tensor* scales = ScalesOf(*graph, ref, graph->nodes[*reader]);
  auto weight = GetQuantizedWeight(*graph, ref.name);
  if (scales == nullptr || !weight.ok() || !weight->scales.empty()) return false;
  weight->scales.assign(scales->f32().begin(), scales->f32().end());
  weight->scale_axis = ref.output_axis;
  const std::string constant = graph->nodes[*reader].inputs[1];
  graph->nodes[ref.node].outputs = graph->nodes[*reader].outputs;
  graph->nodes.erase(graph->nodes.begin() + static_cast<std::ptrdiff_t>(*reader));
  if (!graph->IsRead(constant)) graph->initializers.erase(constant);
  static_cast<void>(SetQuantizedWeight(graph, ref.name, *weight));
  return true;
}

}  // namespace

void FoldLayerScales(Graph* graph) {
  std::set<std::string> done;
  for (bool again = true; again;) {
    again = false;
    for (const WeightRef& ref : ListWeights(*graph)) {
      if (!done.insert(ref.name).second || !FoldOne(ref, graph)) continue;
      again = true;  // nodes have moved
      break;
    }
  }
}

}  // namespace dc
