#include <gtest/gtest.h>

#include <set>

#include "dc/data.h"

namespace dc {
namespace {

// `count` samples of channels x height x width whose stored values count up from 0.
Dataset Counting(int64_t count, int64_t channels, int64_t height, int64_t width) {
  Dataset data;
  data.classes = 1;
  data.channels = channels;
  data.height = height;
  data.width = width;
  data.train.count = count;
  for (int64_t i = 0; i < count * data.sample_size(); ++i) {
    data.train.u8.push_back(static_cast<uint8_t>(i));
  }
  data.train.labels.resize(static_cast<size_t>(count));
  return data;
}

std::vector<float> Gathered(const Dataset& data, const std::vector<uint32_t>& indices,
                            const Preprocess& preprocess,
                            const Augmentation* augmentation = nullptr, uint64_t seed = 1) {
  std::vector<float> out(indices.size() * static_cast<size_t>(data.sample_size()), -99);
  const auto reading = DecideReading(data, preprocess, {"x", {-1, -1, -1}, {}}, augmentation);
  EXPECT_TRUE(reading.ok()) << reading.status().ToString();
  GatherBatch(data, data.train, indices, *reading, augmentation, seed, out.data());
  return out;
}

Preprocess Raw() {
  Preprocess preprocess;
  preprocess.scale = 1;
  return preprocess;
}

TEST(GatherBatchTest, GathersInTheOrderOfTheIndices) {
  const Dataset data = Counting(4, 1, 1, 2);
  EXPECT_EQ(Gathered(data, {3, 0, 3}, Raw()), (std::vector<float>{6, 7, 0, 1, 6, 7}));
}

TEST(GatherBatchTest, ScalesAndNormalizesEachChannel) {
  const Dataset data = Counting(1, 2, 1, 2);
  Preprocess preprocess;
  preprocess.scale = 0.5f;
  preprocess.mean = {1, 2};
  preprocess.deviation = {2, 4};
  // (0, 1 | 2, 3) * 0.5 - (1 | 2), divided by (2 | 4)
  EXPECT_EQ(Gathered(data, {0}, preprocess), (std::vector<float>{-0.5f, -0.25f, -0.25f, -0.125f}));
  preprocess.mean = {1};
  preprocess.deviation = {};
  EXPECT_EQ(Gathered(data, {0}, preprocess), (std::vector<float>{-1, -0.5f, 0, 0.5f}));
}

TEST(GatherBatchTest, DefaultsMapBytesToTheUnitInterval) {
  Dataset data = Counting(1, 1, 1, 2);
  data.train.u8 = {0, 255};
  EXPECT_EQ(Gathered(data, {0}, Preprocess()), (std::vector<float>{0, 255 * (1.0f / 255)}));
}

TEST(GatherBatchTest, ChannelsLastAndReversed) {
  const Dataset data = Counting(2, 3, 1, 2);  // sample 1: R 6 7, G 8 9, B 10 11
  Preprocess preprocess = Raw();
  preprocess.channels_last = true;
  EXPECT_EQ(Gathered(data, {1}, preprocess), (std::vector<float>{6, 8, 10, 7, 9, 11}));
  preprocess.reverse_channels = true;
  EXPECT_EQ(Gathered(data, {1}, preprocess), (std::vector<float>{10, 8, 6, 11, 9, 7}));
  preprocess.channels_last = false;
  preprocess.mean = {1, 2, 3};  // in the network's order: B, G, R
  EXPECT_EQ(Gathered(data, {1}, preprocess), (std::vector<float>{9, 10, 6, 7, 3, 4}));
}

TEST(GatherBatchTest, ReadsFloatData) {
  Dataset data = Counting(2, 1, 1, 2);
  data.train.u8.clear();
  data.train.f32 = {0.5f, 1.5f, -2.5f, 3.5f};
  EXPECT_EQ(Gathered(data, {1, 0}, Raw()), (std::vector<float>{-2.5f, 3.5f, 0.5f, 1.5f}));
}

TEST(GatherBatchTest, ShiftsReachEveryOffsetAndMoveZerosIn) {
  // One bright pixel in the middle of 5 x 5: where it lands is the shift.
  Dataset data = Counting(200, 1, 5, 5);
  std::fill(data.train.u8.begin(), data.train.u8.end(), 0);
  std::vector<uint32_t> indices;
  for (uint32_t i = 0; i < 200; ++i) {
    data.train.u8[i * 25 + 12] = 200;
    indices.push_back(i);
  }
  Augmentation augmentation;
  augmentation.shift = 1;
  const std::vector<float> out = Gathered(data, indices, Raw(), &augmentation);
  std::set<size_t> places;
  for (size_t i = 0; i < 200; ++i) {
    size_t bright = 0;
    for (size_t p = 0; p < 25; ++p) {
      if (out[i * 25 + p] == 0) continue;
      EXPECT_EQ(out[i * 25 + p], 200.0f);
      places.insert(p);
      ++bright;
    }
    EXPECT_EQ(bright, 1u);
  }
  EXPECT_EQ(places, (std::set<size_t>{6, 7, 8, 11, 12, 13, 16, 17, 18}));
}

TEST(GatherBatchTest, ZerosThatMoveInAreNormalizedLikePixels) {
  Dataset data = Counting(1, 1, 1, 2);
  data.train.u8 = {10, 20};
  Preprocess preprocess = Raw();
  preprocess.mean = {4};
  Augmentation augmentation;
  augmentation.shift = 50;  // far out, for nearly every seed
  EXPECT_EQ(Gathered(data, {0}, preprocess, &augmentation, 3), (std::vector<float>{-4, -4}));
}

TEST(GatherBatchTest, FlipsAboutHalfOfTheImages) {
  Dataset data = Counting(1000, 1, 1, 3);
  std::vector<uint32_t> indices;
  for (uint32_t i = 0; i < 1000; ++i) {
    for (uint8_t p = 0; p < 3; ++p) data.train.u8[i * 3 + p] = p;
    indices.push_back(i);
  }
  Augmentation augmentation;
  augmentation.flip = true;
  const std::vector<float> out = Gathered(data, indices, Raw(), &augmentation);
  int flipped = 0;
  for (size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(out[i * 3 + 1], 1.0f);
    EXPECT_EQ(out[i * 3] + out[i * 3 + 2], 2.0f);
    flipped += out[i * 3] == 2.0f;
  }
  EXPECT_GT(flipped, 420);  // 500 +- 5 deviations of a fair coin
  EXPECT_LT(flipped, 580);
}

TEST(GatherBatchTest, AllChannelsMoveTogether) {
  Dataset data = Counting(20, 2, 4, 4);
  for (size_t i = 0; i < 20; ++i) {
    for (size_t p = 0; p < 16; ++p) {
      data.train.u8[i * 32 + p] = data.train.u8[i * 32 + 16 + p] = static_cast<uint8_t>(p + 1);
    }
  }
  Augmentation augmentation;
  augmentation.shift = 2;
  augmentation.flip = true;
  for (uint32_t i = 0; i < 20; ++i) {
    const std::vector<float> out = Gathered(data, {i}, Raw(), &augmentation);
    EXPECT_EQ(std::vector<float>(out.begin(), out.begin() + 16),
              std::vector<float>(out.begin() + 16, out.end()));
  }
}

TEST(GatherBatchTest, RandomnessDependsOnSeedAndIndexOnly) {
  const Dataset data = Counting(8, 1, 5, 5);
  Augmentation augmentation;
  augmentation.shift = 2;
  augmentation.flip = true;
  const std::vector<float> together = Gathered(data, {5, 2, 7}, Raw(), &augmentation, 9);
  const std::vector<float> alone = Gathered(data, {2}, Raw(), &augmentation, 9);
  EXPECT_EQ(std::vector<float>(together.begin() + 25, together.begin() + 50), alone);
  std::set<std::vector<float>> by_seed;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    by_seed.insert(Gathered(data, {2}, Raw(), &augmentation, seed));
  }
  EXPECT_GT(by_seed.size(), 10u);  // of 50 equally likely moves, 20 draws
}

}  // namespace
}  // namespace dc
