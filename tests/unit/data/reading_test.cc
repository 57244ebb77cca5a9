// How samples are read: which axis is the channels, what the scale is, what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/data.h"

namespace dc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Shape = std::vector<int64_t>;

// One sample of bytes that count up from 0; `open`: an array of rank 4.
Dataset Samples(const Shape& shape, bool open) {
  Dataset data;
  data.name = "made up";
  data.channels = shape[0];
  data.height = shape[1];
  data.width = shape[2];
  data.layout_open = open;
  data.train.count = 1;
  data.train.labels = {0};
  for (int64_t i = 0; i < data.sample_size(); ++i) {
    data.train.u8.push_back(static_cast<uint8_t>(i));
  }
  return data;
}

Dataset Floats(float least, float greatest) {
  Dataset data = Samples({1, 1, 2}, false);
  data.train.u8.clear();
  data.train.f32 = {least, greatest};
  data.least = least;
  data.greatest = greatest;
  return data;
}

const Augmentation kFlip = {0, true};

TEST(DecideReading, ChannelsAreTheAxisThatIsSmall) {
  struct Case {
    Shape samples;
    bool last;
  };
  for (const Case& c : {Case{{8, 8, 3}, true}, Case{{6, 9, 4}, true}, Case{{28, 20, 1}, true},
                        Case{{3, 8, 8}, false}, Case{{1, 28, 20}, false}}) {
    for (const Shape& input :
         {c.samples, Shape{-1, -1, -1}, Shape{c.samples[0] * c.samples[1] * c.samples[2]}}) {
      const auto reading = DecideReading(Samples(c.samples, true), {}, {"x", input, {}}, &kFlip);
      ASSERT_TRUE(reading.ok()) << reading.status().ToString();
      EXPECT_EQ(reading->stored_last, c.last);
      EXPECT_EQ(reading->read_last, c.last);
      EXPECT_EQ(reading->channels, c.last ? c.samples[2] : c.samples[0]);
      EXPECT_EQ(reading->height, c.last ? c.samples[0] : c.samples[1]);
    }
  }
}

