#include "model/onnx_tensor.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace dc {
namespace {

static_assert(std::endian::native == std::endian::little, "Tensor and raw_data are little-endian");

// Number of elements of `dims`; BadInput where a dimension is negative or the product, zeros left
// out, is more than fits one file.
StatusOr<int64_t> CountElements(const std::vector<int64_t>& dims, const std::string& where) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  constexpr size_t kHighestRank = 16;
  if (dims.size() > kHighestRank) {
    return Unsupported("a tensor of rank " + std::to_string(dims.size()), where,
                       "ranks up to " + std::to_string(kHighestRank) + " are covered");
  }
  int64_t product = 1;
  bool empty = false;
  for (int64_t d : dims) {
    if (d < 0) return BadInput("negative dimension " + std::to_string(d), where, "export it again");
    if (d == 0) {
      empty = true;
      continue;
    }
    if (d > kMost / product) {
      return BadInput("dimensions " + ShapeText(dims) + " hold more elements than a file can",
                      where, "the file is damaged; export it again");
    }
    product *= d;
  }
  return empty ? 0 : product;
}

// Converts the elements of a typed field to the tensor's elements; false where one does not fit.
template <typename T, typename Field>
bool CopyField(const Field& field, Tensor* tensor) {
  const auto out = tensor->data<T>();
  for (size_t i = 0; i < out.size(); ++i) {
    const auto value = field.Get(static_cast<int>(i));
    if constexpr (std::is_integral_v<T>) {
      if (!std::in_range<T>(value)) return false;
    }
    out[i] = static_cast<T>(value);
  }
  return true;
}

bool IsPacked(DataType type) { return BitsOf(type) < 8; }

// `count` elements of packed bytes, the first in the lowest bits; a byte each, with their sign.
std::vector<uint8_t> Unpack(std::string_view packed, DataType type, size_t count) {
  const int bits = BitsOf(type);
  const bool is_signed = type == DataType::kInt4 || type == DataType::kInt2;
  const size_t per_byte = static_cast<size_t>(8 / bits);
  std::vector<uint8_t> bytes(count);
  for (size_t i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(packed[i / per_byte]);
    // To the top of the byte, and down again.
    const auto top =
        static_cast<uint8_t>(byte << (8 - bits - static_cast<int>(i % per_byte) * bits));
    bytes[i] = is_signed ? static_cast<uint8_t>(static_cast<int8_t>(top) >> (8 - bits))
                         : static_cast<uint8_t>(top >> (8 - bits));
  }
  return bytes;
}

std::string Pack(const Tensor& tensor) {
  const int bits = BitsOf(tensor.type);
  const size_t per_byte = static_cast<size_t>(8 / bits);
  std::string packed((tensor.bytes.size() + per_byte - 1) / per_byte, '\0');
  const int mask = (1 << bits) - 1;
  for (size_t i = 0; i < tensor.bytes.size(); ++i) {
    const int shifted = (tensor.bytes[i] & mask) << (static_cast<int>(i % per_byte) * bits);
    packed[i / per_byte] = static_cast<char>(packed[i / per_byte] | shifted);
  }
  return packed;
}

// Elements in the typed field that belongs to `type`.
int64_t FieldSize(const onnx::TensorProto& proto, DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return proto.float_data_size();
    case DataType::kFloat64:
      return proto.double_data_size();
    case DataType::kInt64:
      return proto.int64_data_size();
    default:
      return proto.int32_data_size();
  }
}

bool CopyTyped(const onnx::TensorProto& proto, Tensor* tensor) {
  switch (tensor->type) {
    case DataType::kFloat32:
      return CopyField<float>(proto.float_data(), tensor);
    case DataType::kFloat64:
      return CopyField<double>(proto.double_data(), tensor);
    case DataType::kInt64:
      return CopyField<int64_t>(proto.int64_data(), tensor);
    case DataType::kInt32:
      return CopyField<int32_t>(proto.int32_data(), tensor);
    case DataType::kInt8:
      return CopyField<int8_t>(proto.int32_data(), tensor);
    case DataType::kUint8:
    case DataType::kBool:
      return CopyField<uint8_t>(proto.int32_data(), tensor);
    case DataType::kInt16:
      return CopyField<int16_t>(proto.int32_data(), tensor);
    case DataType::kUint16:
    case DataType::kFloat16:  // bit patterns
      return CopyField<uint16_t>(proto.int32_data(), tensor);
    case DataType::kUint4:
    case DataType::kInt4:
    case DataType::kUint2:
    case DataType::kInt2: {  // packed bytes
      std::string packed;
      for (const int32_t byte : proto.int32_data()) {
        if (!std::in_range<uint8_t>(byte)) return false;
        packed += static_cast<char>(byte);
      }
      tensor->bytes = Unpack(packed, tensor->type, tensor->bytes.size());
      return true;
    }
  }
  return false;
}

}  // namespace

