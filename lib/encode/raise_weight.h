// Tensors of a .dcz -> initializers and the nodes that compute quantized weights from them.
#ifndef DC_ENCODE_RAISE_WEIGHT_H_
#define DC_ENCODE_RAISE_WEIGHT_H_

#include <string>

#include "dc/graph.h"
#include "dc/status.h"
#include "encode/raised_names.h"
#include "format/reader.h"

namespace dc {

// The tensor `entry` as a graph of its own that defines the value `name`: one initializer, or
// codes, codebook, Cast and Gather with the weight's metadata. Other values get names from
// `values`, nodes from `nodes`.
StatusOr<Graph> RaiseTensor(const format::TensorEntry& entry, const format::TensorStreams& streams,
                            const std::string& name, UniqueNames* values, UniqueNames* nodes);

}  // namespace dc

#endif  // DC_ENCODE_RAISE_WEIGHT_H_
