#include "dc/tensor.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(TensorTest, ElementSizesAndNames) {
  EXPECT_EQ(SizeOf(DataType::kBool), 1u);
  EXPECT_EQ(SizeOf(DataType::kUint8), 1u);
  EXPECT_EQ(SizeOf(DataType::kFloat16), 2u);
  EXPECT_EQ(SizeOf(DataType::kUint16), 2u);
  EXPECT_EQ(SizeOf(DataType::kInt32), 4u);
  EXPECT_EQ(SizeOf(DataType::kFloat32), 4u);
  EXPECT_EQ(SizeOf(DataType::kInt64), 8u);
  EXPECT_EQ(SizeOf(DataType::kFloat64), 8u);
  EXPECT_STREQ(NameOf(DataType::kFloat32), "float32");
  EXPECT_STREQ(NameOf(DataType::kInt8), "int8");
}

TEST(TensorTest, CountsElements) {
  EXPECT_EQ(ElementCount({}), 1);
  EXPECT_EQ(ElementCount({500, 800}), 400000);
  EXPECT_EQ(ElementCount({3, 0, 2}), 0);
}

TEST(TensorTest, ShapesAsText) {
  EXPECT_EQ(ShapeText({}), "scalar");
  EXPECT_EQ(ShapeText({500, 800}), "500x800");
  EXPECT_EQ(ShapeText({-1, 1, 28, 28}), "?x1x28x28");
}

TEST(TensorTest, MakersFillShapeTypeAndBytes) {
  const float values[] = {1.5f, -2.0f};
  const Tensor floats = Tensor::F32({2, 1}, values);
  EXPECT_EQ(floats.type, DataType::kFloat32);
  EXPECT_EQ(floats.size(), 2);
  EXPECT_EQ(floats.f32()[1], -2.0f);

  const int64_t numbers[] = {7, -1, 0};
  const Tensor integers = Tensor::I64(numbers);
  EXPECT_EQ(integers.shape, std::vector<int64_t>{3});
  EXPECT_EQ(integers.data<int64_t>()[1], -1);

  const Tensor zeros = Tensor::Zeros(DataType::kUint16, {2, 3});
  EXPECT_EQ(zeros.bytes, std::vector<uint8_t>(12, 0));
}

}  // namespace
}  // namespace dc
