// Which output training and evaluation follow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "dc/train.h"
#include "model/constraint.h"
#include "train/network.h"
#include "train/trainer.h"
#include "unit/train/graph_builder.h"
#include "unit/train/synthetic_data.h"

namespace dc::train {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A shared layer with a head "age" of one value and a head "cls" of `classes`, in that order.
Graph TwoHeads(int64_t classes, bool declared) {
  GraphBuilder b({64});
  b.Dense("body", 64, 12).Add("Relu", "h").Dense("age", 12, 1);
  b.AddOn("Gemm", "cls", {"h", b.Random("cls.weight", {classes, 12})}, {{"transB", int64_t{1}}});
  const auto width = [&](int64_t n) { return declared ? n : int64_t{-1}; };
  return b.Build({{"age", DataType::kFloat32, {-1, width(1)}},
                  {"cls", DataType::kFloat32, {-1, width(classes)}}});
}

std::string HeadOf(const Graph& graph, const Dataset& data, const std::string& logits = "") {
  const auto network = FindNetwork(graph, data, Preprocess(), {logits, nullptr});
  return network.ok() ? network->logits : network.status().ToString();
}

TEST(FindHead, TakesTheOutputThatFitsTheLabels) {
  const Dataset data = SyntheticImages(100, 5);
  for (bool declared : {false, true}) {
    EXPECT_EQ(HeadOf(TwoHeads(4, declared), data), "cls");
    EXPECT_EQ(HeadOf(TwoHeads(9, declared), data), "cls");  // more outputs than labels
    EXPECT_THAT(
        HeadOf(TwoHeads(3, declared), data),
        AllOf(HasSubstr("no output fits labels 0 to 3"), HasSubstr("\"age\" (1 per sample)"),
              HasSubstr("\"cls\" (3 per sample)"), HasSubstr("--logits")));
    // Labels 0 and 1 fit the one value and the nine.
    EXPECT_THAT(HeadOf(TwoHeads(9, declared), SyntheticImages(100, 5, 2)),
                AllOf(HasSubstr("several outputs fit labels 0 to 1"), HasSubstr("--logits")));
  }
}

TEST(FindHead, FollowsTheNameThatIsGivenOrRecorded) {
  const Dataset data = SyntheticImages(100, 5, 2);
  Graph graph = TwoHeads(9, true);
  EXPECT_EQ(HeadOf(graph, data, "age"), "age");
  EXPECT_TRUE(SetLogits("cls", &graph).ok());
  EXPECT_EQ(HeadOf(graph, data), "cls");
  EXPECT_EQ(HeadOf(graph, data, "age"), "age");
  EXPECT_TRUE(SetLogits("", &graph).ok());
  EXPECT_EQ(HeadOf(graph, data), "cls");
  const Status unknown = SetLogits("h", &graph);
  EXPECT_EQ(unknown.code(), StatusCode::kUsage);
  EXPECT_THAT(unknown.ToString(), AllOf(HasSubstr("\"h\""), HasSubstr("age"), HasSubstr("cls")));
}

TEST(FindHead, TheLossContainsTheSigmoidOfOneValueOnly) {
  for (int64_t values : {1, 2}) {
    GraphBuilder b({64});
    b.Dense("fc", 64, values).Add("Sigmoid", "p").Add("Identity", "y");
    EXPECT_EQ(HeadOf(b.Build(), SyntheticImages(100, 5, 2)), values == 1 ? "fc" : "y");
  }
}

TEST(CheckOutputFits, NamesLabelAndOutputs) {
  Dataset data = SyntheticImages(50, 50);
  EXPECT_TRUE(CheckOutputFits("y", {-1, 4}, data).ok());
  EXPECT_TRUE(CheckOutputFits("y", {-1, 10}, data).ok());
  for (int64_t outputs : {3, 1}) {
    const Status status = CheckOutputFits("y", {-1, outputs}, data);
    EXPECT_EQ(status.code(), StatusCode::kBadInput);
    EXPECT_THAT(status.ToString(),
                AllOf(HasSubstr("label 3"), HasSubstr(outputs == 3 ? "3 classes" : "2 classes"),
                      HasSubstr("\"y\""), HasSubstr("synthetic")));
  }
  for (Split* split : {&data.train, &data.test}) {
    for (int32_t& label : split->labels) label = label % 2;
  }
  EXPECT_TRUE(CheckOutputFits("y", {-1, 1}, data).ok());
}

Dataset Targets(std::vector<int64_t> shape) {
  Dataset data = SyntheticImages(2, 2);
  data.classes = 0;
  data.target_shape = std::move(shape);
  for (Split* split : {&data.train, &data.test}) {
    split->labels.clear();
    split->targets.resize(static_cast<size_t>(2 * data.target_size()));
  }
  return data;
}

TEST(FindHead, TakesTheOutputOfAsManyNumbersAsTheTargets) {
  EXPECT_EQ(HeadOf(TwoHeads(4, true), Targets({1})), "age");
  EXPECT_EQ(HeadOf(TwoHeads(4, true), Targets({2, 2})), "cls");
  EXPECT_THAT(
      HeadOf(TwoHeads(4, true), Targets({3, 8, 8})),
      AllOf(HasSubstr("no output fits targets of 3x8x8"), HasSubstr("\"age\" (1 per sample)"),
            HasSubstr("\"cls\" (4 per sample)"), HasSubstr("--logits")));
  EXPECT_THAT(HeadOf(TwoHeads(1, true), Targets({1})),
              HasSubstr("several outputs fit targets of 1"));
  EXPECT_EQ(HeadOf(TwoHeads(1, true), Targets({1}), "cls"), "cls");
}

TEST(CheckOutputFits, NamesTargetsAndOutput) {
  const Dataset image = Targets({3, 8, 4});
  EXPECT_TRUE(CheckOutputFits("y", {-1, 3, 8, 4}, image).ok());
  EXPECT_TRUE(CheckOutputFits("y", {-1, 3, 1, 8, 4}, image).ok());
  EXPECT_TRUE(CheckOutputFits("y", {-1, 96}, image).ok());
  EXPECT_TRUE(CheckOutputFits("y", {-1, 3, 8, 4}, Targets({96})).ok());
  EXPECT_TRUE(CheckOutputFits("y", {-1}, Targets({1})).ok());
  const Status size = CheckOutputFits("y", {-1, 3, 8, 8}, image);
  EXPECT_EQ(size.code(), StatusCode::kBadInput);
  EXPECT_THAT(size.ToString(), AllOf(HasSubstr("3x8x4"), HasSubstr("3x8x8"), HasSubstr("\"y\"")));
  EXPECT_THAT(CheckOutputFits("y", {-1, 8, 4, 3}, image).ToString(),
              AllOf(HasSubstr("8x4x3"), HasSubstr("numpy.transpose")));
}

// Keeps the even entries.
class EvenMask : public Constraint {
 public:
  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    for (size_t i = 0; i < latent.size(); ++i) effective[i] = i % 2 ? 0 : latent[i];
  }
  void ReduceGradient(std::span<float>, std::span<const float> gradient,
                      std::span<float> reduced) const override {
    for (size_t i = 0; i < gradient.size(); ++i) reduced[i] = i % 2 ? 0 : gradient[i];
  }
};

