// Float y of an .npz file: what networks of a regression are to give.
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
using testing::ElementsAre;
using testing::HasSubstr;

Bytes FloatArray(const std::string& shape, const std::vector<float>& values) {
  return NpyFile(NpyHeader("<f4", shape), BytesOf<float>(values));
}

// Three training samples and two test samples of two features, a number each to be given.
std::map<std::string, Bytes> Targets() {
  return {{"x_train", FloatArray("(3, 2)", {0, 1, 2, 3, 4, 5})},
          {"y_train", FloatArray("(3,)", {0.5f, -1, 2})},
          {"x_test", FloatArray("(2, 2)", {6, 7, 8, 9})},
          {"y_test", FloatArray("(2, 1)", {3, 4})}};
}

StatusOr<Dataset> OpenWith(const std::map<std::string, Bytes>& changes) {
  std::map<std::string, Bytes> arrays = Targets();
  for (const auto& [name, bytes] : changes) arrays[name] = bytes;
  ZipWriter zip;
  for (const auto& [name, bytes] : arrays) zip.Add(name + ".npy", bytes, true);
  const ScratchDir dir;
  return OpenDataset("npz:" + dir.Write("data.npz", zip.Finish()));
}

Status ErrorWith(const std::map<std::string, Bytes>& changes) {
  const auto data = OpenWith(changes);
  EXPECT_FALSE(data.ok());
  EXPECT_THAT(data.status().ToString(), HasSubstr("data.npz"));
  return data.status();
}

TEST(NpzTargets, AListAndAColumnAreOneNumberEach) {
  const auto data = OpenWith({});
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_TRUE(data->has_targets());
  EXPECT_THAT(data->target_shape, ElementsAre(1));
  EXPECT_EQ(data->target_size(), 1);
  EXPECT_EQ(data->classes, 0);
  EXPECT_TRUE(data->train.labels.empty());
  EXPECT_TRUE(data->test.labels.empty());
  EXPECT_THAT(data->train.targets, ElementsAre(0.5f, -1, 2));
  EXPECT_THAT(data->test.targets, ElementsAre(3, 4));
}

TEST(NpzTargets, OfAnyShapeAndAnyFloatType) {
  // 1, 2 and -2 as float16.
  const auto data =
      OpenWith({{"y_train", NpyFile(NpyHeader("<f2", "(3, 1, 2)"),
                                    BytesOf<uint16_t>({0x3C00, 0, 0x4000, 0, 0xC000, 0}))},
                {"y_test", NpyFile(NpyHeader("<f8", "(2, 1, 2)"), BytesOf<double>({1, 2, 3, 4}))}});
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_THAT(data->target_shape, ElementsAre(1, 2));
  EXPECT_EQ(data->target_size(), 2);
  EXPECT_THAT(data->train.targets, ElementsAre(1, 0, 2, 0, -2, 0));
  EXPECT_THAT(data->test.targets, ElementsAre(1, 2, 3, 4));
  const auto deep = OpenWith({{"y_train", FloatArray("(3, 1, 1, 1, 2)", {1, 2, 3, 4, 5, 6})},
                              {"y_test", FloatArray("(2, 1, 1, 1, 2)", {1, 2, 3, 4})}});
  ASSERT_TRUE(deep.ok()) << deep.status().ToString();
  EXPECT_THAT(deep->target_shape, ElementsAre(1, 1, 1, 2));
}

TEST(NpzTargets, SamplesAloneHaveNone) {
  ZipWriter zip;
  for (const auto& [name, bytes] : Targets()) zip.Add(name + ".npy", bytes, true);
  const ScratchDir dir;
  const auto data = OpenSamples("npz:" + dir.Write("data.npz", zip.Finish()));
  ASSERT_TRUE(data.ok()) << data.status().ToString();
  EXPECT_FALSE(data->has_targets());
  EXPECT_TRUE(data->train.targets.empty());
}

TEST(NpzTargets, BothSplitsMustAgree) {
  EXPECT_THAT(ErrorWith({{"y_test", NpyFile(NpyHeader("|u1", "(2,)"), {0, 1})}}).ToString(),
              AllOf(HasSubstr("y_test"), HasSubstr("integers, which are labels"),
                    HasSubstr("the same type")));
  EXPECT_THAT(ErrorWith({{"y_train", NpyFile(NpyHeader("|u1", "(3,)"), {0, 1, 1})}}).ToString(),
              AllOf(HasSubstr("y_test"), HasSubstr("floats, which are targets")));
  EXPECT_THAT(ErrorWith({{"y_test", FloatArray("(2, 2)", {1, 2, 3, 4})}}).ToString(),
              AllOf(HasSubstr("y_test"), HasSubstr("of shape 2 and"), HasSubstr("of 1")));
}

TEST(NpzTargets, EverySampleHasOne) {
  EXPECT_THAT(ErrorWith({{"y_train", FloatArray("(2,)", {1, 2})}}).ToString(),
              AllOf(HasSubstr("y_train"), HasSubstr("shape 2 for 3 samples")));
  EXPECT_THAT(ErrorWith({{"y_train", FloatArray("(3, 0)", {})}}).ToString(),
              HasSubstr("shape 3x0 for 3 samples"));
  EXPECT_THAT(ErrorWith({{"y_train", FloatArray("()", {1})}}).ToString(), HasSubstr("3 samples"));
}

TEST(NpzTargets, AreFiniteAsFloat32) {
  EXPECT_THAT(ErrorWith({{"y_train", FloatArray("(3,)", {0, std::nanf(""), 1})}}).ToString(),
              AllOf(HasSubstr("y_train"), HasSubstr("NaN"), HasSubstr("element 1")));
  EXPECT_THAT(
      ErrorWith({{"y_test", NpyFile(NpyHeader("<f8", "(2,)"), BytesOf<double>({1, 1e300}))}})
          .ToString(),
      AllOf(HasSubstr("y_test"), HasSubstr("infinite as float32"), HasSubstr("element 1")));
}

TEST(NpzTargets, ThatAreAllTheSameAreRefused) {
  EXPECT_THAT(ErrorWith({{"y_test", FloatArray("(2,)", {0.1f, 0.1f})}}).ToString(),
              AllOf(HasSubstr("y_test"), HasSubstr("all the same"), HasSubstr("variance")));
  EXPECT_THAT(ErrorWith({{"y_train", FloatArray("(3,)", {7, 7, 7})}}).ToString(),
              HasSubstr("y_train"));
}

TEST(NpzTargets, IntegersOfOtherShapesAreToldOfThem) {
  EXPECT_THAT(ErrorWith({{"y_train", NpyFile(NpyHeader("|u1", "(3, 2)"), Bytes(6, 0))}}).ToString(),
              AllOf(HasSubstr("no list of integers"), HasSubstr("argmax"),
                    HasSubstr("floats where they are targets")));
}

}  // namespace
}  // namespace dc