TEST(DecideReading, WhereNothingTellsTheAxisOnlyWhatNeedsItIsRefused) {
  const Dataset data = Samples({4, 6, 3}, true);
  const NetworkInput input = {"x", {4, 6, 3}, {}};
  EXPECT_TRUE(DecideReading(data, {}, input, nullptr).ok());
  const auto refused = DecideReading(data, {}, input, &kFlip);
  EXPECT_EQ(refused.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(refused.status().ToString(), HasSubstr("--input-layout"));
  Preprocess reversed;
  reversed.reverse_channels = true;
  EXPECT_THAT(DecideReading(data, reversed, input, nullptr).status().ToString(),
              HasSubstr("layout"));
  for (bool last : {false, true}) {
    Preprocess said;
    said.channels_last = last;
    EXPECT_EQ(DecideReading(data, said, input, &kFlip)->channels, last ? 3 : 4);
    const NetworkInput shown = {"x", {4, 6, 3}, last};
    EXPECT_EQ(DecideReading(data, {}, shown, &kFlip)->channels, last ? 3 : 4);
  }
}

TEST(DecideReading, OneNumberPerChannelTellsTheAxis) {
  const Dataset data = Samples({4, 6, 3}, true);
  Preprocess preprocess;
  preprocess.mean = {1, 2, 3};
  EXPECT_EQ(DecideReading(data, preprocess, {"x", {4, 6, 3}, {}}, &kFlip)->channels, 3);
  preprocess.mean = {1, 2, 3, 4};
  EXPECT_EQ(DecideReading(data, preprocess, {"x", {4, 6, 3}, {}}, &kFlip)->channels, 4);
  preprocess.mean = {1, 2};
  const auto refused = DecideReading(data, preprocess, {"x", {4, 6, 3}, {}}, nullptr);
  EXPECT_EQ(refused.status().code(), StatusCode::kUsage);
  EXPECT_THAT(refused.status().ToString(), HasSubstr("mean has 2 entries"));
  preprocess.mean = {};
  preprocess.deviation = {1, 2};
  EXPECT_THAT(DecideReading(data, preprocess, {"x", {4, 6, 3}, {}}, nullptr).status().ToString(),
              HasSubstr("deviation has 2 entries"));
}

TEST(DecideReading, MovesChannelsToWhereTheNetworkReadsThem) {
  // Planes to pixels: values of channel c are 6 c .. 6 c + 5 in 2 rows of 3.
  const Dataset planes = Samples({2, 2, 3}, false);
  const auto reading = DecideReading(planes, {1.0f, {}, {}, {}, false}, {"x", {2, 3, 2}, {}}, {});
  ASSERT_TRUE(reading.ok()) << reading.status().ToString();
  std::vector<float> out(12);
  const std::vector<uint32_t> first = {0};
  GatherBatch(planes, planes.train, first, *reading, nullptr, 1, out.data());
  EXPECT_THAT(out, ElementsAre(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11));
  // Pixels to planes.
  const Dataset pixels = Samples({2, 3, 2}, true);
  const auto back = DecideReading(pixels, {1.0f, {}, {}, {}, false}, {"x", {2, 2, 3}, {}}, {});
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  GatherBatch(pixels, pixels.train, first, *back, nullptr, 1, out.data());
  EXPECT_THAT(out, ElementsAre(0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11));
}

TEST(DecideReading, PixelsAreMirroredNormalizedAndReversedAlongTheirOwnAxes) {
  // One row of two pixels (0 1 2), (3 4 5), which is as large as its mirror image is likely.
  const Dataset data = Samples({1, 2, 3}, true);
  Preprocess preprocess = {1.0f, {10, 20, 30}, {}, true, true};
  const auto reading = DecideReading(data, preprocess, {"x", {1, 2, 3}, {}}, &kFlip);
  ASSERT_TRUE(reading.ok()) << reading.status().ToString();
  std::vector<float> out(6);
  const std::vector<uint32_t> first = {0};
  bool seen[2] = {false, false};
  for (uint64_t seed = 0; seed < 40; ++seed) {
    GatherBatch(data, data.train, first, *reading, &kFlip, seed, out.data());
    const bool mirrored = out[0] != 2 - 10;
    seen[mirrored] = true;
    if (mirrored) {
      EXPECT_THAT(out, ElementsAre(5 - 10, 4 - 20, 3 - 30, 2 - 10, 1 - 20, 0 - 30));
    } else {
      EXPECT_THAT(out, ElementsAre(2 - 10, 1 - 20, 0 - 30, 5 - 10, 4 - 20, 3 - 30));
    }
  }
  EXPECT_TRUE(seen[0] && seen[1]);
}

TEST(DecideReading, NamesShapesThatDoNotFit) {
  const auto refused = DecideReading(Samples({3, 8, 8}, false), {}, {"x", {1, 28, 28}, {}}, {});
  EXPECT_EQ(refused.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(refused.status().ToString(),
              testing::AllOf(HasSubstr("1x28x28"), HasSubstr("3x8x8"), HasSubstr("made up")));
  EXPECT_FALSE(DecideReading(Samples({3, 8, 8}, false), {}, {"x", {191}, {}}, {}).ok());
  Preprocess nchw;
  nchw.channels_last = false;
  EXPECT_THAT(
      DecideReading(Samples({3, 8, 8}, false), nchw, {"x", {8, 8, 3}, {}}, {}).status().ToString(),
      HasSubstr("nchw"));
}

TEST(DecideReading, FeaturesAreNotShifted) {
  const auto refused = DecideReading(Samples({12, 1, 1}, false), {}, {"x", {12}, {}}, &kFlip);
  EXPECT_EQ(refused.status().code(), StatusCode::kUsage);
  EXPECT_THAT(refused.status().ToString(), HasSubstr("12 features"));
}

TEST(DecideReading, BytesAreScaledAndFloatsAreNotUnlessSaid) {
  const NetworkInput input = {"x", {2}, {}};
  const auto bytes = DecideReading(Samples({1, 1, 2}, false), {}, input, nullptr);
  EXPECT_EQ(bytes->scale, 1.0f / 255);
  EXPECT_THAT(bytes->remarks, IsEmpty());
  for (float greatest : {1.0f, 255.0f}) {
    const auto floats = DecideReading(Floats(0, greatest), {}, input, nullptr);
    EXPECT_EQ(floats->scale, 1.0f);
    EXPECT_THAT(floats->remarks,
                ElementsAre(HasSubstr("range 0 to " + std::string(greatest == 1 ? "1 " : "255 "))));
  }
  Preprocess said;
  said.scale = 0.5f;
  EXPECT_EQ(DecideReading(Samples({1, 1, 2}, false), said, input, nullptr)->scale, 0.5f);
  EXPECT_EQ(DecideReading(Floats(0, 1), said, input, nullptr)->scale, 0.5f);
  // Said, and obeyed, but most likely once too often.
  said.scale = 1.0f / 255;
  const auto twice = DecideReading(Floats(0, 1), said, input, nullptr);
  EXPECT_EQ(twice->scale, 1.0f / 255);
  EXPECT_THAT(twice->remarks, ElementsAre(HasSubstr("--input-scale 1")));
  EXPECT_THAT(DecideReading(Floats(0, 255), said, input, nullptr)->remarks, IsEmpty());
}

TEST(DecideReading, MeanAndDeviationWorkOnFloatsWithoutAScale) {
  const Dataset data = Floats(1, 3);
  const auto reading = DecideReading(data, {{}, {1}, {2}, {}, false}, {"x", {2}, {}}, nullptr);
  ASSERT_TRUE(reading.ok());
  std::vector<float> out(2);
  const std::vector<uint32_t> first = {0};
  GatherBatch(data, data.train, first, *reading, nullptr, 1, out.data());
  EXPECT_THAT(out, ElementsAre(0, 1));
}

TEST(Dataset, LargestLabelOfBothSplits) {
  Dataset data = Samples({1, 1, 1}, false);
  EXPECT_EQ(Dataset().LargestLabel(), -1);
  EXPECT_EQ(data.LargestLabel(), 0);
  data.test.labels = {3, 7, 2};
  EXPECT_EQ(data.LargestLabel(), 7);
}

}  // namespace
}  // namespace dc