StatusOr<DataType> DataTypeFromProto(int onnx_type, const std::string& where) {
  switch (onnx_type) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT16:
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::INT64:
    case onnx::TensorProto::BOOL:
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::DOUBLE:
    // The ONNX library may be too old to have names for these.
    case static_cast<int>(DataType::kUint4):
    case static_cast<int>(DataType::kInt4):
    case static_cast<int>(DataType::kUint2):
    case static_cast<int>(DataType::kInt2):
      return static_cast<DataType>(onnx_type);
    case onnx::TensorProto::BFLOAT16:  // the upper half of a float32
      return DataType::kFloat32;
    default:
      break;
  }
  std::string name = "number " + std::to_string(onnx_type);
  if (onnx::TensorProto::DataType_IsValid(onnx_type)) {
    name = onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(onnx_type));
  }
  return Unsupported("element type " + name, where,
                     "float32, float64, float16, bfloat16, bool, int64, int32 and whole "
                     "numbers of 16, 8, 4 and 2 bits are covered");
}

// A bfloat16 tensor's elements as the float32 values that they are.
StatusOr<Tensor> FromBfloat16(const onnx::TensorProto& proto, const std::string& where) {
  onnx::TensorProto bits = proto;
  bits.set_data_type(onnx::TensorProto::UINT16);
  DC_ASSIGN_OR_RETURN(const Tensor halves, TensorFromProto(bits, where));
  Tensor tensor = Tensor::Zeros(DataType::kFloat32, halves.shape);
  const auto from = halves.data<uint16_t>();
  std::transform(from.begin(), from.end(), tensor.f32().begin(),
                 [](uint16_t upper) { return std::bit_cast<float>(uint32_t{upper} << 16); });
  return tensor;
}

StatusOr<Tensor> TensorFromProto(const onnx::TensorProto& proto, const std::string& where) {
  if (proto.data_type() == onnx::TensorProto::BFLOAT16) return FromBfloat16(proto, where);
  if (proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    return Unsupported("values stored outside of the model file", where,
                       "save the model with its weights inside (onnx.save_model with "
                       "save_as_external_data=False)");
  }
  if (proto.has_segment()) return Unsupported("a tensor stored in segments", where, "export again");
  Tensor tensor;
  DC_ASSIGN_OR_RETURN(tensor.type, DataTypeFromProto(proto.data_type(), where));
  std::vector<int64_t> dims(proto.dims().begin(), proto.dims().end());
  DC_ASSIGN_OR_RETURN(const int64_t count, CountElements(dims, where));

  const bool raw = proto.has_raw_data();
  const bool packed = IsPacked(tensor.type);
  const auto elements = static_cast<size_t>(count);
  const size_t packed_bytes = (elements * static_cast<size_t>(BitsOf(tensor.type)) + 7) / 8;
  const size_t needed = raw || packed ? packed_bytes : elements;
  const size_t present =
      raw ? proto.raw_data().size() : static_cast<size_t>(FieldSize(proto, tensor.type));
  if (present != needed) {
    return BadInput("shape " + ShapeText(dims) + " needs " + std::to_string(needed) +
                        (raw      ? " bytes"
                         : packed ? " packed values"
                                  : " values") +
                        ", the file holds " + std::to_string(present),
                    where, "the file is damaged; export it again");
  }
  tensor.shape = std::move(dims);
  if (raw && packed) {
    tensor.bytes = Unpack(proto.raw_data(), tensor.type, elements);
  } else if (raw) {
    tensor.bytes.assign(proto.raw_data().begin(), proto.raw_data().end());
  } else {
    tensor.bytes.resize(elements * SizeOf(tensor.type));
    if (!CopyTyped(proto, &tensor)) {
      return BadInput(std::string("a value outside the range of ") + NameOf(tensor.type), where,
                      "the file is damaged; export it again");
    }
  }
  if (tensor.type == DataType::kBool) {
    for (uint8_t& value : tensor.bytes) value = value != 0;
  }
  return tensor;
}

void TensorToProto(const Tensor& tensor, const std::string& name, onnx::TensorProto* proto) {
  proto->set_name(name);
  proto->set_data_type(static_cast<int>(tensor.type));
  for (int64_t d : tensor.shape) proto->add_dims(d);
  if (IsPacked(tensor.type)) {
    proto->set_raw_data(Pack(tensor));
  } else {
    proto->set_raw_data(tensor.bytes.data(), tensor.bytes.size());
  }
}

}  // namespace dc