TEST(TrainHeads, OtherHeadsKeepTheirWeightsAndObeyTheirConstraints) {
  const Dataset data = SyntheticImages(640, 200);
  Graph graph = TwoHeads(4, true);
  const std::vector<float> age(graph.initializers.at("age.weight").f32().begin(),
                               graph.initializers.at("age.weight").f32().end());
  TrainOptions options;
  options.epochs = 20;
  options.learning_rate = 0.1;
  Constraints constraints;
  for (const char* name : {"age.weight", "cls.weight", "body.weight"}) {
    constraints[name].constraint = std::make_unique<EvenMask>();
  }
  std::vector<float> seen;
  const auto hook = [&](int64_t, int64_t, TrainingState* state) {
    const auto latent = state->Latent("age.weight");
    seen.assign(latent.begin(), latent.end());
    return OkStatus();
  };
  const auto result = Train(&graph, data, Preprocess(), options, &constraints, hook, nullptr);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_LT(result->epochs.back().train_error_percent, 20);
  EXPECT_EQ(seen, age);
  const auto after = graph.initializers.at("age.weight").f32();
  for (size_t i = 0; i < age.size(); ++i) EXPECT_EQ(after[i], i % 2 ? 0.0f : age[i]);
  EXPECT_EQ(graph.initializers.at("cls.weight").f32()[1], 0.0f);

  constraints["nowhere"].constraint = std::make_unique<EvenMask>();
  const auto refused = Train(&graph, data, Preprocess(), options, &constraints, nullptr, nullptr);
  EXPECT_EQ(refused.status().code(), StatusCode::kUsage);
  EXPECT_THAT(refused.status().ToString(), HasSubstr("nowhere"));
}

TEST(TrainHeads, OneLogisticOutputLearnsYesAndNo) {
  const Dataset data = SyntheticImages(640, 400, 2);
  for (const char* last : {"", "Sigmoid"}) {
    GraphBuilder b({64});
    b.Dense("fc", 64, 1);
    if (*last) b.Add(last, "p");
    Graph graph = b.Build();
    TrainOptions options;
    options.epochs = 5;
    options.learning_rate = 0.2;
    const auto result = Train(&graph, data, Preprocess(), options, nullptr, nullptr, nullptr);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    const auto test = Evaluate(graph, data, data.test, Preprocess(), 1, nullptr);
    ASSERT_TRUE(test.ok()) << test.status().ToString();
    EXPECT_LT(test->error_percent, 10);
    // Above a half is class 1: counted here from weight and bias.
    const auto weight = graph.initializers.at("fc.weight").f32();
    int64_t errors = 0;
    for (int64_t n = 0; n < data.test.count; ++n) {
      double z = graph.initializers.at("fc.bias").f32()[0];
      for (int64_t i = 0; i < 64; ++i) z += weight[i] * data.test.u8[n * 64 + i] / 255.0;
      errors += (1 / (1 + std::exp(-z)) > 0.5) != (data.test.labels[n] == 1);
    }
    EXPECT_NEAR(test->error_percent, 100.0 * errors / 400, 0.26);  // one image on the edge
  }
}

}  // namespace
}  // namespace dc::train
