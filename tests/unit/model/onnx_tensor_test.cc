#include "model/onnx_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "unit/model/graph_equal.h"

namespace dc {
namespace {

using onnx::TensorProto;
using testing::HasSubstr;

TensorProto Proto(TensorProto::DataType type, const std::vector<int64_t>& dims) {
  TensorProto proto;
  proto.set_data_type(type);
  for (int64_t d : dims) proto.add_dims(d);
  return proto;
}

Status ErrorOf(const TensorProto& proto) {
  const auto tensor = TensorFromProto(proto, "tensor 't'");
  EXPECT_FALSE(tensor.ok());
  EXPECT_THAT(tensor.status().ToString(), HasSubstr("tensor 't'"));
  return tensor.status();
}

TEST(OnnxTensorTest, ReadsTypedFields) {
  TensorProto floats = Proto(TensorProto::FLOAT, {2});
  floats.add_float_data(1.5f);
  floats.add_float_data(-2);
  EXPECT_EQ(TensorFromProto(floats, "")->f32()[1], -2.0f);

  TensorProto bytes = Proto(TensorProto::UINT8, {2});
  bytes.add_int32_data(0);
  bytes.add_int32_data(255);
  EXPECT_EQ(TensorFromProto(bytes, "")->bytes, (std::vector<uint8_t>{0, 255}));

  TensorProto half = Proto(TensorProto::FLOAT16, {1});
  half.add_int32_data(0x3C00);  // 1.0
  EXPECT_EQ(TensorFromProto(half, "")->data<uint16_t>()[0], 0x3C00);

  TensorProto longs = Proto(TensorProto::INT64, {});
  longs.add_int64_data(-5);
  const auto scalar = TensorFromProto(longs, "");
  EXPECT_TRUE(scalar->shape.empty());
  EXPECT_EQ(scalar->data<int64_t>()[0], -5);

  TensorProto doubles = Proto(TensorProto::DOUBLE, {1});
  doubles.add_double_data(0.1);
  EXPECT_EQ(TensorFromProto(doubles, "")->data<double>()[0], 0.1);

  TensorProto flags = Proto(TensorProto::BOOL, {2});
  flags.add_int32_data(0);
  flags.add_int32_data(7);
  EXPECT_EQ(TensorFromProto(flags, "")->bytes, (std::vector<uint8_t>{0, 1}));
}

TEST(OnnxTensorTest, ReadsRawData) {
  TensorProto proto = Proto(TensorProto::INT32, {1, 2});
  proto.set_raw_data(std::string("\x01\x00\x00\x00\xFF\xFF\xFF\xFF", 8));
  const auto tensor = TensorFromProto(proto, "");
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(tensor->data<int32_t>()[0], 1);
  EXPECT_EQ(tensor->data<int32_t>()[1], -1);
}

TEST(OnnxTensorTest, EveryTypeRoundTrips) {
  for (DataType type :
       {DataType::kFloat32, DataType::kUint8, DataType::kInt8, DataType::kUint16, DataType::kInt32,
        DataType::kInt64, DataType::kBool, DataType::kFloat16, DataType::kFloat64, DataType::kInt16,
        DataType::kUint4, DataType::kInt4, DataType::kUint2, DataType::kInt2}) {
    for (const std::vector<int64_t>& shape : {std::vector<int64_t>{}, {2, 3}, {0, 4}}) {
      Tensor tensor = Tensor::Zeros(type, shape);
      for (size_t i = 0; i < tensor.bytes.size(); ++i) tensor.bytes[i] = i % 2;
      TensorProto proto;
      TensorToProto(tensor, "t", &proto);
      EXPECT_EQ(proto.name(), "t");
      const auto read = TensorFromProto(proto, "");
      ASSERT_TRUE(read.ok()) << NameOf(type) << read.status().ToString();
      EXPECT_TRUE(SameTensor(*read, tensor));
    }
  }
}

// The first element in the lowest bits; the last byte is filled up.
TEST(OnnxTensorTest, ReadsPackedNumbers) {
  TensorProto four;
  four.set_data_type(22);
  four.add_dims(3);
  four.set_raw_data(std::string("\x78\x0F", 2));
  EXPECT_EQ(TensorFromProto(four, "")->bytes, (std::vector<uint8_t>{248, 7, 255}));
  four.set_data_type(21);
  EXPECT_EQ(TensorFromProto(four, "")->bytes, (std::vector<uint8_t>{8, 7, 15}));
  TensorProto two;
  two.set_data_type(26);
  two.add_dims(5);
  two.add_int32_data(0xE4);  // 0, 1, -2, -1
  two.add_int32_data(0x01);
  EXPECT_EQ(TensorFromProto(two, "")->bytes, (std::vector<uint8_t>{0, 1, 254, 255, 1}));
  two.set_data_type(25);
  EXPECT_EQ(TensorFromProto(two, "")->bytes, (std::vector<uint8_t>{0, 1, 2, 3, 1}));
  two.add_int32_data(0);
  EXPECT_THAT(ErrorOf(two).ToString(), HasSubstr("needs 2 packed values, the file holds 3"));
  two.mutable_int32_data()->RemoveLast();
  two.set_int32_data(1, 256);
  EXPECT_THAT(ErrorOf(two).ToString(), HasSubstr("outside the range"));
}

TEST(OnnxTensorTest, RefusesShapesThatDoNotFitTheData) {
  TensorProto shorter = Proto(TensorProto::FLOAT, {2, 2});
  for (int i = 0; i < 3; ++i) shorter.add_float_data(0);
  EXPECT_THAT(ErrorOf(shorter).ToString(), HasSubstr("shape 2x2 needs 4 values"));
  TensorProto longer = Proto(TensorProto::FLOAT, {1});
  longer.set_raw_data("12345678");
  EXPECT_THAT(ErrorOf(longer).ToString(), HasSubstr("needs 4 bytes, the file holds 8"));
  EXPECT_EQ(ErrorOf(Proto(TensorProto::FLOAT, {1})).code(), StatusCode::kBadInput);
  TensorProto wrong_field = Proto(TensorProto::INT64, {1});
  wrong_field.add_float_data(1);
  EXPECT_EQ(ErrorOf(wrong_field).code(), StatusCode::kBadInput);
}

TEST(OnnxTensorTest, RefusesImpossibleDimensionsWithoutAllocating) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  for (const std::vector<int64_t>& dims : {std::vector<int64_t>{kHuge},
                                           {kHuge, 2},
                                           {int64_t{1} << 32, int64_t{1} << 32},
                                           {0, kHuge, kHuge},
                                           {kHuge, kHuge, 0}}) {
    EXPECT_EQ(ErrorOf(Proto(TensorProto::FLOAT, dims)).code(), StatusCode::kBadInput);
  }
  EXPECT_THAT(ErrorOf(Proto(TensorProto::FLOAT, {-1})).ToString(), HasSubstr("negative"));
  const std::vector<int64_t> many(1000, 1);
  EXPECT_EQ(ErrorOf(Proto(TensorProto::FLOAT, many)).code(), StatusCode::kUnsupported);
}

TEST(OnnxTensorTest, RefusesValuesOutsideTheirType) {
  for (const auto& [type, value] :
       {std::pair(TensorProto::UINT8, 256), std::pair(TensorProto::UINT8, -1),
        std::pair(TensorProto::INT8, 128), std::pair(TensorProto::UINT16, 65536)}) {
    TensorProto proto = Proto(type, {1});
    proto.add_int32_data(value);
    EXPECT_THAT(ErrorOf(proto).ToString(), HasSubstr("outside the range"));
  }
}

TEST(OnnxTensorTest, BrainFloatsAreReadAsTheFloatsTheyAre) {
  TensorProto proto = Proto(TensorProto::BFLOAT16, {2});
  proto.add_int32_data(0x3F80);  // 1
  proto.add_int32_data(0xC020);  // -2.5
  const auto tensor = TensorFromProto(proto, "t");
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(tensor->f32()[0], 1.0f);
  EXPECT_EQ(tensor->f32()[1], -2.5f);
}

TEST(OnnxTensorTest, RefusesTypesAndPlacesThatAreNotCovered) {
  EXPECT_THAT(ErrorOf(Proto(TensorProto::STRING, {0})).ToString(), HasSubstr("STRING"));
  EXPECT_THAT(ErrorOf(Proto(TensorProto::COMPLEX64, {0})).ToString(), HasSubstr("COMPLEX64"));
  TensorProto unknown = Proto(TensorProto::FLOAT, {0});
  unknown.set_data_type(99);
  EXPECT_THAT(ErrorOf(unknown).ToString(), HasSubstr("number 99"));
  TensorProto external = Proto(TensorProto::FLOAT, {2});
  external.set_data_location(TensorProto::EXTERNAL);
  EXPECT_THAT(ErrorOf(external).ToString(), HasSubstr("outside of the model file"));
  EXPECT_EQ(ErrorOf(external).code(), StatusCode::kUnsupported);
  TensorProto segment = Proto(TensorProto::FLOAT, {0});
  segment.mutable_segment()->set_begin(0);
  EXPECT_EQ(ErrorOf(segment).code(), StatusCode::kUnsupported);
}

}  // namespace
}  // namespace dc
