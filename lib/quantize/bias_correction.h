// What quantizing shifts the outputs of layers by, taken back by their biases.
#ifndef DC_QUANTIZE_BIAS_CORRECTION_H_
#define DC_QUANTIZE_BIAS_CORRECTION_H_

#include "dc/graph.h"
#include "dc/status.h"
#include "model/observed_value.h"

namespace dc {

// Quantized weights (and the values before them) shift the mean of a layer's outputs. Layer by
// layer, in order, each bias of `graph` is lowered by what the mean of that channel is above the
// one in `floats`, the same graph before it was quantized (Nagel et al. 2019, arXiv 1906.04721,
// section 4.2, on samples). A layer without a bias gets one, where its operator has a place for it.
Status CorrectBiases(const Graph& floats, const Observer& observe, Graph* graph);

}  // namespace dc

#endif  // DC_QUANTIZE_BIAS_CORRECTION_H_
