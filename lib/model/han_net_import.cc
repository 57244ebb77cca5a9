#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "dc/import.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "model/han_net.h"
#include "model/quoted.h"

namespace dc {
namespace {

// Gives declared parameters (text models) zeros for values; returns their names.
std::set<std::string> DeclaredToZeros(Graph* graph) {
  std::set<std::string> names;
  for (const ValueInfo& info : graph->uninitialized) {
    graph->initializers[info.name] = Tensor::Zeros(DataType::kFloat32, info.shape);
    names.insert(info.name);
  }
  graph->uninitialized.clear();
  return names;
}

// How often nodes read the value `name`.
size_t Reads(const Graph& graph, const std::string& name) {
  size_t reads = 0;
  for (const Node& node : graph.nodes) {
    reads += static_cast<size_t>(std::count(node.inputs.begin(), node.inputs.end(), name));
  }
  return reads;
}

// Refuses a layer that would not compute weight * x + bias with what the file holds.
Status CheckLayer(const Graph& graph, const WeightRef& weight) {
  const Node& node = graph.nodes[weight.node];
  const std::string where = Quoted(node);
  if (!weight.is_one_matrix()) {
    return Unsupported("a weight of shape " + ShapeText(weight.shape), where,
                       "such files hold convolutions and matrices");
  }
  if (weight.bias.empty()) {
    return BadInput("the file has biases for this layer, the model has none", where,
                    "add a bias of " + std::to_string(weight.outputs()) + " zeros to the model");
  }
  if (Reads(graph, weight.bias) != 1) {
    return Unsupported("a bias that several nodes read", where, "give each layer its own bias");
  }
  if (node.Float("alpha", 1) != 1 || node.Float("beta", 1) != 1) {
    return Unsupported("alpha or beta is not 1", where, "export the model without them");
  }
  return OkStatus();
}

// From outputs x inputs to inputs x outputs.
std::vector<uint16_t> Transposed(const std::vector<uint16_t>& codes, size_t outputs,
                                 size_t inputs) {
  std::vector<uint16_t> turned(codes.size());
  for (size_t o = 0; o < outputs; ++o) {
    for (size_t i = 0; i < inputs; ++i) turned[i * outputs + o] = codes[o * inputs + i];
  }
  return turned;
}

StatusOr<ImportedLayer> Fill(const WeightRef& ref, HanNetLayer layer, Graph* graph) {
  ImportedLayer imported;
  imported.name = ref.name;
  imported.weights = ref.size();
  imported.survivors = std::count_if(layer.codes.begin(), layer.codes.end(),
                                     [&](uint16_t code) { return layer.codebook[code] != 0.0f; });
  imported.entries = static_cast<int64_t>(layer.entries);
  imported.fillers = static_cast<int64_t>(layer.fillers);
  imported.bits = layer.code_bits;
  imported.codebook_entries = static_cast<int>(layer.codebook.size());
  imported.note = layer.note;

  std::vector<uint8_t>& bias = graph->initializers.at(ref.bias).bytes;
  std::memcpy(bias.data(), layer.bias.data(), bias.size());
  QuantizedWeight weight;
  weight.shape = ref.shape;
  weight.policy = "kmeans";
  weight.bits = layer.code_bits;
  weight.codebook = std::move(layer.codebook);
  weight.codes = ref.output_major() ? std::move(layer.codes)
                                    : Transposed(layer.codes, static_cast<size_t>(ref.outputs()),
                                                 static_cast<size_t>(ref.inputs()));
  DC_RETURN_IF_ERROR(SetQuantizedWeight(graph, ref.name, weight));
  return imported;
}

void RecordImport(int64_t float_bytes, Graph* graph) {
  graph->metadata.emplace("dc.baseline_bytes", std::to_string(float_bytes));
  std::string& history = graph->metadata["dc.history"];
  history += history.empty() ? "import" : "; import";
  graph->metadata["dc.import.settings"] = "from=han-net";
}

}  // namespace

StatusOr<std::vector<ImportedLayer>> ImportHanNet(std::span<const uint8_t> file, Graph* graph) {
  std::set<std::string> unfilled = DeclaredToZeros(graph);
  const int64_t float_bytes = graph->Float32Bytes();
  const std::vector<WeightRef> weights = ListWeights(*graph);
  if (weights.empty()) {
    return BadInput("a model without weights", "", "give the float model of the file's network");
  }
  std::vector<HanNetShape> shapes;
  for (const WeightRef& weight : weights) {
    DC_RETURN_IF_ERROR(CheckLayer(*graph, weight));
    shapes.push_back({weight.name, static_cast<uint64_t>(weight.size()),
                      static_cast<uint64_t>(weight.outputs()), weight.kind == LayerKind::kConv});
    unfilled.erase(weight.name);
    unfilled.erase(weight.bias);
  }
  if (!unfilled.empty()) {
    return BadInput("a parameter without a value that the file does not hold",
                    Quoted(*unfilled.begin()), "give a model that has its value");
  }
  DC_ASSIGN_OR_RETURN(std::vector<HanNetLayer> layers, ParseHanNet(file, shapes));
  std::vector<ImportedLayer> imported;
  for (size_t i = 0; i < weights.size(); ++i) {
    DC_ASSIGN_OR_RETURN(ImportedLayer layer, Fill(weights[i], std::move(layers[i]), graph));
    imported.push_back(std::move(layer));
  }
  RecordImport(float_bytes, graph);
  return imported;
}

}  // namespace dc
