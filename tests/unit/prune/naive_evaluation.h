// Evaluates a small network by the definitions of its operators: a second opinion on whether a
// change of weights changed the network's function.
#ifndef DC_TESTS_UNIT_PRUNE_NAIVE_EVALUATION_H_
#define DC_TESTS_UNIT_PRUNE_NAIVE_EVALUATION_H_

#include <string>
#include <vector>

#include "dc/graph.h"

namespace dc {

// The first output of `graph` for one input tensor, in double precision. Covers 2-d convolution
// and pooling with pads and strides, Gemm, MatMul, Add, the activations, BatchNormalization,
// Flatten, Reshape, Identity and Dropout (as in inference). Throws std::runtime_error otherwise.
std::vector<double> EvaluateNaively(const Graph& graph, const std::vector<int64_t>& shape,
                                    const std::vector<double>& input);

// Reproducible values in [-1, 1).
std::vector<float> RandomValues(size_t count, uint64_t seed);

}  // namespace dc

#endif  // DC_TESTS_UNIT_PRUNE_NAIVE_EVALUATION_H_
