#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/data.h"

namespace dc {
namespace {

using testing::HasSubstr;
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
                                {"dc.input.layout", "nchw"},
                                {"dc.input.channels", "bgr"}}));
}

TEST(PreprocessTest, AbsentKeysMeanTheDefaults) {
  EXPECT_TRUE(*PreprocessFromMetadata({}) == Preprocess());
  const auto read = PreprocessFromMetadata({{"dc.input.deviation", "0.5"}});
  EXPECT_EQ(read->deviation, std::vector<float>{0.5f});
  EXPECT_EQ(read->scale, 1.0f / 255);
}

TEST(PreprocessTest, BadValuesAreNamed) {
  const Metadata bad = {{"dc.input.scale", "x"},
                        {"dc.input.mean", "1,,2"},
                        {"dc.input.deviation", "1,0"},
                        {"dc.input.layout", "hwc"},
                        {"dc.input.channels", ""}};
  for (const auto& [key, value] : bad) {
    const auto read = PreprocessFromMetadata({{key, value}});
    ASSERT_FALSE(read.ok()) << key;
    EXPECT_EQ(read.status().code(), StatusCode::kBadInput);
    EXPECT_THAT(read.status().ToString(), HasSubstr(key));
  }
  for (const char* value : {"", "1,2", "nan", "1e99", "1,", "1 2"}) {
    EXPECT_FALSE(PreprocessFromMetadata({{"dc.input.scale", value}}).ok()) << value;
  }
}

TEST(PreprocessTest, ListsNeedOneEntryOrOneAChannel) {
  Preprocess preprocess;
  EXPECT_TRUE(CheckPreprocess(preprocess, 3).ok());
  preprocess.mean = {1};
  EXPECT_TRUE(CheckPreprocess(preprocess, 3).ok());
  preprocess.deviation = {1, 2, 3};
  EXPECT_TRUE(CheckPreprocess(preprocess, 3).ok());
  const Status status = CheckPreprocess(preprocess, 4);
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.ToString(), HasSubstr("deviation has 3 entries"));
}

}  // namespace
}  // namespace dc
