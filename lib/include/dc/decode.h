// .dcz -> quantized graph.
#ifndef DC_DECODE_H_
#define DC_DECODE_H_

#include <cstdint>
#include <span>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// The quantized ONNX graph that was encoded: codes and centroids bit for bit. Values whose names
// were dropped get generated ones ("conv1.weight", "fc2.bias", "v7"). Metadata holds the input
// scaling. BadInput on any damage.
StatusOr<Graph> DecodeModel(std::span<const uint8_t> file);

}  // namespace dc

#endif  // DC_DECODE_H_
