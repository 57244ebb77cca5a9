#include "dc/recipe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "dc/files.h"

namespace dc {
namespace {

class RecipeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/dc_recipe_XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/recipe.textproto";
  }
  void TearDown() override {
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }
  StatusOr<Recipe> Load(const std::string& text, const std::vector<std::string>& overrides = {}) {
    EXPECT_TRUE(WriteFileAtomic(path_, text).ok());
    return LoadRecipe(path_, overrides);
  }
  std::string folder_, path_;
};

constexpr char kFull[] = R"(
  name: "n" model: "net.onnx" seed: 9
  input { scale: 0.5 mean: 1 mean: 2 deviation: 3 layout: "nhwc" channels: "bgr" }
  train { epochs: 3 optimizer: "adam" learning_rate: 0.25 schedule: "cosine" keep: "best" validation: 7 }
  prune { criterion: "threshold" amounts: "conv=1.5" schedule: "iterative" steps: 4
          retrain { epochs: 8 batch_size: 16 } }
  quantize { policy: "fc=ternary" bits: "conv=8" init: "exact" fine_tune { l2: 0.125 } }
  encode { gap_bits: "fc=5" coder: "context" bias_bits: 6 codebook_type: "f16" keep_names: true }
  goal { max_error_percent: 1.5 min_ratio: 40 }
)";

TEST_F(RecipeTest, EveryFieldArrives) {
  const auto recipe = Load(kFull);
  ASSERT_TRUE(recipe.ok()) << recipe.status().ToString();
  EXPECT_EQ(recipe->model_path, folder_ + "/net.onnx");
  EXPECT_EQ(recipe->seed, 9u);
  EXPECT_EQ(recipe->preprocess.scale, 0.5f);
  EXPECT_EQ(recipe->preprocess.mean, (std::vector<float>{1, 2}));
  EXPECT_TRUE(recipe->preprocess.channels_last);
  EXPECT_TRUE(recipe->preprocess.reverse_channels);
  ASSERT_TRUE(recipe->train.has_value());
  EXPECT_EQ(recipe->train->epochs, 3);
  EXPECT_EQ(recipe->train->seed, 9u);
  EXPECT_EQ(recipe->train->optimizer, OptimizerKind::kAdam);
  EXPECT_EQ(recipe->train->schedule, ScheduleKind::kCosine);
  EXPECT_TRUE(recipe->train->keep_best);
  EXPECT_EQ(recipe->train->validation, 7);
  EXPECT_EQ(recipe->train->momentum, TrainOptions().momentum);
  ASSERT_TRUE(recipe->prune.has_value());
  EXPECT_EQ(recipe->prune->options.criterion, PruneCriterion::kThreshold);
  EXPECT_EQ(recipe->prune->options.schedule, PruneScheduleKind::kIterative);
  EXPECT_EQ(recipe->prune->options.steps, 4);
  EXPECT_EQ(recipe->prune->retrain.epochs, 8);
  EXPECT_EQ(recipe->prune->retrain.batch_size, 16);
  ASSERT_TRUE(recipe->quantize.has_value());
  EXPECT_EQ(recipe->quantize->options.policy_settings.at("init"), "exact");
  EXPECT_EQ(recipe->quantize->options.policy.ToString(), "fc=ternary");
  EXPECT_EQ(recipe->quantize->fine_tune.epochs, 0);
  EXPECT_EQ(recipe->quantize->fine_tune.learning_rate, 0.0002);
  EXPECT_EQ(recipe->quantize->fine_tune.l2, 0.125);
  EXPECT_EQ(recipe->encode.coder, "context");
  EXPECT_EQ(recipe->encode.bias_bits, 6);
  EXPECT_EQ(recipe->encode.codebook_type, "f16");
  EXPECT_EQ(recipe->min_ratio, 40);
  EXPECT_EQ(recipe->max_error_percent, 1.5);
  EXPECT_FALSE(recipe->max_error_increase.has_value());
}

TEST_F(RecipeTest, StagesThatAreNotNamedAreLeftOut) {
  const auto recipe = Load("model: \"m.onnx\"");
  ASSERT_TRUE(recipe.ok());
  EXPECT_FALSE(recipe->train.has_value());
  EXPECT_FALSE(recipe->prune.has_value());
  EXPECT_FALSE(recipe->quantize.has_value());
}

TEST_F(RecipeTest, OverridesReachNestedFieldsOfEveryType) {
  const auto recipe = Load(kFull, {"prune.retrain.epochs=2", "quantize.bits=5", "encode.coder=auto",
                                   "train.learning_rate=1e-3", "quantize.policy=fc=kmeans"});
  ASSERT_TRUE(recipe.ok()) << recipe.status().ToString();
  EXPECT_EQ(recipe->prune->retrain.epochs, 2);
  EXPECT_EQ(recipe->quantize->options.bits.ToString(), LayerSettings::Parse("5")->ToString());
  EXPECT_EQ(recipe->encode.coder, "auto");
  EXPECT_EQ(recipe->train->learning_rate, 1e-3);
  EXPECT_EQ(recipe->quantize->options.policy.ToString(), "fc=kmeans");
}

TEST_F(RecipeTest, TheTextOfAStageChangesExactlyWhenItsSettingsDo) {
  const auto base = Load(kFull), same = Load(std::string("# a remark\n") + kFull);
  const auto other = Load(kFull, {"prune.steps=5"});
  ASSERT_TRUE(base.ok() && same.ok() && other.ok());
  EXPECT_EQ(base->prune_text, same->prune_text);
  EXPECT_EQ(base->train_text, other->train_text);
  EXPECT_NE(base->prune_text, other->prune_text);
}

TEST_F(RecipeTest, MistakesAreNamed) {
  EXPECT_EQ(Load("modle: \"x\"").status().code(), StatusCode::kBadInput);
  EXPECT_NE(Load("model: \"x\"\ntrain { epochs: \"three\" }").status().ToString().find("line 2"),
            std::string::npos);
  for (const char* bad :
       {"train { optimizer: \"lion\" }", "train { schedule: \"x\" }", "prune { criterion: \"x\" }",
        "prune { schedule: \"x\" }", "quantize { init: \"x\" }", "input { layout: \"x\" }",
        "train { keep: \"x\" }"}) {
    const auto recipe = Load(std::string("model: \"m\" ") + bad);
    EXPECT_EQ(recipe.status().code(), StatusCode::kUsage) << bad;
    EXPECT_NE(recipe.status().ToString().find("use one of"), std::string::npos) << bad;
  }
  EXPECT_EQ(Load(kFull, {"prune.steps"}).status().code(), StatusCode::kUsage);
  EXPECT_EQ(Load(kFull, {"prune.stairs=3"}).status().code(), StatusCode::kUsage);
  EXPECT_EQ(LoadRecipe(folder_ + "/none", {}).status().code(), StatusCode::kIo);
}

}  // namespace
}  // namespace dc
