#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "dc/data.h"
#include "unit/data/packing.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Two training samples and one test sample of 2 x 3 uint8 pixels, labels 0..2.
std::map<std::string, Bytes> Arrays() {
  return {
      {"x_train", NpyFile(NpyHeader("|u1", "(2, 2, 3)"), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})},
      {"y_train", NpyFile(NpyHeader("<i8", "(2,)"), BytesOf<int64_t>({2, 0}))},
      {"x_test", NpyFile(NpyHeader("|u1", "(1, 2, 3)"), {9, 9, 9, 9, 9, 9})},
      {"y_test", NpyFile(NpyHeader("|u1", "(1, 1)"), {1})}};
}

Bytes Archive(const std::map<std::string, Bytes>& arrays, bool deflate) {
  ZipWriter zip;
  for (const auto& [name, bytes] : arrays) zip.Add(name + ".npy", bytes, deflate);
  return zip.Finish();
}

StatusOr<Dataset> Open(const Bytes& file) {
  const ScratchDir dir;
  return OpenDataset("npz:" + dir.Write("data.npz", file));
}

// The error of an archive in which the array `name` is replaced.
Status ErrorWith(const std::string& name, const Bytes& array) {
  auto arrays = Arrays();
  arrays[name] = array;
  const auto data = Open(Archive(arrays, true));
  EXPECT_FALSE(data.ok());
  EXPECT_THAT(data.status().ToString(), HasSubstr("data.npz"));
  return data.status();
}

TEST(NpzTest, ReadsStoredAndDeflatedArchives) {
  for (bool deflate : {false, true}) {
    const auto data = Open(Archive(Arrays(), deflate));
    ASSERT_TRUE(data.ok()) << data.status().ToString();
    EXPECT_EQ(data->classes, 3);
    EXPECT_EQ(data->channels, 1);
    EXPECT_EQ(data->height, 2);
    EXPECT_EQ(data->width, 3);
    EXPECT_EQ(data->train.count, 2);
    EXPECT_EQ(data->train.u8[11], 11);
    EXPECT_EQ(data->train.labels, (std::vector<int32_t>{2, 0}));
    EXPECT_EQ(data->test.labels, (std::vector<int32_t>{1}));
  }
}

TEST(NpzTest, SampleShapes) {
  auto arrays = Arrays();
  arrays["x_train"] = NpyFile(NpyHeader("<f4", "(2, 3)"), BytesOf<float>({1, 2, 3, 4, 5, 6}));
  arrays["x_test"] = NpyFile(NpyHeader("<f8", "(1, 3)"), BytesOf<double>({0.5, -1, 0.25}));
  auto data = Open(Archive(arrays, true));
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->channels, 3);
  EXPECT_EQ(data->height, 1);
  EXPECT_EQ(data->width, 1);
  EXPECT_EQ(data->train.f32, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(data->test.f32, (std::vector<float>{0.5f, -1, 0.25f}));
  EXPECT_TRUE(data->train.u8.empty());

  EXPECT_EQ(data->least, -1);
  EXPECT_EQ(data->greatest, 6);
  EXPECT_FALSE(data->layout_open);

  // float16: 1.5, -2, 0
  arrays["x_test"] = NpyFile(NpyHeader("<f2", "(1, 3)"), BytesOf<uint16_t>({0x3E00, 0xC000, 0}));
  data = Open(Archive(arrays, true));
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->test.f32, (std::vector<float>{1.5f, -2, 0}));

  arrays["x_train"] = NpyFile(NpyHeader("|u1", "(2, 3, 1, 2)"), Bytes(12, 1));
  EXPECT_THAT(Open(Archive(arrays, true)).status().ToString(), HasSubstr("another shape"));
  arrays["x_test"] = NpyFile(NpyHeader("<f4", "(1, 3, 1, 2)"), BytesOf<float>({0, 0, 0, 0, 0, 0}));
  EXPECT_THAT(Open(Archive(arrays, true)).status().ToString(), HasSubstr("bytes and floats"));
  arrays["x_test"] = NpyFile(NpyHeader("|u1", "(1, 3, 1, 2)"), Bytes(6, 1));
  data = Open(Archive(arrays, true));
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_EQ(data->channels, 3);
  EXPECT_EQ(data->height, 1);
  EXPECT_EQ(data->width, 2);
  EXPECT_TRUE(data->layout_open);
}

TEST(NpzTest, EveryIntegerTypeOfLabels) {
  const std::map<std::string, Bytes> labels = {{"|u1", {2, 0}},
                                               {"|i1", {2, 0}},
                                               {"<u2", BytesOf<uint16_t>({2, 0})},
                                               {"<i2", BytesOf<int16_t>({2, 0})},
                                               {"<u4", BytesOf<uint32_t>({2, 0})},
                                               {"<i4", BytesOf<int32_t>({2, 0})},
                                               {"<u8", BytesOf<uint64_t>({2, 0})},
                                               {"<i8", BytesOf<int64_t>({2, 0})}};
  for (const auto& [type, bytes] : labels) {
    auto arrays = Arrays();
    arrays["y_train"] = NpyFile(NpyHeader(type, "(2,)"), bytes);
    const auto data = Open(Archive(arrays, true));
    ASSERT_TRUE(data.ok()) << type << data.status().ToString();
    EXPECT_EQ(data->train.labels, (std::vector<int32_t>{2, 0})) << type;
  }
}

