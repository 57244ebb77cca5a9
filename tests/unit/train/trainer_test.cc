#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "dc/files.h"
#include "unit/train/graph_builder.h"
#include "unit/train/synthetic_data.h"
#include "unit/train/test_constraints.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using ::testing::HasSubstr;

// Convolution, batch norm, pool, dropout and two dense layers: every kind of parameter.
Graph SmallNetwork(bool with_softmax = false) {
  GraphBuilder b({1, 8, 8});
  b.Conv("conv", 1, 5, 3, {{"pads", Ints{1, 1, 1, 1}}})
      .Add("BatchNormalization", "bn",
           {b.Values("bn.scale", {5}, std::vector<float>(5, 1.0f)),
            b.Values("bn.offset", {5}, std::vector<float>(5, 0.0f)),
            b.Values("bn.mean", {5}, std::vector<float>(5, 0.0f)),
            b.Values("bn.variance", {5}, std::vector<float>(5, 1.0f))})
      .Add("Relu", "relu1")
      .Add("MaxPool", "pool", {}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}})
      .Add("Flatten", "flat")
      .Dense("fc1", 80, 20, 0.15)
      .Add("Relu", "relu2")
      .Add("Dropout", "drop", {b.Values("ratio", {}, {0.3f})})
      .Dense("fc2", 20, 4, 0.3);
  if (with_softmax) b.Add("Softmax", "probabilities", {}, {{"axis", int64_t{1}}});
  return b.Build();
}

TrainOptions Options() {
  TrainOptions options;
  options.epochs = 3;
  options.batch_size = 48;  // two shards of different sizes
  options.learning_rate = 0.05;
  options.seed = 5;
  options.threads = 2;
  return options;
}

// Trained initializers, all in one.
std::vector<float> WeightsOf(const Graph& graph) {
  std::vector<float> all;
  for (const auto& [name, tensor] : graph.initializers) {
    all.insert(all.end(), tensor.f32().begin(), tensor.f32().end());
  }
  return all;
}

StatusOr<TrainResult> TrainSmall(const TrainOptions& options, Graph* graph,
                                 Constraints* constraints = nullptr, const StepHook& hook = nullptr,
                                 const Dataset& data = SyntheticImages(480, 200)) {
  return Train(graph, data, Preprocess(), options, constraints, hook, nullptr);
}

