// A dense array of numbers: the value of an initializer.
#ifndef DC_TENSOR_H_
#define DC_TENSOR_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dc {

// Element types; the numbers are ONNX's TensorProto.DataType.
enum class DataType {
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  // A byte each in memory, packed in files.
  kUint4 = 21,
  kInt4 = 22,
  kUint2 = 25,
  kInt2 = 26,
};

// Bytes of one element in memory.
size_t SizeOf(DataType type);
// Bits of one element in a file.
int BitsOf(DataType type);
// "float32", "uint8", ...
const char* NameOf(DataType type);

// Product of the dimensions; 1 for a scalar.
int64_t ElementCount(const std::vector<int64_t>& shape);
// "500x800"; "scalar" for rank 0.
std::string ShapeText(const std::vector<int64_t>& shape);

// Row-major (last index fastest), little-endian, contiguous.
struct Tensor {
  DataType type = DataType::kFloat32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;  // ElementCount(shape) * SizeOf(type)

  int64_t size() const { return ElementCount(shape); }

  // The elements as T. Precondition: `type` is T's DataType.
  template <typename T>
  std::span<T> data() {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <typename T>
  std::span<const T> data() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  std::span<float> f32() { return data<float>(); }
  std::span<const float> f32() const { return data<float>(); }

  // A zero-filled tensor.
  static Tensor Zeros(DataType type, std::vector<int64_t> shape);
  // A float32 tensor with these values; values.size() == ElementCount(shape).
  static Tensor F32(std::vector<int64_t> shape, std::span<const float> values);
  // A rank-1 int64 tensor.
  static Tensor I64(std::span<const int64_t> values);
};

}  // namespace dc

#endif  // DC_TENSOR_H_
