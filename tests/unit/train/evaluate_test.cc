#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "dc/train.h"
#include "train/loss.h"
#include "unit/train/graph_builder.h"
#include "unit/train/synthetic_data.h"

namespace dc {
namespace {

// One linear layer, computed here in double.
TEST(Evaluate, CoversEverySampleOnce) {
  train::GraphBuilder b({64});
  const Graph graph = b.Dense("fc", 64, 4).Build();
  const auto weight = graph.initializers.at("fc.weight").f32();
  const auto bias = graph.initializers.at("fc.bias").f32();
  Preprocess preprocess;
  preprocess.mean = {0.25f};
  for (int64_t count : {1, 31, 32, 33, 100, 1100}) {
    const Dataset data = train::SyntheticImages(1, count);
    double loss = 0;
    int64_t errors = 0;
    for (int64_t n = 0; n < count; ++n) {
      double logits[4], total = 0;
      int best = 0;
      for (int o = 0; o < 4; ++o) {
        logits[o] = bias[o];
        for (int i = 0; i < 64; ++i) {
          logits[o] += weight[o * 64 + i] * (data.test.u8[n * 64 + i] / 255.0 - 0.25);
        }
        total += std::exp(logits[o]);
        if (logits[o] > logits[best]) best = o;
      }
      loss += std::log(total) - logits[data.test.labels[n]];
      errors += best != data.test.labels[n];
    }
    for (int threads : {1, 2, 3}) {
      const auto result = Evaluate(graph, data, data.test, preprocess, threads, nullptr);
      ASSERT_TRUE(result.ok()) << result.status().ToString();
      EXPECT_EQ(result->count, count);
      EXPECT_NEAR(result->loss, loss / count, 1e-5);
      EXPECT_NEAR(result->error_percent, 100.0 * errors / count, 1e-9);
      EXPECT_EQ(result->top5_error_percent, 0);  // of 4 classes
    }
  }
}

TEST(Evaluate, CountsImagesWithNan) {
  train::GraphBuilder b({64});
  Graph graph = b.Dense("fc", 64, 4).Build();
  const Dataset data = train::SyntheticImages(1, 40);
  const auto sound = Evaluate(graph, data, data.test, Preprocess(), 1, nullptr);
  ASSERT_TRUE(sound.ok());
  EXPECT_EQ(sound->not_numbers, 0);
  EXPECT_EQ(NotNumbersText(*sound), "");
  graph.initializers["fc.bias"].f32()[2] = std::nanf("");
  const auto result = Evaluate(graph, data, data.test, Preprocess(), 1, nullptr);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->error_percent, 100);
  EXPECT_EQ(result->top5_error_percent, 100);
  EXPECT_EQ(result->not_numbers, 40);
  EXPECT_THAT(NotNumbersText(*result), ::testing::HasSubstr("40 of 40 images"));
}

TEST(Evaluate, RefusesAnEmptySplit) {
  train::GraphBuilder b({64});
  const Graph graph = b.Dense("fc", 64, 4).Build();
  const Dataset data = train::SyntheticImages(5, 0);
  const auto result = Evaluate(graph, data, data.test, Preprocess(), 1, nullptr);
  EXPECT_EQ(result.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(result.status().ToString(), ::testing::HasSubstr("0 samples"));
}

}  // namespace
}  // namespace dc
