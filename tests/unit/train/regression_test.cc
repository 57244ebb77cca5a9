// Training and evaluation of networks whose outputs are numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "base/rng.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "train/executor.h"
#include "train/network.h"
#include "train/objective.h"
#include "train/trainer.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using testing::AllOf;
using testing::HasSubstr;

// Samples of four features; targets (x0 - 2 x1 + 3, x2 x3), times `unit`.
Dataset Features(int64_t train, int64_t test, float unit = 1) {
  Dataset data;
  data.name = "features";
  data.channels = 4;
  data.height = data.width = 1;
  data.target_shape = {2};
  Rng rng(7);
  for (Split* split : {&data.train, &data.test}) {
    split->count = split == &data.train ? train : test;
    for (int64_t n = 0; n < split->count; ++n) {
      float x[4];
      for (float& v : x) v = static_cast<float>(2 * rng.Uniform() - 1);
      split->f32.insert(split->f32.end(), x, x + 4);
      split->targets.insert(split->targets.end(),
                            {unit * (x[0] - 2 * x[1] + 3), unit * x[2] * x[3]});
    }
  }
  return data;
}

// 6 x 6 images; the target is the image, blurred along its rows.
Dataset Blurred(int64_t train, int64_t test) {
  constexpr int64_t kSide = 6;
  Dataset data;
  data.name = "blurred";
  data.channels = 1;
  data.height = data.width = kSide;
  data.target_shape = {1, kSide, kSide};
  Rng rng(8);
  for (Split* split : {&data.train, &data.test}) {
    split->count = split == &data.train ? train : test;
    for (int64_t n = 0; n < split->count; ++n) {
      std::vector<float> x(kSide * kSide);
      for (float& v : x) v = static_cast<float>(rng.Uniform());
      split->f32.insert(split->f32.end(), x.begin(), x.end());
      for (int64_t i = 0; i < kSide * kSide; ++i) {
        const bool edge = i % kSide == 0 || i % kSide == kSide - 1;
        split->targets.push_back(0.5f * x[i] + (edge ? 0 : 0.25f * (x[i - 1] + x[i + 1])));
      }
    }
  }
  return data;
}

Graph Perceptron() {
  GraphBuilder b({4});
  b.Dense("fc1", 4, 24).Add("Tanh", "tanh").Dense("fc2", 24, 2);
  return b.Build();
}

// Channels enough for layouts of their own, and an output of four dimensions.
Graph Filters(int64_t outputs = 1, const char* activation = "Relu") {
  GraphBuilder b({1, 6, 6});
  b.Conv("conv1", 1, 16, 3, {{"pads", Ints{1, 1, 1, 1}}}, 0.2)
      .Add(activation, "between")
      .Conv("conv2", 16, outputs, 3, {{"pads", Ints{1, 1, 1, 1}}}, 0.05);
  return b.Build({{"conv2", DataType::kFloat32, {-1, outputs, 6, 6}}});
}