class TempDir {
 public:
  TempDir() {
    path_ = std::filesystem::temp_directory_path() /
            ("dc_trainer_test_" + std::to_string(::getpid()) + "_" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(path_);
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

TEST(Train, LearnsASeparableProblem) {
  Graph graph = SmallNetwork(true);
  TrainOptions options = Options();
  options.epochs = 8;
  const Dataset data = SyntheticImages(1200, 400);
  const auto before = Evaluate(graph, data, data.test, Preprocess(), 2, nullptr);
  ASSERT_TRUE(before.ok()) << before.status().ToString();
  EXPECT_GT(before->error_percent, 40);
  const auto result = TrainSmall(options, &graph, nullptr, nullptr, data);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  ASSERT_EQ(result->epochs.size(), 8u);
  EXPECT_EQ(result->kept_epoch, 8);
  EXPECT_LT(result->epochs.back().train_loss, result->epochs.front().train_loss / 2);
  EXPECT_TRUE(std::isnan(result->epochs.back().validation_loss));
  const auto after = Evaluate(graph, data, data.test, Preprocess(), 2, nullptr);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->count, 400);
  EXPECT_LT(after->error_percent, 3);
  EXPECT_LT(after->loss, 0.2);
}

TEST(Train, StopsSoonWhenTheLossRunsAway) {
  Graph graph = SmallNetwork();
  TrainOptions options = Options();
  options.learning_rate = 3;
  const auto result = TrainSmall(options, &graph);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.status().ToString(), testing::HasSubstr("training runs away"));
  EXPECT_THAT(result.status().ToString(), testing::HasSubstr("epoch 1, step "));
  EXPECT_THAT(result.status().ToString(), testing::HasSubstr("--gradient-clip"));
}

TEST(Train, ClippedGradientsHoldARateThatRunsAway) {
  Graph graph = SmallNetwork();
  TrainOptions options = Options();
  options.learning_rate = 3;
  options.gradient_clip = 0.01;
  const auto result = TrainSmall(options, &graph);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_LT(result->epochs.back().train_loss, result->epochs.front().train_loss);
}

TEST(Train, AdamLearnsToo) {
  Graph graph = SmallNetwork();
  TrainOptions options = Options();
  options.epochs = 6;
  options.optimizer = OptimizerKind::kAdam;
  options.learning_rate = 0.003;
  const auto result = TrainSmall(options, &graph);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_LT(result->epochs.back().train_error_percent, 15);
}

TEST(Train, IsTheSameForAnyNumberOfThreads) {
  std::vector<float> expected;
  for (int threads : {1, 2, 3}) {
    Graph graph = SmallNetwork();
    TrainOptions options = Options();
    options.threads = threads;
    options.validation = 70;
    options.augmentation.shift = 1;
    options.l1 = 1e-4;
    options.l2 = 1e-3;
    options.group_lasso = 1e-3;
    Constraints constraints;
    constraints["fc1.weight"] = MaskedWeight(3);
    const auto result = TrainSmall(options, &graph, &constraints);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    std::vector<float> got = WeightsOf(graph);
    for (const EpochRecord& r : result->epochs) {
      got.push_back(static_cast<float>(r.train_loss));
      got.push_back(static_cast<float>(r.validation_loss));
    }
    if (threads == 1) expected = got;
    EXPECT_EQ(got, expected) << threads << " threads";
  }
}

TEST(Train, FollowsTheSeed) {
  Graph first = SmallNetwork(), second = SmallNetwork();
  TrainOptions options = Options();
  ASSERT_TRUE(TrainSmall(options, &first).ok());
  options.seed = 6;
  ASSERT_TRUE(TrainSmall(options, &second).ok());
  EXPECT_NE(WeightsOf(first), WeightsOf(second));
}

// A mask holds exactly after many steps, and the latent values come back.
TEST(Train, KeepsConstraints) {
  Graph graph = SmallNetwork();
  Constraints constraints;
  constraints["fc1.weight"] = MaskedWeight(2);
  constraints["fc2.weight"] = SharedWeight({-0.5f, 0.1f, 0.4f});
  TrainOptions options = Options();
  options.epochs = 5;
  options.l2 = 1e-3;
  const auto result = TrainSmall(options, &graph, &constraints);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  const auto masked = graph.initializers.at("fc1.weight").f32();
  for (size_t i = 0; i < masked.size(); ++i) {
    if (i % 2 == 0) {
      ASSERT_EQ(masked[i], 0.0f);
    } else {
      ASSERT_NE(masked[i], 0.0f);
    }
  }
  const auto shared = graph.initializers.at("fc2.weight").f32();
  const auto& centroids = constraints["fc2.weight"].latent;
  EXPECT_NE(centroids, (std::vector<float>{-0.5f, 0.1f, 0.4f}));
  for (size_t i = 0; i < shared.size(); ++i) ASSERT_EQ(shared[i], centroids[i % 3]);
  EXPECT_LT(result->epochs.back().train_loss, result->epochs.front().train_loss);
}

// A hook sees every step and may narrow a mask: what it prunes is zero from then on.
TEST(Train, HookChangesConstraintsOnTheWay) {
  Graph graph = SmallNetwork();
  Constraints constraints;
  constraints["fc1.weight"] = MaskedWeight(1 << 20);  // only index 0
  int64_t calls = 0;
  const StepHook hook = [&](int64_t step, int64_t total, TrainingState* state) -> Status {
    EXPECT_EQ(step, calls++);
    EXPECT_EQ(total, 30);
    EXPECT_EQ(state->Latent("fc1.weight").size(), 1600u);
    EXPECT_EQ(state->Latent("fc2.bias").size(), 4u);
    EXPECT_TRUE(state->Latent("none").empty());
    if (step == 15) {
      EXPECT_NE(state->Latent("fc1.weight")[4], 0.0f);
      constraints["fc1.weight"].constraint = std::make_unique<EveryNthIsZero>(4);
      state->ConstraintChanged("fc1.weight");
      EXPECT_EQ(state->Latent("fc1.weight")[4], 0.0f);
    }
    return OkStatus();
  };
  ASSERT_TRUE(TrainSmall(Options(), &graph, &constraints, hook).ok());
  EXPECT_EQ(calls, 30);
  const auto weight = graph.initializers.at("fc1.weight").f32();
  for (size_t i = 0; i < weight.size(); i += 4) ASSERT_EQ(weight[i], 0.0f);
}

TEST(Train, HookErrorsEndTheRunAndLeaveTheGraph) {
  Graph graph = SmallNetwork();
  const std::vector<float> before = WeightsOf(graph);
  const auto result =
      TrainSmall(Options(), &graph, nullptr, [](int64_t step, int64_t, TrainingState*) {
        return step < 12 ? OkStatus() : UsageError("stop here");
      });
  EXPECT_EQ(result.status().what(), "stop here");
  EXPECT_EQ(WeightsOf(graph), before);
}

// Without dropout a run is another one; a scale set by a hook to 0 from the first step is that run.
TEST(Train, DropoutScalesMultiplyTheRatio) {
  const auto weights = [](double scale, std::map<std::string, double> scales, double hook_scale) {
    Graph graph = SmallNetwork();
    TrainOptions options = Options();
    options.epochs = 1;
    options.dropout_scale = scale;
    options.dropout_scales = std::move(scales);
    const StepHook hook = [&](int64_t, int64_t, TrainingState* state) {
      state->SetDropoutScale("drop", hook_scale);
      return OkStatus();
    };
    EXPECT_TRUE(TrainSmall(options, &graph, nullptr, hook).ok());
    return WeightsOf(graph);
  };
  const auto with = weights(1, {}, 1), without = weights(0, {}, 1), half = weights(0.5, {}, 1);
  EXPECT_NE(with, without);
  EXPECT_NE(with, half);
  EXPECT_EQ(weights(1, {{"drop", 0.0}}, 1), without);
  EXPECT_EQ(weights(1, {}, 0), without);
  EXPECT_EQ(weights(1, {{"drop", 0.5}}, 1), half);
  EXPECT_EQ(weights(2, {{"drop", 0.5}}, 0.5), half);
}

TEST(Train, KeepsTheBestEpoch) {
  Graph graph = SmallNetwork();
  TrainOptions options = Options();
  options.epochs = 6;
  options.learning_rate = 0.3;  // restless
  options.validation = 100;
  options.keep_best = true;
  const Dataset data = SyntheticImages(480, 10);
  Graph last = graph;
  const auto result = TrainSmall(options, &graph, nullptr, nullptr, data);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  double least = 1e9, least_loss = 1e9;
  int expected = 0;
  for (const EpochRecord& r : result->epochs) {
    if (r.validation_error_percent < least ||
        (r.validation_error_percent == least && r.validation_loss < least_loss)) {
      least = r.validation_error_percent;
      least_loss = r.validation_loss;
      expected = r.epoch;
    }
  }
  EXPECT_EQ(result->kept_epoch, expected);
  // A run that ends with that epoch gives the same weights.
  options.epochs = expected;
  options.keep_best = false;
  ASSERT_TRUE(TrainSmall(options, &last, nullptr, nullptr, data).ok());
  EXPECT_EQ(WeightsOf(graph), WeightsOf(last));
}

// A run that is stopped in its third epoch and resumed ends as one that was never stopped.
TEST(Train, ResumesBitForBit) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdam}) {
    const TempDir dir;
    TrainOptions options = Options();
    options.epochs = 4;
    options.optimizer = kind;
    options.learning_rate = kind == OptimizerKind::kSgd ? 0.05 : 0.003;
    options.validation = 60;
    options.keep_best = true;
    options.schedule = ScheduleKind::kCosine;
    const auto run = [&](bool resume, int64_t stop_at, Graph* graph, Constraints* constraints) {
      options.resume = resume;
      *graph = SmallNetwork();
      constraints->clear();
      (*constraints)["fc1.weight"] = MaskedWeight(3);
      (*constraints)["fc2.weight"] = SharedWeight({-0.5f, 0.1f, 0.4f});
      return TrainSmall(options, graph, constraints,
                        [&](int64_t step, int64_t, TrainingState* state) {
                          if (step == 3) state->SetDropoutScale("drop", 0.5);
                          return step == stop_at ? UsageError("killed") : OkStatus();
                        });
    };
    Graph whole, parts;
    Constraints whole_constraints, part_constraints;
    const auto expected = run(false, -1, &whole, &whole_constraints);
    ASSERT_TRUE(expected.ok()) << expected.status().ToString();

    options.checkpoint = dir.File("state");
    EXPECT_EQ(run(true, 20, &parts, &part_constraints).status().what(), "killed");
    options.threads = 1;  // may change
    const auto resumed = run(true, -1, &parts, &part_constraints);
    ASSERT_TRUE(resumed.ok()) << resumed.status().ToString();
    EXPECT_EQ(WeightsOf(parts), WeightsOf(whole));
    EXPECT_EQ(part_constraints["fc1.weight"].latent, whole_constraints["fc1.weight"].latent);
    EXPECT_EQ(part_constraints["fc2.weight"].latent, whole_constraints["fc2.weight"].latent);
    EXPECT_EQ(resumed->kept_epoch, expected->kept_epoch);
    ASSERT_EQ(resumed->epochs.size(), expected->epochs.size());
    for (size_t i = 0; i < expected->epochs.size(); ++i) {
      EXPECT_EQ(resumed->epochs[i].train_loss, expected->epochs[i].train_loss);
      EXPECT_EQ(resumed->epochs[i].validation_loss, expected->epochs[i].validation_loss);
    }
    // A run that is done is not run again.
    const auto again = run(true, 0, &parts, &part_constraints);
    ASSERT_TRUE(again.ok()) << again.status().ToString();
    EXPECT_EQ(WeightsOf(parts), WeightsOf(whole));
  }
}

