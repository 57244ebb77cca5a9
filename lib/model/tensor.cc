#include "dc/tensor.h"

#include <cstring>

namespace dc {

size_t SizeOf(DataType type) {
  switch (type) {
    case DataType::kUint8:
    case DataType::kInt8:
    case DataType::kBool:
    case DataType::kUint4:
    case DataType::kInt4:
    case DataType::kUint2:
    case DataType::kInt2:
      return 1;
    case DataType::kUint16:
    case DataType::kInt16:
    case DataType::kFloat16:
      return 2;
    case DataType::kFloat32:
    case DataType::kInt32:
      return 4;
    case DataType::kInt64:
    case DataType::kFloat64:
      return 8;
  }
  return 0;
}

int BitsOf(DataType type) {
  if (type == DataType::kUint4 || type == DataType::kInt4) return 4;
  if (type == DataType::kUint2 || type == DataType::kInt2) return 2;
  return static_cast<int>(SizeOf(type)) * 8;
}

const char* NameOf(DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return "float32";
    case DataType::kUint8:
      return "uint8";
    case DataType::kInt8:
      return "int8";
    case DataType::kUint16:
      return "uint16";
    case DataType::kInt16:
      return "int16";
    case DataType::kInt32:
      return "int32";
    case DataType::kInt64:
      return "int64";
    case DataType::kBool:
      return "bool";
    case DataType::kFloat16:
      return "float16";
    case DataType::kFloat64:
      return "float64";
    case DataType::kUint4:
      return "uint4";
    case DataType::kInt4:
      return "int4";
    case DataType::kUint2:
      return "uint2";
    case DataType::kInt2:
      return "int2";
  }
  return "unknown";
}

int64_t ElementCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (int64_t d : shape) count *= d;
  return count;
}

std::string ShapeText(const std::vector<int64_t>& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (int64_t d : shape) {
    if (!text.empty()) text += 'x';
    text += d < 0 ? "?" : std::to_string(d);
  }
  return text;
}

Tensor Tensor::Zeros(DataType type, std::vector<int64_t> shape) {
  Tensor tensor;
  tensor.type = type;
  tensor.bytes.resize(static_cast<size_t>(ElementCount(shape)) * SizeOf(type));
  tensor.shape = std::move(shape);
  return tensor;
}

Tensor Tensor::F32(std::vector<int64_t> shape, std::span<const float> values) {
  Tensor tensor = Zeros(DataType::kFloat32, std::move(shape));
  if (!tensor.bytes.empty()) {  // memcpy must not see null, even for 0 bytes
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  }
  return tensor;
}

Tensor Tensor::I64(std::span<const int64_t> values) {
  Tensor tensor = Zeros(DataType::kInt64, {static_cast<int64_t>(values.size())});
  if (!tensor.bytes.empty()) {  // memcpy must not see null, even for 0 bytes
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  }
  return tensor;
}

}  // namespace dc