TEST(NpzTest, MissingArraysAndFiles) {
  auto arrays = Arrays();
  arrays.erase("y_test");
  EXPECT_THAT(Open(Archive(arrays, true)).status().ToString(), HasSubstr("no array y_test"));
  EXPECT_EQ(OpenDataset("npz:/nonexistent.npz").status().code(), StatusCode::kIo);
}

TEST(NpzTest, WrongLabels) {
  const auto labels = [](const std::string& type, const std::string& shape, const Bytes& bytes) {
    return NpyFile(NpyHeader(type, shape), bytes);
  };
  EXPECT_THAT(ErrorWith("y_train", labels("<i4", "(2,)", BytesOf<int32_t>({0, -1}))).ToString(),
              AllOf(HasSubstr("label -1"), HasSubstr("element 1")));
  EXPECT_THAT(
      ErrorWith("y_train", labels("<i4", "(2,)", BytesOf<int32_t>({0, 2000000000}))).ToString(),
      HasSubstr("label 2000000000"));
  EXPECT_THAT(ErrorWith("y_train", labels("<u8", "(2,)", BytesOf<uint64_t>({0, ~0ULL}))).ToString(),
              HasSubstr("int64"));
  EXPECT_THAT(ErrorWith("y_train", labels("|u1", "(3,)", {0, 1, 2})).ToString(),
              HasSubstr("3 labels for 2 samples"));
  EXPECT_THAT(ErrorWith("y_train", labels("<f4", "(2,)", BytesOf<float>({0, 1}))).ToString(),
              HasSubstr("y_train has floats, which are targets"));
  EXPECT_THAT(ErrorWith("y_train", labels("|u1", "(2, 3)", Bytes(6, 0))).ToString(),
              HasSubstr("argmax"));
}

TEST(NpzTest, WrongSamples) {
  EXPECT_THAT(ErrorWith("x_test", NpyFile(NpyHeader("|u1", "(1, 3, 2)"), Bytes(6))).ToString(),
              HasSubstr("another shape"));
  EXPECT_THAT(ErrorWith("x_train", NpyFile(NpyHeader("|u1", "(12,)"), Bytes(12))).ToString(),
              HasSubstr("rank 1"));
  EXPECT_THAT(ErrorWith("x_train", NpyFile(NpyHeader("|u1", "(0, 2, 3)"), {})).ToString(),
              HasSubstr("none at all"));
  EXPECT_EQ(ErrorWith("x_train", NpyFile(NpyHeader("<i4", "(1, 3)"), Bytes(12))).code(),
            StatusCode::kUnsupported);
  EXPECT_THAT(
      ErrorWith("x_train", NpyFile(NpyHeader("<f4", "(1, 2)"), BytesOf<float>({1, std::nanf("")})))
          .ToString(),
      AllOf(HasSubstr("NaN"), HasSubstr("element 1")));
}

TEST(NpzTest, RefusesWhatIsNoZip) {
  EXPECT_THAT(Open(Bytes(100, 7)).status().ToString(), HasSubstr("not a NumPy archive"));
  EXPECT_THAT(Open({}).status().ToString(), HasSubstr("not a NumPy archive"));
}

TEST(NpzTest, SamplesAloneAreEnoughWhereNoLabelsAreNeeded) {
  const ScratchDir dir;
  const Bytes samples = Arrays()["x_train"];
  const std::string npz = "npz:" + dir.Write("x.npz", Archive({{"x_train", samples}}, true));
  const std::string npy = "npy:" + dir.Write("x.npy", samples);
  EXPECT_FALSE(OpenDataset(npz).ok());
  for (const std::string& spec : {npz, npy}) {
    const auto data = OpenSamples(spec);
    ASSERT_TRUE(data.ok()) << data.status().ToString();
    EXPECT_EQ(data->name, spec);
    EXPECT_EQ(data->train.count, 2);
    EXPECT_EQ(data->height, 2);
    EXPECT_EQ(data->train.u8[11], 11);
    EXPECT_TRUE(data->train.labels.empty());
    EXPECT_EQ(data->test.count, 0);
  }
  const auto whole = OpenSamples("npz:" + dir.Write("all.npz", Archive(Arrays(), true)));
  ASSERT_TRUE(whole.ok());
  EXPECT_TRUE(whole->train.labels.empty());
  EXPECT_EQ(whole->test.count, 0);
  EXPECT_THAT(OpenSamples("npy:" + dir.File("none.npy")).status().ToString(),
              HasSubstr("none.npy"));
  EXPECT_THAT(OpenSamples("npx:a").status().ToString(), HasSubstr("npx:a"));
}

TEST(NpzTest, ASmallArchiveThatFillsTheMemoryIsRefused) {
  // Each array is below the limit, both together are not.
  auto arrays = Arrays();
  constexpr size_t kSize = size_t{140} << 20;
  const Bytes zeros = NpyFile(NpyHeader("|u1", "(140, 1024, 1024)"), Bytes(kSize));
  arrays["x_train"] = arrays["x_test"] = zeros;
  arrays["y_train"] = arrays["y_test"] = NpyFile(NpyHeader("|u1", "(140,)"), Bytes(140, 1));
  const auto data = Open(Archive(arrays, true));
  ASSERT_FALSE(data.ok());
  EXPECT_EQ(data.status().code(), StatusCode::kUnsupported);
  EXPECT_THAT(data.status().ToString(), AllOf(HasSubstr("x_test"), HasSubstr("a hundred times")));
}

}  // namespace
}  // namespace dc
