#include "dc/layer_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dc {
namespace {

using testing::HasSubstr;

WeightRef Weight(const std::string& name, LayerKind kind) {
  WeightRef weight;
  weight.name = name;
  weight.kind = kind;
  return weight;
}

const WeightRef kConv1 = Weight("conv1.weight", LayerKind::kConv);
const WeightRef kFc1 = Weight("fc1.weight", LayerKind::kFullyConnected);

LayerSettings Parsed(const std::string& text) {
  auto settings = LayerSettings::Parse(text);
  EXPECT_TRUE(settings.ok()) << settings.status().ToString();
  return settings.ok() ? *settings : LayerSettings();
}

TEST(LayerSettingsTest, TheMostSpecificKeyWins) {
  const LayerSettings settings = Parsed("fc1.weight=6,conv=8,*=4");
  EXPECT_EQ(settings.Text(kConv1, "none"), "8");
  EXPECT_EQ(settings.Text(kFc1, "none"), "6");
  EXPECT_EQ(settings.Text(Weight("fc2.weight", LayerKind::kFullyConnected), "none"), "4");
  EXPECT_EQ(Parsed("conv=8").Text(kFc1, "none"), "none");
}

TEST(LayerSettingsTest, ABareValueIsForEveryLayer) {
  EXPECT_EQ(Parsed("5").Text(kConv1, ""), "5");
  EXPECT_EQ(Parsed(" conv = 8 , 5 ").Text(kFc1, ""), "5");
  EXPECT_EQ(Parsed("5").ToString(), "*=5");
}

TEST(LayerSettingsTest, TextRoundTripsInOrder) {
  const std::string text = "fc=5,conv=8,a/b:0=3";
  EXPECT_EQ(Parsed(text).ToString(), text);
  EXPECT_TRUE(Parsed("").empty());
  EXPECT_EQ(Parsed("").ToString(), "");
}

TEST(LayerSettingsTest, NamesMayHoldEqualSigns) {
  const LayerSettings settings = Parsed("w=1=7");
  EXPECT_EQ(settings.Text(Weight("w=1", LayerKind::kConv), ""), "7");
}

TEST(LayerSettingsTest, RefusesEmptyPartsAndDuplicates) {
  for (const char* text : {"conv=", "=5", "conv=8,,fc=5", ",", "conv=8,", "conv=8,conv=7", "5,6"}) {
    const auto settings = LayerSettings::Parse(text);
    ASSERT_FALSE(settings.ok()) << text;
    EXPECT_EQ(settings.status().code(), StatusCode::kUsage);
  }
}

TEST(LayerSettingsTest, SetReplacesOrAppends) {
  LayerSettings settings = Parsed("conv=8,fc=5");
  settings.Set("conv", "7");
  settings.Set("fc1.weight", "3");
  EXPECT_EQ(settings.ToString(), "conv=7,fc=5,fc1.weight=3");
}

TEST(LayerSettingsTest, NumbersAreCheckedWhole) {
  EXPECT_EQ(*Parsed("conv=0.25").Number(kConv1, 1), 0.25);
  EXPECT_EQ(*Parsed("conv=-1e-3").Number(kConv1, 1), -1e-3);
  EXPECT_EQ(*Parsed("conv=0.25").Number(kFc1, 1), 1);
  for (const char* text : {"auto", "5x", "nan", "inf", "1e999"}) {
    const auto number = Parsed(text).Number(kFc1, 1);
    ASSERT_FALSE(number.ok()) << text;
    EXPECT_EQ(number.status().code(), StatusCode::kUsage);
    EXPECT_THAT(number.status().ToString(), HasSubstr("fc1.weight"));
  }
}

TEST(LayerSettingsTest, MisspeltLayersAreNamed) {
  const std::vector<WeightRef> weights = {kConv1, kFc1};
  EXPECT_TRUE(Parsed("conv=8,fc=5,*=2,fc1.weight=3").CheckKeys(weights).ok());
  const Status status = Parsed("fc=5,fc1.wieght=3").CheckKeys(weights);
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_THAT(status.ToString(), HasSubstr("'fc1.wieght'"));
  EXPECT_THAT(status.ToString(), HasSubstr("conv1.weight, fc1.weight"));
}

}  // namespace
}  // namespace dc
