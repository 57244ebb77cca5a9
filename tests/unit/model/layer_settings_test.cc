#include "dc/layer_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/quantized_weight.h"
#include "unit/model/small_graphs.h"

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

TEST(LayerSettingsTest, SetReplacesOrAppendsAName) {
  LayerSettings settings = Parsed("conv=8,fc1.weight=5");
  settings.SetName("conv", "7");
  settings.SetName("fc1.weight", "3");
  EXPECT_EQ(settings.ToString(), "conv=8,fc1.weight=3,\"conv\"=7");
}

TEST(LayerSettingsTest, PatternsStandBetweenNamesAndKinds) {
  const LayerSettings settings = Parsed("fc=5,*=1,fc*=6,fc?.wei*=7,fc2.weight=8");
  const auto text = [&](const std::string& name) {
    return settings.Text(Weight(name, LayerKind::kFullyConnected), "");
  };
  EXPECT_EQ(text("head"), "5");
  EXPECT_EQ(text("fc.weight"), "6");
  EXPECT_EQ(text("fc1.weight"), "7");
  EXPECT_EQ(text("fc2.weight"), "8");
  EXPECT_EQ(settings.Text(kConv1, ""), "1");
}

TEST(LayerSettingsTest, PatternsMatchWholeNames) {
  struct Case {
    const char *pattern, *name;
    bool matches;
  };
  for (const Case& c :
       {Case{"a*c", "abc", true}, Case{"a*c", "ac", true}, Case{"a*c", "acd", false},
        Case{"*a*b*", "xxaxxbxx", true}, Case{"*a*b*", "ba", false}, Case{"a?c", "ac", false},
        Case{"a?", "ab", true}, Case{"?*", "", false}, Case{"a*ab", "aaab", true},
        Case{"**", "x", true}}) {
    const LayerSettings settings = Parsed(std::string(c.pattern) + "=1");
    EXPECT_EQ(settings.Text(Weight(c.name, LayerKind::kConv), "none") == "1", c.matches)
        << c.pattern << " " << c.name;
  }
}

// Each way of writing a name chooses it and nothing else, and ToString gives one of them.
TEST(LayerSettingsTest, EveryNameCanBeWritten) {
  struct Case {
    std::string name, written;
  };
  for (const Case& c : {Case{"block/attn, q/weight", R"("block/attn, q/weight")"},
                        Case{"block/attn, q/weight", R"(block/attn\, q/weight)"},
                        Case{"a\"b", R"(a"b)"},
                        Case{"a\"b", R"("a\"b")"},
                        Case{"\"w\"", R"(\"w\")"},
                        Case{"\"w\"", R"("\"w\"")"},
                        Case{" w ", R"(" w ")"},
                        Case{" w ", R"(\ w\ )"},
                        Case{R"(a\b)", R"(a\b)"},
                        Case{R"(a\b)", R"(a\\b)"},
                        Case{R"(a\b)", R"("a\\b")"},
                        Case{"w\\", R"(w\\)"},
                        Case{"conv", R"("conv")"},
                        Case{"*", R"("*")"},
                        Case{"*", R"(\*)"},
                        Case{"a*b", R"(a\*b)"},
                        Case{"x=1", "x=1"},
                        Case{"x=", R"("x=")"},
                        Case{"x=", R"(x\=)"},
                        Case{"it's", "it's"}}) {
    SCOPED_TRACE(c.written);
    LayerSettings settings = Parsed("*=4," + c.written + "=2,fc=3");
    for (int round = 0; round < 2; ++round) {
      EXPECT_EQ(settings.Text(Weight(c.name, LayerKind::kConv), ""), "2");
      EXPECT_EQ(settings.Text(Weight("other", LayerKind::kConv), ""), "4");
      EXPECT_EQ(settings.Text(Weight("axb", LayerKind::kFullyConnected), ""), "3");
      settings = Parsed(settings.ToString());
    }
  }
}

TEST(LayerSettingsTest, RefusesQuotesThatDoNotEndOrAreFollowedByMore) {
  for (const char* text : {R"("w=3)", R"("w"x=3)", R"("w")", R"(""=3)", R"("a"=1,"a"=2)"}) {
    EXPECT_EQ(LayerSettings::Parse(text).status().code(), StatusCode::kUsage) << text;
  }
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

// x -> Conv(conv1.weight) -> Einsum(up.weight) -> Flatten -> Gemm(fc1.weight, fc1.bias)
Graph LayeredGraph() {
  Graph graph;
  graph.initializers["conv1.weight"] = Counting({2, 1, 3, 3});
  graph.initializers["up.weight"] = Counting({2, 2, 4, 4});
  graph.initializers["fc1.weight"] = Counting({3, 8});
  graph.initializers["fc1.bias"] = Counting({3});
  graph.nodes = {
      MakeNode("Conv", {"x", "conv1.weight"}, {"c"}), MakeNode("Einsum", {"c", "up.weight"}, {"u"}),
      MakeNode("Flatten", {"u"}, {"f"}),
      MakeNode("Gemm", {"f", "fc1.weight", "fc1.bias"}, {"y"}, {{"transB", int64_t{1}}})};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 3}}};
  return graph;
}

