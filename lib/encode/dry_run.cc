#include "dc/encode.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"

namespace dc {
namespace {

// `graph` without the values of its weights: each is a codebook that holds a zero alone.
StatusOr<Graph> WithZeroWeights(const Graph& graph) {
  Graph zeros = graph;
  for (const ValueInfo& parameter : graph.uninitialized) {
    zeros.initializers[parameter.name] = Tensor::Zeros(parameter.type, parameter.shape);
  }
  zeros.uninitialized.clear();
  for (const WeightRef& weight : ListWeights(zeros)) {
    QuantizedWeight zero;
    zero.shape = weight.shape;
    zero.codebook = {0.0f};
    zero.codes.assign(static_cast<size_t>(weight.size()), 0);
    DC_RETURN_IF_ERROR(SetQuantizedWeight(&zeros, weight.name, zero));
  }
  return zeros;
}

}  // namespace

StatusOr<std::vector<uint8_t>> EncodeDryRun(const Graph& graph) {
  DC_ASSIGN_OR_RETURN(const Graph zeros, WithZeroWeights(graph));
  EncodeOptions options;
  options.keep_names = true;  // for whoever refuses to execute it
  options.threads = 1;
  return EncodeModel(zeros, options, nullptr, nullptr);
}

}  // namespace dc
