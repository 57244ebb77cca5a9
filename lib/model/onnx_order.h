// Topological order for models whose exporter did not care.
#ifndef DC_MODEL_ONNX_ORDER_H_
#define DC_MODEL_ONNX_ORDER_H_

#include <onnx/onnx_pb.h>

namespace dc {

// Puts the nodes of `graph` into topological order where they are not (ONNX demands it, some
// exporters' files and the usual runtimes do not): of the nodes that are ready, the one that comes
// first in the file goes first. Nodes of a cycle, or that read values which nothing defines, keep
// their order at the end for the checks to find.
void SortNodes(onnx::GraphProto* graph);

}  // namespace dc

#endif  // DC_MODEL_ONNX_ORDER_H_
