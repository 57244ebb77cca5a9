#include "encode/input_scaling.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(InputScalingTest, DefaultsWithoutMetadata) {
  const auto scaling = InputScalingFromMetadata({{"dc.seed", "x"}});
  ASSERT_TRUE(scaling.ok());
  EXPECT_EQ(scaling->scale, 1.0f / 255.0f);
  EXPECT_TRUE(scaling->mean.empty() && scaling->deviation.empty());
  EXPECT_FALSE(scaling->channels_last || scaling->reverse_channels);
}

TEST(InputScalingTest, ReadsEveryKey) {
  const auto scaling = InputScalingFromMetadata({{"dc.input.scale", "0.5"},
                                                 {"dc.input.mean", "1,2.5,-3e-2"},
                                                 {"dc.input.deviation", "4"},
                                                 {"dc.input.layout", "nhwc"},
                                                 {"dc.input.channels", "bgr"}});
  ASSERT_TRUE(scaling.ok());
  EXPECT_EQ(scaling->scale, 0.5f);
  EXPECT_EQ(scaling->mean, (std::vector<float>{1.0f, 2.5f, -0.03f}));
  EXPECT_EQ(scaling->deviation, std::vector<float>{4.0f});
  EXPECT_TRUE(scaling->channels_last && scaling->reverse_channels);
}

TEST(InputScalingTest, RefusesEverythingElse) {
  const std::pair<const char*, const char*> kBad[] = {
      {"dc.input.scale", ""},        {"dc.input.scale", "0"},     {"dc.input.scale", "1,2"},
      {"dc.input.scale", "one"},     {"dc.input.mean", "1,x"},    {"dc.input.mean", "inf"},
      {"dc.input.deviation", "1,0"}, {"dc.input.layout", "chwn"}, {"dc.input.channels", "RGB"}};
  for (const auto& [key, text] : kBad) {
    const auto scaling = InputScalingFromMetadata({{key, text}});
    EXPECT_EQ(scaling.status().code(), StatusCode::kBadInput) << key << " " << text;
    EXPECT_EQ(scaling.status().where(), std::string("metadata ") + key);
  }
}

}  // namespace
}  // namespace dc
