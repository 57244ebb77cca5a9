#include "train/gather_moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

// Float samples of 4 x 5 x 6.
Dataset Samples(int64_t count) {
  Dataset data;
  data.name = "samples";
  data.channels = 4;
  data.height = 5;
  data.width = 6;
  data.least = -10;
  data.greatest = 10;
  data.train.count = count;
  Rng rng(8);
  for (int64_t i = 0; i < count * data.sample_size(); ++i) {
    data.train.f32.push_back(static_cast<float>(rng.Normal()));
  }
  return data;
}

// 5x6 images, a grouped convolution with a stride, pads and a dilation along the rows, a Gemm.
Graph NetworkOfMoments() {
  GraphBuilder builder({4, 5, 6});
  builder.Random("w", {6, 2, 3, 2});
  builder.Add("Conv", "conv", {"w"},
              {{"group", int64_t{2}},
               {"pads", std::vector<int64_t>{1, 0, 2, 1}},
               {"strides", std::vector<int64_t>{2, 1}},
               {"dilations", std::vector<int64_t>{2, 1}}});
  return builder.Add("Flatten", "flat").Dense("fc", 6 * 2 * 6, 3).Build();
}

// Value (z, y, x) of an image, 0 outside.
double Pixel(const Dataset& data, int64_t sample, int64_t channel, int64_t y, int64_t x) {
  if (y < 0 || y >= data.height || x < 0 || x >= data.width) return 0;
  return data.train.f32[static_cast<size_t>(
      ((sample * data.channels + channel) * data.height + y) * data.width + x)];
}

TEST(GatherMoments, OfConvolutionsAreThoseOfTheirWindows) {
  const Dataset data = Samples(19);  // a batch, and some left over
  const Graph graph = NetworkOfMoments();
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights[0].name, "w");
  ASSERT_EQ(NotCalibrated(graph, weights[0]), "");
  ASSERT_EQ(GroupsOf(graph, weights[0]), 2);
  const CalibrationSamples samples = DrawSamples(data, {}, 100, 1);
  EXPECT_EQ(samples.indices.size(), 19u);
  const auto moments = GatherMoments(graph, graph, samples, {weights[0]});
  ASSERT_TRUE(moments.ok()) << moments.status().ToString();
  ASSERT_EQ((*moments)[0].size(), 2u);
  constexpr int kInputs = 12, kRows = 2, kColumns = 6;
  for (int64_t group = 0; group < 2; ++group) {
    const InputMoments& found = (*moments)[0][static_cast<size_t>(group)];
    std::vector<double> second(kInputs * kInputs), mean(kInputs);
    int64_t count = 0;
    for (int64_t s = 0; s < data.train.count; ++s) {
      for (int64_t i = 0; i < kRows; ++i) {
        for (int64_t j = 0; j < kColumns; ++j, ++count) {
          std::vector<double> window;
          for (int64_t c = 0; c < 2; ++c) {
            for (int64_t k = 0; k < 3; ++k) {
              for (int64_t l = 0; l < 2; ++l) {
                window.push_back(Pixel(data, s, 2 * group + c, 2 * i - 1 + 2 * k, j + l));
              }
            }
          }
          for (size_t a = 0; a < kInputs; ++a) {
            mean[a] += window[a];
            for (size_t b = 0; b < kInputs; ++b) second[a * kInputs + b] += window[a] * window[b];
          }
        }
      }
    }
    ASSERT_EQ(found.inputs, kInputs);
    ASSERT_EQ(found.count, count);
    for (size_t a = 0; a < kInputs; ++a) {
      EXPECT_NEAR(found.mean[a], mean[a] / static_cast<double>(count), 1e-5);
    }
    for (size_t a = 0; a < second.size(); ++a) {
      EXPECT_NEAR(found.second[a], second[a] / static_cast<double>(count), 1e-4);
      EXPECT_EQ(found.cross[a], found.second[a]);
    }
  }
}

TEST(GatherMoments, OfTwoNetworksMeetAtTheSamePlaces) {
  const Dataset data = Samples(16);
  const Graph reference = NetworkOfMoments();
  Graph changed = reference;
  for (float& w : changed.initializers["w"].f32()) w *= -2;
  const auto weights = ListWeights(reference);
  const CalibrationSamples samples = DrawSamples(data, {}, 100, 1);
  // The convolution has no bias: what the Gemm reads is -2 times what it was.
  const auto moments = GatherMoments(changed, reference, samples, {weights[1]});
  ASSERT_TRUE(moments.ok()) << moments.status().ToString();
  const InputMoments& found = (*moments)[0][0];
  ASSERT_EQ(found.inputs, 72);
  EXPECT_EQ(found.count, 16);
  double largest = 0;
  for (size_t i = 0; i < found.second.size(); ++i) {
    EXPECT_NEAR(found.second[i], 4 * found.reference_second[i], 1e-4);
    EXPECT_NEAR(found.cross[i], -2 * found.reference_second[i], 1e-4);
    largest = std::max(largest, found.second[i]);
  }
  EXPECT_GT(largest, 1);
  for (size_t i = 0; i < found.mean.size(); ++i) {
    EXPECT_NEAR(found.mean[i], -2 * found.reference_mean[i], 1e-5);
  }
}

TEST(ComputeOutputs, AreThoseBeforeASoftmax) {
  const Dataset data = Samples(17);
  const CalibrationSamples samples = DrawSamples(data, {}, 17, 1);
  GraphBuilder plain({4, 5, 6}), softmax({4, 5, 6});
  for (GraphBuilder* builder : {&plain, &softmax}) builder->Add("Flatten", "f").Dense("d", 120, 3);
  softmax.Add("Softmax", "p", {}, {{"axis", int64_t{-1}}});
  const auto a = ComputeOutputs(plain.Build(), samples);
  const auto b = ComputeOutputs(softmax.Build(), samples);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->size(), 17u * 3);
  EXPECT_EQ(*a, *b);
}

}  // namespace
}  // namespace dc::train
