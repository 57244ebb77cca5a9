// Domains of operators that files leave out.
#ifndef DC_MODEL_ONNX_DOMAINS_H_
#define DC_MODEL_ONNX_DOMAINS_H_

#include <onnx/onnx_pb.h>

namespace dc {

// Gives QONNX's operators their domain where a file leaves it out, and declares every domain that
// nodes have and the file does not: exporters of quantized models forget both, and a checker then
// takes the whole model for invalid.
void CompleteDomains(onnx::ModelProto* model);

}  // namespace dc

#endif  // DC_MODEL_ONNX_DOMAINS_H_