TrainOptions Options(int epochs, double rate) {
  TrainOptions options;
  options.epochs = epochs;
  options.learning_rate = rate;
  options.batch_size = 32;
  options.threads = 2;
  return options;
}

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("dc_regression_test_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// d(loss of all training samples) / d(weight) of the executor, by central differences.
TEST(Regression, GradientsOfASpatialOutputAreThoseOfTheLoss) {
  // Sixteen samples and more have kernels, and layouts, of their own.
  for (const auto& [outputs, batch] :
       {std::pair<int64_t, int64_t>{1, 4}, {3, 4}, {1, 32}, {3, 16}}) {
    Dataset data = Blurred(batch, 1);
    data.target_shape = {outputs, 6, 6};
    data.train.targets.resize(static_cast<size_t>(batch * outputs * 36));
    Rng rng(3);
    for (float& v : data.train.targets) v = static_cast<float>(rng.Uniform());
    const Graph graph = Filters(outputs, "Tanh");  // without kinks
    const auto network = FindNetwork(graph, data, Preprocess());
    ASSERT_TRUE(network.ok()) << network.status().ToString();
    EXPECT_EQ(network->logits, "conv2");
    auto parameters = Parameters::Load(*network, {});
    ASSERT_TRUE(parameters.ok());
    DropoutRatios dropout(1.0, {});
    auto made = Executor::Make(*network, *parameters, &dropout, batch, true);
    ASSERT_TRUE(made.ok()) << made.status().ToString();
    Executor& executor = **made;
    EXPECT_EQ(executor.outputs(), outputs * 36);
    std::vector<uint32_t> all(static_cast<size_t>(batch));
    std::iota(all.begin(), all.end(), 0u);
    const auto objective = Objective::Make(data, data.train, all, TrainOptions());
    ASSERT_TRUE(objective.ok());
    std::copy(data.train.f32.begin(), data.train.f32.end(), executor.input().begin());
    const double share = 1.0 / static_cast<double>(batch);
    const auto loss = [&](std::span<float> gradient) {
      EXPECT_TRUE(executor.Forward({}).ok());
      return objective->Of(all, executor.logits(), share, gradient).loss * share;
    };
    loss(executor.logits_gradient());
    ASSERT_TRUE(executor.Backward().ok());
    const std::vector<float> gradients(executor.gradients().begin(), executor.gradients().end());
    for (const char* name : {"conv1.weight", "conv2.weight", "conv2.bias"}) {
      const Parameter* p = parameters->Find(name);
      ASSERT_NE(p, nullptr) << name;
      for (size_t i = 0; i < p->size; i += 5) {
        float& value = parameters->all()[p->offset + i];
        const float before = value;
        value = before + 1e-2f;
        const double up = loss({});
        value = before - 1e-2f;
        const double down = loss({});
        value = before;
        EXPECT_NEAR(gradients[p->offset + i], (up - down) / 2e-2, 3e-3) << name << " " << i;
      }
    }
  }
}

TEST(Regression, APerceptronLearnsTwoNumbers) {
  const Dataset data = Features(2000, 400);
  Graph graph = Perceptron();
  const auto before = Evaluate(graph, data, data.test, Preprocess(), 2, nullptr);
  ASSERT_TRUE(before.ok()) << before.status().ToString();
  EXPECT_TRUE(before->targets);
  EXPECT_GT(before->error_percent, 100);
  TrainOptions options = Options(40, 0.1);
  options.validation = 200;
  options.keep_best = true;
  const auto result = Train(&graph, data, Preprocess(), options, nullptr, nullptr, nullptr);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  const auto after = Evaluate(graph, data, data.test, Preprocess(), 1, nullptr);
  ASSERT_TRUE(after.ok());
  EXPECT_LT(after->error_percent, 2);
  EXPECT_LT(result->epochs.back().train_error_percent, 2);
  EXPECT_NEAR(result->epochs.back().validation_error_percent, after->error_percent, 1);
  // The means of the targets are 3 and 0, their variances (1 + 4) / 3 and 1 / 9.
  const double variance = (5.0 / 3 + 1.0 / 9) / 2;
  EXPECT_NEAR(after->loss, after->error_percent / 100 * variance, 0.1 * after->loss);
}

TEST(Regression, AConvolutionLearnsAnImage) {
  const Dataset data = Blurred(640, 64);
  Graph graph = Filters();
  TrainOptions options = Options(40, 0.01);
  options.optimizer = OptimizerKind::kAdam;
  const auto result = Train(&graph, data, Preprocess(), options, nullptr, nullptr, nullptr);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  const auto after = Evaluate(graph, data, data.test, Preprocess(), 2, nullptr);
  ASSERT_TRUE(after.ok());
  EXPECT_LT(after->error_percent, 5);
}

// Targets of any unit: what is watched for grows with it.
TEST(Regression, LargeTargetsAreNoRunawayAndSmallOnesAreWatched) {
  Graph large = Perceptron();
  EXPECT_TRUE(Train(&large, Features(640, 10, 1000), Preprocess(), Options(2, 1e-7), nullptr,
                    nullptr, nullptr)
                  .ok());
  Graph small = Perceptron();
  const auto result = Train(&small, Features(640, 10, 1e-3f), Preprocess(), Options(2, 30), nullptr,
                            nullptr, nullptr);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), StatusCode::kUsage);
}

TEST(Regression, FinalActivationsArePartOfTheNetwork) {
  GraphBuilder b({4});
  b.Dense("fc", 4, 2).Add("Sigmoid", "p");
  const Dataset data = Features(10, 10);
  const Graph graph = b.Build();
  const auto network = FindNetwork(graph, data, Preprocess());
  ASSERT_TRUE(network.ok());
  EXPECT_EQ(network->logits, "p");
}

TEST(Regression, AResumedRunEndsAsOneThatWasNotInterrupted) {
  const Folder folder;
  const Dataset data = Features(320, 40);
  TrainOptions options = Options(4, 0.05);
  options.validation = 40;
  Graph whole = Perceptron();
  ASSERT_TRUE(Train(&whole, data, Preprocess(), options, nullptr, nullptr, nullptr).ok());
  options.checkpoint = folder.File("checkpoint");
  Graph cut = Perceptron();
  const auto stop = [&](int64_t step, int64_t, TrainingState*) {
    return step == 20 ? Cancelled("cut") : OkStatus();
  };
  EXPECT_FALSE(Train(&cut, data, Preprocess(), options, nullptr, stop, nullptr).ok());
  options.resume = true;
  Graph resumed = Perceptron();
  const auto result = Train(&resumed, data, Preprocess(), options, nullptr, nullptr, nullptr);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->epochs.size(), 4u);
  for (const auto& [name, tensor] : whole.initializers) {
    const auto values = resumed.initializers.at(name).f32();
    EXPECT_TRUE(std::equal(values.begin(), values.end(), tensor.f32().begin())) << name;
  }
  // Other targets are another run.
  Dataset other = data;
  other.train.targets[7] += 1;
  Graph again = Perceptron();
  const auto refused = Train(&again, other, Preprocess(), options, nullptr, nullptr, nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.status().ToString(), HasSubstr("its data is"));
}

