// ONNX's own checker, with its exceptions turned into Status. (Its shape inference is not used: in
// version 1.12 it divides by a stride of zero, among others, and the signal cannot be caught.)
#ifndef DC_MODEL_ONNX_CHECK_H_
#define DC_MODEL_ONNX_CHECK_H_

#include <onnx/onnx_pb.h>

#include "dc/status.h"

namespace dc {

// Runs onnx::checker::check_model. A model of a newer opset or with newer element types than the
// linked ONNX library knows is accepted unseen: the checker would refuse all that is new to it.
// Precondition: no external data.
Status CheckWithOnnx(const onnx::ModelProto& model);

// Keeps protobuf from writing to stderr; its errors come back as return values.
void SilenceProtobuf();

}  // namespace dc

#endif  // DC_MODEL_ONNX_CHECK_H_
