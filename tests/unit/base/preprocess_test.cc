#include "dc/preprocess.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

using Metadata = std::map<std::string, std::string>;

TEST(PreprocessTest, MetadataRoundTripsExactly) {
  Preprocess preprocess;
  preprocess.scale = 1.0f / 3;
  preprocess.mean = {0.4914f, -0.1f, 1e-20f};
  preprocess.deviation = {0.2023f};
  preprocess.channels_last = true;
  preprocess.reverse_channels = true;
  for (const Preprocess& p : {preprocess, Preprocess()}) {
    Metadata metadata = {{"other", "kept"}, {"dc.input.mean", "9"}};
    PreprocessToMetadata(p, &metadata);
    const auto read = PreprocessFromMetadata(metadata);
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_TRUE(*read == p);
    EXPECT_EQ(metadata.at("other"), "kept");
  }
}

TEST(PreprocessTest, KeysAreTheDocumentedOnes) {
  Preprocess preprocess;
  preprocess.scale = 1;
  preprocess.mean = {104, 117, 123};
  preprocess.reverse_channels = true;
  Metadata metadata;
  PreprocessToMetadata(preprocess, &metadata);
  EXPECT_EQ(metadata, (Metadata{{"dc.input.scale", "1"},
                                {"dc.input.mean", "104,117,123"},
                                {"dc.input.channels", "bgr"}}));
}

TEST(PreprocessTest, AbsentKeysMeanTheDefaults) {
  EXPECT_TRUE(*PreprocessFromMetadata({}) == Preprocess());
  const auto read = PreprocessFromMetadata({{"dc.input.deviation", "0.5"}});
  EXPECT_EQ(read->deviation, std::vector<float>{0.5f});
  EXPECT_FALSE(read->scale || read->channels_last);
}

TEST(PreprocessTest, WhatIsNotSaidHasNoKey) {
  Metadata metadata = {{"dc.input.scale", "2"}, {"dc.input.layout", "nhwc"}};
  PreprocessToMetadata(Preprocess(), &metadata);
  EXPECT_TRUE(metadata.empty());
}

TEST(PreprocessTest, BlanksAroundNumbersAreFine) {
  const auto read = PreprocessFromMetadata({{"dc.input.mean", "1, 2.5 ,-3e-2"}});
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->mean, (std::vector<float>{1.0f, 2.5f, -0.03f}));
}

TEST(PreprocessTest, BadValuesAreNamed) {
  const Metadata bad = {{"dc.input.scale", "x"},
                        {"dc.input.mean", "1,,2"},
                        {"dc.input.deviation", "1,0"},
                        {"dc.input.layout", "hwc"},
                        {"dc.input.channels", "RGB"}};
  for (const auto& [key, value] : bad) {
    const auto read = PreprocessFromMetadata({{key, value}});
    ASSERT_FALSE(read.ok()) << key;
    EXPECT_EQ(read.status().code(), StatusCode::kBadInput);
    EXPECT_EQ(read.status().where(), "metadata " + key);
  }
  for (const char* value : {"", "0", "1,2", "nan", "inf", "1e99", "1,", "1 2"}) {
    EXPECT_FALSE(PreprocessFromMetadata({{"dc.input.scale", value}}).ok()) << value;
  }
}

}  // namespace
}  // namespace dc
