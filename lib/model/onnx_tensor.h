// TensorProto <-> Tensor.
#ifndef DC_MODEL_ONNX_TENSOR_H_
#define DC_MODEL_ONNX_TENSOR_H_

#include <onnx/onnx_pb.h>

#include <string>

#include "dc/status.h"
#include "dc/tensor.h"

namespace dc {

// Element type number `onnx_type` as a DataType; Unsupported, naming `where`, for the types that
// DataType does not list.
StatusOr<DataType> DataTypeFromProto(int onnx_type, const std::string& where);

// Copies shape and values, from raw_data or from the typed field of the element type. Nothing is
// allocated before dims and data are known to agree. BadInput: negative or overflowing dims, data
// of another length, values outside the element type. Unsupported: external data, segments, element
// types as above. Errors name `where`.
StatusOr<Tensor> TensorFromProto(const onnx::TensorProto& proto, const std::string& where);

// Writes `tensor` as raw_data under `name`.
void TensorToProto(const Tensor& tensor, const std::string& name, onnx::TensorProto* proto);

}  // namespace dc

#endif  // DC_MODEL_ONNX_TENSOR_H_