TEST(Train, RefusesACheckpointOfAnotherRun) {
  const TempDir dir;
  TrainOptions options = Options();
  options.epochs = 1;
  options.checkpoint = dir.File("state");
  Graph graph = SmallNetwork();
  ASSERT_TRUE(TrainSmall(options, &graph).ok());

  options.resume = true;
  graph = SmallNetwork();
  options.learning_rate = 0.01;
  const auto other_rate = TrainSmall(options, &graph);
  EXPECT_EQ(other_rate.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(other_rate.status().ToString(), HasSubstr("learning_rate"));
  EXPECT_THAT(other_rate.status().ToString(), HasSubstr(options.checkpoint));

  options.learning_rate = Options().learning_rate;
  graph.initializers["fc2.weight"].f32()[0] += 1;
  const auto other_model = TrainSmall(options, &graph);
  EXPECT_THAT(other_model.status().ToString(), HasSubstr("initial weights"));

  ASSERT_TRUE(WriteFileAtomic(options.checkpoint, std::string("not a checkpoint")).ok());
  graph = SmallNetwork();
  const auto damaged = TrainSmall(options, &graph);
  EXPECT_EQ(damaged.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(damaged.status().ToString(), HasSubstr("damaged"));
}

TEST(Train, WritesALogRowAnEpoch) {
  const TempDir dir;
  TrainOptions options = Options();
  options.epochs = 2;
  options.log_csv = dir.File("log.csv");
  options.plot_svg = dir.File("log.svg");
  Graph graph = SmallNetwork();
  ASSERT_TRUE(TrainSmall(options, &graph).ok());
  const auto file = ReadFile(options.log_csv);
  ASSERT_TRUE(file.ok());
  const std::string text(file->begin(), file->end());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_THAT(text, HasSubstr("epoch,learning_rate,train_loss,train_error_percent,"
                              "validation_loss,validation_error_percent,seconds\n1,0.05,"));
  const auto chart = ReadFile(options.plot_svg);
  ASSERT_TRUE(chart.ok());
  EXPECT_THAT(std::string(chart->begin(), chart->end()), HasSubstr("<polyline class='train'"));
}

TEST(Train, NoEpochsProjectsOnly) {
  Graph graph = SmallNetwork();
  const std::vector<float> before = WeightsOf(graph);
  TrainOptions options = Options();
  options.epochs = 0;
  const auto result = TrainSmall(options, &graph);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_TRUE(result->epochs.empty());
  EXPECT_EQ(WeightsOf(graph), before);
}

class RecordingProgress : public Progress {
 public:
  void Begin(const std::string& name, int64_t total) override {
    calls.push_back(name + " " + std::to_string(total));
  }
  void Advance(int64_t done, const std::string& note) override {
    EXPECT_GT(done, last_done);
    last_done = done;
    last_note = note;
  }
  void End(const std::string& summary) override { calls.push_back("end " + summary); }
  void Note(const std::string& text) override { notes.push_back(text); }

  std::vector<std::string> calls, notes;
  int64_t last_done = 0;
  std::string last_note;
};

TEST(Train, SaysWhenTheRateUndoesWhatWasLearned) {
  Graph learned = SmallNetwork();
  TrainOptions options = Options();
  options.epochs = 12;
  options.dropout_scale = 0;
  Dataset data = SyntheticImages(480, 1);
  // Some labels are wrong, so that the loss is not zero.
  for (size_t i = 0; i < data.train.labels.size(); i += 10) {
    data.train.labels[i] = (data.train.labels[i] + 1) % 4;
  }
  ASSERT_TRUE(TrainSmall(options, &learned, nullptr, nullptr, data).ok());
  options.epochs = 6;  // of ten steps
  const auto notes_at = [&](double rate) {
    Graph graph = learned;
    options.learning_rate = rate;
    RecordingProgress progress;
    EXPECT_TRUE(Train(&graph, data, Preprocess(), options, nullptr, nullptr, &progress).ok());
    return progress.notes;
  };
  EXPECT_THAT(notes_at(0.0005), ::testing::IsEmpty());
  EXPECT_THAT(notes_at(0.7), ::testing::ElementsAre(HasSubstr("is being undone")));
}

TEST(Train, ReportsProgress) {
  Graph graph = SmallNetwork();
  TrainOptions options = Options();
  options.validation = 50;
  RecordingProgress progress;
  ASSERT_TRUE(
      Train(&graph, SyntheticImages(480, 1), Preprocess(), options, nullptr, nullptr, &progress)
          .ok());
  EXPECT_THAT(progress.calls, ::testing::ElementsAre("train 24", "end kept epoch 3"));
  EXPECT_EQ(progress.last_done, 24);
  EXPECT_THAT(
      progress.last_note,
      ::testing::MatchesRegex("epoch 3/3  loss [0-9.]+  error [0-9.]+ %  validation [0-9.]+ %"));
}

TEST(Train, SaysWhereTheLossWasLost) {
  Graph graph = SmallNetwork();
  const std::vector<float> before = WeightsOf(graph);
  TrainOptions options = Options();
  options.learning_rate = 1e20;
  const auto result = TrainSmall(options, &graph);
  EXPECT_EQ(result.status().code(), StatusCode::kUsage);
  EXPECT_THAT(
      result.status().ToString(),
      ::testing::MatchesRegex("training ran out of the range of float32: .*"
                              "\\(epoch 1, step [0-9]+\\): .*--learning-rate than 1e.20.*"));
  EXPECT_EQ(WeightsOf(graph), before);

  // Not the fault of training.
  Graph huge = graph;
  for (float& v : huge.initializers.at("fc2.weight").f32()) v = std::copysign(3e38f, v);
  EXPECT_THAT(TrainSmall(Options(), &huge).status().ToString(),
              ::testing::MatchesRegex(".*before anything was trained \\(epoch 1, step 1\\): .*"));
  const std::string first = graph.initializers.begin()->first;
  graph.initializers[first].f32()[0] = std::nanf("");
  const auto given = TrainSmall(Options(), &graph);
  EXPECT_EQ(given.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(given.status().ToString(), ::testing::HasSubstr("\"" + first + "\""));
}

TEST(Train, RefusesImpossibleOptions) {
  const auto error = [](const std::function<void(TrainOptions*)>& change) {
    TrainOptions options = Options();
    change(&options);
    Graph graph = SmallNetwork();
    const auto result = TrainSmall(options, &graph);
    EXPECT_EQ(result.status().code(), StatusCode::kUsage) << result.status().ToString();
    return result.status().ToString();
  };
  EXPECT_THAT(error([](auto* o) { o->keep_best = true; }), HasSubstr("keep_best"));
  EXPECT_THAT(error([](auto* o) { o->batch_size = 481; }), HasSubstr("480"));
  EXPECT_THAT(error([](auto* o) { o->batch_size = 0; }), HasSubstr("batch_size is 0"));
  EXPECT_THAT(error([](auto* o) { o->epochs = -1; }), HasSubstr("epochs is -1"));
  EXPECT_THAT(error([](auto* o) { o->learning_rate = 0; }), HasSubstr("learning_rate"));
  EXPECT_THAT(error([](auto* o) { o->learning_rate = NAN; }), HasSubstr("learning_rate"));
  EXPECT_THAT(error([](auto* o) { o->momentum = 1; }), HasSubstr("momentum"));
  EXPECT_THAT(error([](auto* o) { o->l2 = -1; }), HasSubstr("l2"));
  EXPECT_THAT(error([](auto* o) { o->label_smoothing = 1; }), HasSubstr("label_smoothing"));
  EXPECT_THAT(error([](auto* o) { o->validation = 480; }), HasSubstr("validation"));
  EXPECT_THAT(error([](auto* o) { o->step_epochs = 0; }), HasSubstr("step_epochs"));
  EXPECT_THAT(error([](auto* o) { o->dropout_scale = -1; }), HasSubstr("dropout_scale"));
  EXPECT_THAT(error([](auto* o) { o->dropout_scales["drop"] = -2; }), HasSubstr("drop"));
  EXPECT_THAT(error([](auto* o) { o->resume = true; }), HasSubstr("checkpoint"));
}

}  // namespace
}  // namespace dc::train