TEST(LayerSettingsTest, WhatChoosesNoLayerIsNamedWithTheReason) {
  const Graph graph = LayeredGraph();
  EXPECT_TRUE(Parsed("conv=8,fc=5,*=2,fc1.weight=3,*1.weight=4").CheckKeys(graph).ok());
  const auto error = [](const Graph& of, const std::string& text) {
    const Status status = Parsed(text).CheckKeys(of);
    EXPECT_EQ(status.code(), StatusCode::kUsage);
    return status.ToString();
  };
  EXPECT_THAT(error(graph, "fc=5,fc1.wieght=3"), HasSubstr("no layer is called 'fc1.wieght'"));
  EXPECT_THAT(error(graph, "fc=5,fc1.wieght=3"), HasSubstr("conv1.weight, fc1.weight"));
  EXPECT_THAT(error(graph, "block*=3"), HasSubstr("matches 'block*'"));
  EXPECT_THAT(error(graph, "up.weight=3"), HasSubstr("Einsum"));
  EXPECT_THAT(error(graph, "up*=3"), HasSubstr("Einsum"));
  EXPECT_THAT(error(graph, "fc1.bias=3"), HasSubstr("a constant of Gemm"));
  EXPECT_THAT(error(graph, "u=3"), HasSubstr("Einsum computes"));
  Graph fully_connected = GemmGraph();
  EXPECT_THAT(error(fully_connected, "conv=3"), HasSubstr("no layer is a convolution"));
  EXPECT_THAT(error(fully_connected, "conv=3"), HasSubstr("one of: w"));
  EXPECT_TRUE(Parsed("fc=3").CheckKeys(fully_connected).ok());
  fully_connected.initializers["fc"] = Counting({2, 2});
  fully_connected.nodes.push_back(MakeNode("Gemm", {"y", "fc"}, {"z"}));
  EXPECT_THAT(error(fully_connected, "fc=3"), HasSubstr("a kind of layer and the name"));
  EXPECT_TRUE(Parsed("\"fc\"=2,fc=3").CheckKeys(fully_connected).ok());
  EXPECT_TRUE(Parsed("\"fc\"=2").CheckKeys(fully_connected).ok());
  Graph none;
  none.initializers["up"] = Counting({2, 2, 4, 4});
  none.nodes = {MakeNode("Einsum", {"x", "up"}, {"y"})};
  EXPECT_THAT(error(none, "*=3"), HasSubstr("'up' (Einsum is not compressed)"));
  none.nodes.clear();
  EXPECT_THAT(error(none, "3"), HasSubstr("no layer"));
}

TEST(UncompressedTest, ListsLargeFloatsOfOtherNodesOnly) {
  const auto list = ListUncompressed(LayeredGraph());
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].name, "up.weight");
  EXPECT_EQ(list[0].bytes, 4 * 64);
  EXPECT_EQ(list[0].reason, "Einsum is not compressed");

  Graph graph = GemmGraph();
  EXPECT_TRUE(ListUncompressed(graph).empty());
  QuantizedWeight weight;
  weight.shape = {2, 3};
  weight.codebook.assign(2000, 1.0f);
  weight.codes.assign(6, 0);
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
  EXPECT_TRUE(ListUncompressed(graph).empty());

  graph = GemmGraph();
  graph.initializers["scale"] = Counting({1, 2});
  graph.initializers["long"] = Counting({1024});
  graph.initializers["wide"] = Counting({1, 3, 2});
  // Matrices of a product are weights on either side, whatever their rank.
  graph.nodes = {MakeNode("MatMul", {"x", "wide"}, {"h"}), MakeNode("Mul", {"h", "scale"}, {"m"}),
                 MakeNode("Gemm", {"w", "m"}, {"g"}), MakeNode("Add", {"g", "long"}, {"y"})};
  std::vector<std::string> reasons;
  for (const auto& tensor : ListUncompressed(graph)) {
    reasons.push_back(tensor.name + ": " + tensor.reason);
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"long: Add is not compressed"}));
}

}  // namespace
}  // namespace dc
