#include "quantize/bias_correction.h"

#include <string>
#include <vector>

#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "model/node_attributes.h"
#include "model/shapes.h"

namespace dc {
namespace {

// The bias of the layer of `ref`: a number for each output, none of them another layer's. The layer
// gets one of zeros where it has none; null where that cannot be.
Tensor* BiasOf(const WeightRef& ref, Graph* graph) {
  std::string bias = ref.bias;
  if (bias.empty()) {
    Node& layer = graph->nodes[ref.node];
    const op::Operator* record = OperatorOf(layer);
    if ((record != &op::kConv && record != &op::kGemm) || !layer.Input(2).empty()) return nullptr;
    bias = graph->FreshName(ref.name + "_bias");
    graph->initializers[bias] = Tensor::Zeros(DataType::kFloat32, {ref.outputs()});
    layer.inputs.resize(2);
    layer.inputs.push_back(bias);
  }
  const auto found = graph->initializers.find(bias);
  const bool usable = found != graph->initializers.end() &&
                      found->second.type == DataType::kFloat32 &&
                      found->second.size() == ref.outputs() && graph->Consumers(bias).size() == 1;
  return usable ? &found->second : nullptr;
}

}  // namespace

Status CorrectBiases(const Graph& floats, const Observer& observe, Graph* graph) {
  std::vector<std::string> outputs;
  const GraphShapes shapes = InferGraphShapes(floats);
  for (const WeightRef& ref : ListWeights(*graph)) {
    const std::string& output = graph->nodes[ref.node].outputs[0];
    const auto shape = shapes.of.find(output);
    if (!ref.quantized || shape == shapes.of.end()) continue;
    // Axis 1 has the outputs.
    if (ref.kind != LayerKind::kConv && shape->second.size() != 2) continue;
    outputs.push_back(output);
  }
  if (outputs.empty()) return OkStatus();
  DC_ASSIGN_OR_RETURN(const auto wanted, observe(floats, outputs));
  for (size_t i = 0; i < outputs.size(); ++i) {
    Graph now = *graph;
    DC_RETURN_IF_ERROR(DequantizeAll(&now));
    DC_ASSIGN_OR_RETURN(const auto observed, observe(now, {outputs[i]}));
    const std::vector<double>& have = observed.at(outputs[i]).channel_means;
    const std::vector<double>& want = wanted.at(outputs[i]).channel_means;
    for (const WeightRef& ref : ListWeights(*graph)) {
      if (graph->nodes[ref.node].outputs[0] != outputs[i]) continue;
      if (static_cast<int64_t>(have.size()) != ref.outputs() || have.size() != want.size()) break;
      Tensor* bias = BiasOf(ref, graph);
      if (bias == nullptr) break;
      for (size_t c = 0; c < have.size(); ++c) {
        bias->f32()[c] = static_cast<float>(bias->f32()[c] - (have[c] - want[c]));
      }
      break;
    }
  }
  return OkStatus();
}

}  // namespace dc
