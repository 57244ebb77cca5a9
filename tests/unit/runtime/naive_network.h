// A second implementation of every operator: plain loops in double over whole ONNX tensors, batch
// dimension included, written from ONNX's operator definitions.
#ifndef DC_TESTS_UNIT_RUNTIME_NAIVE_NETWORK_H_
#define DC_TESTS_UNIT_RUNTIME_NAIVE_NETWORK_H_

#include <cstdint>
#include <vector>

#include "unit/runtime/net_builder.h"

namespace dc::runtime {

struct NaiveTensor {
  std::vector<int64_t> shape;
  std::vector<double> values;
};

// The network's output for `batch` samples.
NaiveTensor RunNaively(NetBuilder& net, int64_t batch, const std::vector<float>& input);

}  // namespace dc::runtime

#endif  // DC_TESTS_UNIT_RUNTIME_NAIVE_NETWORK_H_
