// The network that tests of the encoder encode.
#ifndef DC_TESTS_UNIT_ENCODE_QUANTIZED_GRAPH_H_
#define DC_TESTS_UNIT_ENCODE_QUANTIZED_GRAPH_H_

#include <gtest/gtest.h>

#include "roundtrip/sample_graphs.h"

namespace dc {

// Fully connected layers, the first of five shared values.
inline Graph QuantizedGraph() {
  Graph graph = FullyConnectedGraph(0.2);
  EXPECT_TRUE(Quantize(&graph, "fc1.weight", {0.0f, -0.4f, -0.1f, 0.1f, 0.4f}).ok());
  return graph;
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_ENCODE_QUANTIZED_GRAPH_H_
