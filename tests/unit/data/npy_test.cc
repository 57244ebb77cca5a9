#include "dc/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/files.h"
#include "unit/data/packing.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

using testing::HasSubstr;

StatusOr<NpyArray> Load(const Bytes& file) {
  const ScratchDir dir;
  return LoadNpy(dir.Write("a.npy", file));
}

TEST(NpyTest, ArraysRoundTrip) {
  const ScratchDir dir;
  const std::vector<NpyArray> arrays = {
      {{2, 3}, {1, -2, 0.1f, 4e30f, 5, 6}}, {{4}, {1, 2, 3, 4}}, {{}, {7}}, {{0, 5}, {}}};
  for (const NpyArray& array : arrays) {
    ASSERT_TRUE(SaveNpy(array, dir.File("a.npy")).ok());
    const auto read = LoadNpy(dir.File("a.npy"));
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(read->shape, array.shape);
    EXPECT_EQ(read->values, array.values);
  }
}

TEST(NpyTest, WritesWhatNumpyWrites) {
  const ScratchDir dir;
  ASSERT_TRUE(SaveNpy({{3}, {1, 2, 3}}, dir.File("a.npy")).ok());
  const auto bytes = ReadFile(dir.File("a.npy"));
  ASSERT_TRUE(bytes.ok());
  ASSERT_EQ(bytes->size(), 128u + 12u);
  const std::string text(bytes->begin(), bytes->begin() + 128);
  EXPECT_EQ(text.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(text.substr(10, 61), "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }    ");
  EXPECT_EQ(text.back(), '\n');
  ASSERT_TRUE(SaveNpy({{2, 1}, {1, 2}}, dir.File("a.npy")).ok());
  const auto matrix = ReadFile(dir.File("a.npy"));
  EXPECT_THAT(std::string(matrix->begin(), matrix->end()), HasSubstr("'shape': (2, 1), }"));
  ASSERT_TRUE(SaveNpy({{}, {1}}, dir.File("a.npy")).ok());
  const auto scalar = ReadFile(dir.File("a.npy"));
  EXPECT_THAT(std::string(scalar->begin(), scalar->end()), HasSubstr("'shape': (), }"));
}

TEST(NpyTest, ConvertsOtherElementTypes) {
  EXPECT_EQ(Load(NpyFile(NpyHeader("|u1", "(2,)"), {0, 255}))->values,
            (std::vector<float>{0, 255}));
  EXPECT_EQ(Load(NpyFile(NpyHeader("|i1", "(1,)"), {255}))->values, (std::vector<float>{-1}));
  EXPECT_EQ(Load(NpyFile(NpyHeader("<i4", "(1,)"), BytesOf<int32_t>({-70000})))->values,
            (std::vector<float>{-70000}));
  EXPECT_EQ(Load(NpyFile(NpyHeader("<f8", "(2,)"), BytesOf<double>({0.1, -3})))->values,
            (std::vector<float>{0.1f, -3}));
}

TEST(NpyTest, ReadsLaterFormatVersionsAndOtherKeyOrders) {
  const Bytes elements = BytesOf<float>({1, 2});
  EXPECT_EQ(Load(NpyFile(NpyHeader("<f4", "(2,)"), elements, 2))->values.size(), 2u);
  EXPECT_EQ(Load(NpyFile(NpyHeader("<f4", "(2,)"), elements, 3))->values.size(), 2u);
  const std::string other = "{'shape': (1, 2), 'fortran_order': False, 'descr': '<f4'}\n";
  EXPECT_EQ(Load(NpyFile(other, elements))->shape, (std::vector<int64_t>{1, 2}));
}

TEST(NpyTest, RefusesWhatItCannotHold) {
  const Bytes elements = BytesOf<float>({1, 2});
  const std::map<std::string, StatusCode> headers = {
      {NpyHeader(">f4", "(2,)"), StatusCode::kUnsupported},
      {NpyHeader("<c8", "(1,)"), StatusCode::kUnsupported},
      {NpyHeader("|O", "(1,)"), StatusCode::kUnsupported},
      {NpyHeader("<U2", "(1,)"), StatusCode::kUnsupported},
      {NpyHeader("<f4", "(3,)"), StatusCode::kBadInput},
      {NpyHeader("<f4", "(1,)"), StatusCode::kBadInput},
      {NpyHeader("<f4", "(-2,)"), StatusCode::kBadInput},
      {NpyHeader("<f4", "(x,)"), StatusCode::kBadInput},
      {NpyHeader("<f4", "(9223372036854775807, 9223372036854775807)"), StatusCode::kBadInput},
      {NpyHeader("<f4", "(4611686018427387904,)"), StatusCode::kBadInput},
      {NpyHeader("<f4", "2"), StatusCode::kBadInput},
      {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }\n", StatusCode::kUnsupported},
      {"{'descr': '<f4', 'shape': (1, 2), }\n", StatusCode::kUnsupported},
      {"{'fortran_order': False, 'shape': (2,), }\n", StatusCode::kBadInput},
      {"{'descr': '<f4', 'fortran_order': False}\n", StatusCode::kBadInput},
      {"", StatusCode::kBadInput},
      {"{'descr': '", StatusCode::kBadInput}};
  for (const auto& [header, code] : headers) {
    const auto array = Load(NpyFile(header, elements));
    ASSERT_FALSE(array.ok()) << header;
    EXPECT_EQ(array.status().code(), code) << header;
    EXPECT_THAT(array.status().ToString(), HasSubstr("a.npy"));
  }
  EXPECT_EQ(Load(NpyFile(NpyHeader("<f4", "(2,)"), elements, 9)).status().code(),
            StatusCode::kUnsupported);
}

TEST(NpyTest, EveryCutIsRefused) {
  const Bytes file = NpyFile(NpyHeader("<f4", "(2,)"), BytesOf<float>({1, 2}));
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(Load(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))).ok());
  }
}

}  // namespace
}  // namespace dc
