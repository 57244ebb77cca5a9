#include "pipeline/left_alone.h"

#include "base/text_table.h"
#include "dc/weights.h"
#include "model/quoted.h"

namespace dc {
namespace {

void AddUncompressed(const Graph& graph, std::vector<Uncompressed>* list) {
  for (const UncompressedTensor& tensor : ListUncompressed(graph)) {
    list->push_back({tensor.name, tensor.reason, static_cast<uint64_t>(tensor.bytes)});
  }
}

uint64_t Float32BytesOf(const WeightRef& weight) {
  return sizeof(float) * static_cast<uint64_t>(weight.size());
}

}  // namespace

std::vector<Uncompressed> NotPruned(const PruneOptions& options, const Graph& graph) {
  std::vector<Uncompressed> list;
  for (const WeightRef& weight : ListWeights(graph)) {
    if (options.criterion == PruneCriterion::kGlobalDensity) break;
    if (!options.amounts.Text(weight, "").empty()) continue;
    list.push_back({weight.name, "no setting chooses it", Float32BytesOf(weight)});
  }
  AddUncompressed(graph, &list);
  return list;
}

std::vector<Uncompressed> NotQuantized(const Graph& graph) {
  std::vector<Uncompressed> list;
  for (const WeightRef& weight : ListWeights(graph)) {
    if (weight.quantized) continue;
    list.push_back({weight.name, "the weight has no codebook", Float32BytesOf(weight)});
  }
  AddUncompressed(graph, &list);
  return list;
}

std::string UncompressedText(const std::string& what, const std::vector<Uncompressed>& tensors) {
  std::string text;
  for (const Uncompressed& tensor : tensors) {
    text += "not " + what + ": " + Quoted(tensor.name) + ", " + Thousands(tensor.bytes) +
            " bytes: " + tensor.reason + "\n";
  }
  return text;
}

}  // namespace dc
