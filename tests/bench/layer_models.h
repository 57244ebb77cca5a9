// Networks of one layer with made-up weights, for benchmarks.
#ifndef DC_TESTS_BENCH_LAYER_MODELS_H_
#define DC_TESTS_BENCH_LAYER_MODELS_H_

#include <cstdint>

#include "bench/synthetic_weight.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Names of the layer's weight and bias in all of these.
inline constexpr char kLayerWeight[] = "weight";
inline constexpr char kLayerBias[] = "bias";

// One Gemm of an [outputs][inputs] weight, quantized.
StatusOr<Graph> FullyConnectedModel(int64_t outputs, int64_t inputs,
                                    const WeightStatistics& statistics);

// One convolution, 3x3 with a border of zeros, quantized. Images have `size` x `size` pixels.
StatusOr<Graph> ConvolutionModel(int64_t outputs, int64_t inputs, int64_t size,
                                 const WeightStatistics& statistics);

// The same layer with int8 weights as ONNX Runtime's dynamic quantization writes it: the input
// becomes uint8 as it comes (DynamicQuantizeLinear), MatMulInteger multiplies it by int8 weights,
// one scale for all, and the sums are scaled and get the bias. `dense` is a FullyConnectedModel
// after DequantizeAll.
Graph DynamicInt8Model(const Graph& dense);

// The input of `like` handed on.
Graph EmptyModel(const Graph& like);

}  // namespace dc

#endif  // DC_TESTS_BENCH_LAYER_MODELS_H_
