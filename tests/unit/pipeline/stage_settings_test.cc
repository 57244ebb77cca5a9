#include "pipeline/stage_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace dc {
namespace {

using testing::HasSubstr;

TEST(StageSettings, WithoutFlagsTheOptionsAreThoseOfTheLibrary) {
  const auto train = TrainOptionsOf({}, 7);
  ASSERT_TRUE(train.ok()) << train.status().ToString();
  TrainOptions defaults;
  EXPECT_EQ(train->seed, 7u);
  EXPECT_EQ(SettingsText(*train), "");
  EXPECT_EQ(SettingsText(defaults), "");
  EXPECT_EQ(train->epochs, defaults.epochs);
  const auto prune = PruneStepOf({}, 7);
  ASSERT_TRUE(prune.ok());
  EXPECT_EQ(SettingsText(PruneOptions(), prune->retrain), "");
  EXPECT_EQ(prune->retrain.epochs, 0);
  EXPECT_EQ(prune->retrain.learning_rate, 0.01);
  EXPECT_TRUE(prune->options.remove_dead_neurons);
  const auto quantize = QuantizeStepOf({}, 7);
  ASSERT_TRUE(quantize.ok());
  EXPECT_EQ(SettingsText(QuantizeOptions(), quantize->fine_tune), "");
  EXPECT_EQ(quantize->fine_tune.epochs, 0);
  EXPECT_EQ(quantize->fine_tune.learning_rate, 0.0002);
  EXPECT_EQ(quantize->options.seed, 7u);
  const auto encode = EncodeOptionsOf({});
  ASSERT_TRUE(encode.ok());
  EXPECT_EQ(encode->coder, EncodeOptions().coder);
  EXPECT_EQ(encode->codebook_type, EncodeOptions().codebook_type);
  EXPECT_EQ(encode->bias_bits, EncodeOptions().bias_bits);
  EXPECT_FALSE(encode->keep_names);
}

TEST(StageSettings, FlagsReachTheirOptionsAndAreRecorded) {
  const auto prune = PruneStepOf({{"amounts", "conv=0.5"},
                                  {"schedule", "gradual"},
                                  {"keep-dead-neurons", "true"},
                                  {"epochs", "3"},
                                  {"lr-schedule", "cosine"},
                                  {"learning-rate", "1e-3"},
                                  {"augment-flip", "true"},
                                  {"keep", "last"}},
                                 1);
  ASSERT_TRUE(prune.ok()) << prune.status().ToString();
  EXPECT_EQ(prune->options.schedule, PruneScheduleKind::kGradual);
  EXPECT_FALSE(prune->options.remove_dead_neurons);
  EXPECT_EQ(prune->retrain.schedule, ScheduleKind::kCosine);
  EXPECT_EQ(prune->retrain.learning_rate, 0.001);
  EXPECT_TRUE(prune->retrain.augmentation.flip);
  EXPECT_EQ(SettingsText(prune->options, prune->retrain),
            "amounts=conv=0.5 schedule=gradual remove_dead_neurons=false retrain.epochs=3 "
            "retrain.learning_rate=0.001 retrain.schedule=cosine retrain.augment_flip=true");
}

// The values of a choice stand in the order of its enumeration.
TEST(StageSettings, EveryValueOfAChoiceIsItsEnumerator) {
  const auto train = [](const char* flag, const char* value) {
    return *TrainOptionsOf({{flag, value}, {"validation", "5"}}, 1);
  };
  EXPECT_EQ(train("optimizer", "sgd").optimizer, OptimizerKind::kSgd);
  EXPECT_EQ(train("optimizer", "adam").optimizer, OptimizerKind::kAdam);
  EXPECT_EQ(train("lr-schedule", "constant").schedule, ScheduleKind::kConstant);
  EXPECT_EQ(train("lr-schedule", "step").schedule, ScheduleKind::kStep);
  EXPECT_EQ(train("lr-schedule", "exponential").schedule, ScheduleKind::kExponential);
  EXPECT_EQ(train("lr-schedule", "cosine").schedule, ScheduleKind::kCosine);
  EXPECT_FALSE(train("keep", "last").keep_best);
  EXPECT_TRUE(train("keep", "best").keep_best);
  const auto prune = [](const char* flag, const char* value) {
    return PruneStepOf({{flag, value}, {"epochs", "1"}}, 1)->options;
  };
  EXPECT_EQ(prune("criterion", "density").criterion, PruneCriterion::kDensity);
  EXPECT_EQ(prune("criterion", "threshold").criterion, PruneCriterion::kThreshold);
  EXPECT_EQ(prune("criterion", "global").criterion, PruneCriterion::kGlobalDensity);
  EXPECT_EQ(prune("schedule", "one-shot").schedule, PruneScheduleKind::kOneShot);
  EXPECT_EQ(prune("schedule", "iterative").schedule, PruneScheduleKind::kIterative);
  EXPECT_EQ(prune("schedule", "gradual").schedule, PruneScheduleKind::kGradual);
  EXPECT_EQ(PruneStepOf({}, 1)->options.criterion, PruneOptions().criterion);
}

TEST(StageSettings, EveryFlagHasHelpAndANameOfItsOwn) {
  for (const StageKind stage :
       {StageKind::kTrain, StageKind::kPrune, StageKind::kQuantize, StageKind::kEncode}) {
    std::set<std::string> names;
    for (const SettingFlag& flag : FlagsOf(stage)) {
      EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
      EXPECT_FALSE(flag.help.empty()) << flag.name;
    }
    EXPECT_GE(names.size(), 6u);
  }
  EXPECT_EQ(FlagsOf(StageKind::kTrain)[0].initial, "10");
}

// A value that is not allowed is an error that names the flag and what is allowed.
TEST(StageSettings, ValuesAreCheckedWithTheNameOfTheirFlag) {
  struct Case {
    StageKind stage;
    const char *flag, *value, *allowed;
  };
  for (const Case& c : {
           Case{StageKind::kTrain, "epochs", "-1", "at least 0"},
           Case{StageKind::kTrain, "epochs", "2.5", "whole number"},
           Case{StageKind::kTrain, "epochs", "many", "whole number"},
           Case{StageKind::kTrain, "batch-size", "0", "at least 1"},
           Case{StageKind::kTrain, "learning-rate", "nan", "above 0"},
           Case{StageKind::kTrain, "learning-rate", "inf", "finite"},
           Case{StageKind::kTrain, "learning-rate", "0", "above 0"},
           Case{StageKind::kTrain, "momentum", "1", "below 1"},
           Case{StageKind::kTrain, "optimizer", "lion", "use one of: sgd, adam"},
           Case{StageKind::kTrain, "lr-schedule", "spiral", "cosine"},
           Case{StageKind::kTrain, "keep", "best", "--validation"},
           Case{StageKind::kPrune, "criterion", "x", "global"},
           Case{StageKind::kPrune, "amounts", "fc=0", "above 0"},
           Case{StageKind::kPrune, "amounts", "fc=1.5", "up to 1"},
           Case{StageKind::kPrune, "amounts", "fc=nan", "at least 0"},
           Case{StageKind::kPrune, "global-density", "0", "above 0"},
           Case{StageKind::kPrune, "ramp", "2", "at most 1"},
           Case{StageKind::kPrune, "steps", "0", "at least 1"},
           Case{StageKind::kQuantize, "bits", "17", "1 to 16 bits"},
           Case{StageKind::kQuantize, "bits", "conv=8,fc=2.5", "whole number"},
           Case{StageKind::kQuantize, "epochs", "-3", "at least 0"},
           Case{StageKind::kEncode, "coder", "zip", "huffman"},
           Case{StageKind::kEncode, "gap-bits", "0", "auto"},
           Case{StageKind::kEncode, "gap-bits", "fc=17", "auto"},
           Case{StageKind::kEncode, "order", "fc=diagonal", "column"},
           Case{StageKind::kEncode, "codebook-type", "f8", "f16"},
           Case{StageKind::kEncode, "bias-bits", "17", "at most 16"},
       }) {
    const FlagValues values = {{c.flag, c.value}};
    Status status;
    if (c.stage == StageKind::kTrain) status = TrainOptionsOf(values, 1).status();
    if (c.stage == StageKind::kPrune) status = PruneStepOf(values, 1).status();
    if (c.stage == StageKind::kQuantize) status = QuantizeStepOf(values, 1).status();
    if (c.stage == StageKind::kEncode) status = EncodeOptionsOf(values).status();
    EXPECT_EQ(status.code(), StatusCode::kUsage) << c.flag << " " << c.value;
    EXPECT_THAT(status.ToString(), HasSubstr(std::string("--") + c.flag)) << c.value;
    EXPECT_THAT(status.ToString(), HasSubstr(c.allowed)) << c.flag << " " << c.value;
  }
  const std::string policy = QuantizeStepOf({{"policy", "median"}}, 1).status().ToString();
  EXPECT_THAT(policy, HasSubstr("--policy"));
  EXPECT_THAT(policy, HasSubstr("kmeans"));
  const std::string init = QuantizeStepOf({{"init", "middle"}}, 1).status().ToString();
  EXPECT_THAT(init, HasSubstr("--init"));
  EXPECT_THAT(init, HasSubstr("linear"));
  EXPECT_EQ(PruneStepOf({{"schedule", "gradual"}}, 1).status().code(), StatusCode::kUsage);
  EXPECT_TRUE(PruneStepOf({{"criterion", "threshold"}, {"amounts", "fc=1.5"}}, 1).ok());
}

TEST(StageSettings, NoiseIsRefusedWhereItCannotBeLearned) {
  using Flags = FlagValues;
  const Flags good = {{"importance", "variational"},
                      {"criterion", "threshold"},
                      {"amounts", "*=3"},
                      {"schedule", "gradual"},
                      {"epochs", "4"},
                      {"optimizer", "adam"}};
  const auto with = [&](const Flags& more) {
    Flags flags = good;
    for (const auto& [flag, value] : more) {
      std::erase_if(flags, [&](const auto& old) { return old.first == flag; });
      if (!value.empty()) flags.emplace_back(flag, value);
    }
    return PruneStepOf(flags, 1).status().ToString();
  };
  EXPECT_EQ(with({}), OkStatus().ToString());
  EXPECT_EQ(with({{"criterion", "global"}, {"amounts", ""}}), OkStatus().ToString());
  EXPECT_THAT(with({{"epochs", ""}, {"schedule", ""}}), HasSubstr("--epochs"));
  EXPECT_THAT(with({{"schedule", "one-shot"}}), HasSubstr("--schedule gradual"));
  EXPECT_THAT(with({{"ramp", "1"}}), HasSubstr("--ramp"));
  EXPECT_THAT(with({{"optimizer", "sgd"}}), HasSubstr("--optimizer adam"));
  EXPECT_THAT(with({{"splice", "0.1"}}), HasSubstr("--splice"));
  EXPECT_THAT(with({{"kl-weight", "0"}}), HasSubstr("--kl-weight"));
}

TEST(StageSettings, GroupsNeedRealWeights) {
  using Flags = FlagValues;
  const Flags tuned = {{"epochs", "2"}, {"group-lasso", "0.001"}};
  Flags rate = tuned, method = tuned;
  rate.emplace_back("lambda", "0.1");
  method.emplace_back("method", "lsq");
  EXPECT_TRUE(QuantizeStepOf(rate, 1).ok());
  EXPECT_THAT(QuantizeStepOf(tuned, 1).status().ToString(), HasSubstr("--group-lasso"));
  EXPECT_THAT(QuantizeStepOf(method, 1).status().ToString(), HasSubstr("--group-lasso"));
}

}  // namespace
}  // namespace dc
