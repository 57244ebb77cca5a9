// The invariants of dc::Graph that no ONNX library needs to be asked about.
#ifndef DC_MODEL_GRAPH_CHECK_H_
#define DC_MODEL_GRAPH_CHECK_H_

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// BadInput for a value that is defined twice, read before a node writes it, or defined nowhere, and
// for a node without outputs. Linear in the size of the graph.
Status CheckNames(const Graph& graph);

// BadInput, with its index, for a NaN in a float32 constant that a node reads, and for an infinity
// in a weight, bias, scale or statistic. Elsewhere infinity is meant: masks, bounds.
Status CheckFinite(const Graph& graph);

}  // namespace dc

#endif  // DC_MODEL_GRAPH_CHECK_H_