TEST(Regression, ATeacherIsImitated) {
  const Folder folder;
  const Dataset data = Features(640, 200);
  Graph teacher = Perceptron();
  ASSERT_TRUE(
      Train(&teacher, data, Preprocess(), Options(30, 0.1), nullptr, nullptr, nullptr).ok());
  ASSERT_TRUE(SaveModel(teacher, folder.File("teacher.onnx")).ok());
  // With the teacher alone, targets that say nothing do no harm.
  Dataset noise = data;
  Rng rng(9);
  for (float& v : noise.train.targets) v = static_cast<float>(rng.Uniform());
  TrainOptions options = Options(30, 0.1);
  options.teacher = folder.File("teacher.onnx");
  options.teacher_share = 1;
  Graph student = Perceptron();
  const auto result = Train(&student, noise, Preprocess(), options, nullptr, nullptr, nullptr);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  const auto after = Evaluate(student, data, data.test, Preprocess(), 2, nullptr);
  ASSERT_TRUE(after.ok());
  EXPECT_LT(after->error_percent, 10);
  GraphBuilder b({4});
  b.Dense("fc", 4, 3);
  Graph wide = b.Build();
  ASSERT_TRUE(SaveModel(wide, folder.File("teacher.onnx")).ok());
  const auto refused = Train(&student, data, Preprocess(), options, nullptr, nullptr, nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.status().ToString(), HasSubstr("3 outputs, the network 2"));
}

TEST(Regression, WhatBelongsToClassesIsRefused) {
  const Graph graph = Perceptron();
  const Dataset data = Features(64, 10);
  const auto refusal = [&](const TrainOptions& options) {
    const Status status = CheckTraining(graph, data, Preprocess(), options);
    EXPECT_EQ(status.code(), StatusCode::kUsage);
    return status.ToString();
  };
  TrainOptions options = Options(1, 0.1);
  options.loss = LossKind::kMeanSquaredError;
  EXPECT_TRUE(CheckTraining(graph, data, Preprocess(), options).ok());
  options.loss = LossKind::kSquaredHinge;
  EXPECT_THAT(refusal(options), AllOf(HasSubstr("squared hinge"), HasSubstr("features")));
  options = Options(1, 0.1);
  options.label_smoothing = 0.1;
  EXPECT_THAT(refusal(options), HasSubstr("label_smoothing"));
  options = Options(1, 0.1);
  options.temperature = 2;
  EXPECT_THAT(refusal(options), HasSubstr("temperature"));
}

TEST(Regression, ImagesMoveOnlyWhereTargetsHaveNoPlaces) {
  TrainOptions options = Options(1, 0.1);
  options.augmentation.flip = true;
  const Dataset spatial = Blurred(64, 8);
  const Status status = CheckTraining(Filters(), spatial, Preprocess(), options);
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.ToString(), HasSubstr("do not move with their images"));
  Dataset sums = spatial;
  sums.target_shape = {36};
  EXPECT_TRUE(CheckTraining(Filters(), sums, Preprocess(), options).ok());
}

TEST(Regression, AMeanSquaredErrorNeedsTargets) {
  Dataset labels = Features(64, 10);
  labels.target_shape.clear();
  labels.classes = 2;
  for (Split* split : {&labels.train, &labels.test}) {
    split->targets.clear();
    for (int64_t i = 0; i < split->count; ++i) split->labels.push_back(static_cast<int>(i % 2));
  }
  TrainOptions options = Options(1, 0.1);
  options.loss = LossKind::kMeanSquaredError;
  const Status status = CheckTraining(Perceptron(), labels, Preprocess(), options);
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.ToString(), HasSubstr("labels of classes"));
}

TEST(Regression, ValidationWithoutVarianceIsRefused) {
  Dataset data = Features(64, 10);
  TrainOptions options = Options(1, 0.1);
  options.validation = 1;
  Graph graph = Perceptron();
  const auto result = Train(&graph, data, Preprocess(), options, nullptr, nullptr, nullptr);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.status().ToString(), HasSubstr("1 samples are all the same"));
}

}  // namespace
}  // namespace dc::train
