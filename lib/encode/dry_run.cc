#include <algorithm>
#include <utility>

#include "base/rng.h"
#include "dc/encode.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "encode/forms.h"
#include "encode/lower.h"

namespace dc {
namespace {

// One weight in so many is kept: what is left makes the file large enough for the number of
// elements that a file of its size may have.
constexpr size_t kKeptEvery = 512;

// `graph` with zeros for parameters that have no value.
Graph WithParameters(const Graph& graph) {
  Graph filled = graph;
  for (const ValueInfo& parameter : graph.uninitialized) {
    filled.initializers[parameter.name] = Tensor::Zeros(parameter.type, parameter.shape);
  }
  filled.uninitialized.clear();
  return filled;
}

// `hollow` with weights that are next to nothing in place of its own.
StatusOr<Graph> WithHardlyAnyWeights(Graph hollow) {
  for (const WeightRef& weight : ListWeights(hollow)) {
    QuantizedWeight sparse;
    sparse.shape = weight.shape;
    sparse.codebook = {0.0f, 1.0f};
    sparse.codes.assign(static_cast<size_t>(weight.size()), 0);
    // Anywhere among so many: even gaps would be coded as next to nothing.
    Rng rng(1);
    for (size_t i = 0; i < sparse.codes.size(); i += kKeptEvery) {
      sparse.codes[std::min(i + rng.Below(kKeptEvery), sparse.codes.size() - 1)] = 1;
    }
    DC_RETURN_IF_ERROR(SetQuantizedWeight(&hollow, weight.name, sparse));
  }
  return hollow;
}

// What the graph has and a hollow one does not: codes outside their codebook, values that are no
// numbers.
Status CheckWeights(const Graph& graph) {
  for (const WeightRef& weight : ListWeights(graph)) {
    if (IsQuantized(graph, weight.name)) {
      DC_RETURN_IF_ERROR(GetQuantizedWeight(graph, weight.name).status());
      continue;
    }
    const Tensor* values = graph.Constant(weight.name);
    if (values == nullptr || values->type != DataType::kFloat32) continue;
    DC_RETURN_IF_ERROR(CheckNumbers(values->f32(), /*per_channel=*/false, weight.name));
  }
  return OkStatus();
}

}  // namespace

StatusOr<std::vector<uint8_t>> EncodeDryRun(const Graph& graph) {
  Graph filled = WithParameters(graph);
  // The nodes that a quantized weight is made of are not in the hollow graph.
  DC_RETURN_IF_ERROR(LowerGraph(filled, /*keep_names=*/true).status());
  DC_ASSIGN_OR_RETURN(const Graph hollow, WithHardlyAnyWeights(std::move(filled)));
  EncodeOptions options;
  options.coder = "raw";
  options.keep_names = true;  // for whoever refuses to execute it
  options.threads = 1;
  DC_ASSIGN_OR_RETURN(std::vector<uint8_t> file, EncodeModel(hollow, options, nullptr, nullptr));
  DC_RETURN_IF_ERROR(CheckWeights(graph));
  return file;
}

}  // namespace dc
