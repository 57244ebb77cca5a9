#include "model/roles.h"

#include <gtest/gtest.h>

#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using op::Role;

Graph WithNodes(std::vector<Node> nodes, std::map<std::string, Tensor> initializers) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 3, 8, 8}}};
  graph.outputs = {{"y", DataType::kFloat32, {}}};
  graph.nodes = std::move(nodes);
  graph.initializers = std::move(initializers);
  return graph;
}

TEST(FindRolesTest, InputsHaveTheRolesOfTheirOperator) {
  const Graph graph = WithNodes({MakeNode("Conv", {"x", "w", "b"}, {"h"}),
                                 MakeNode("BatchNormalization", {"h", "s", "t", "m", "v"}, {"n"}),
                                 MakeNode("Clip", {"n", "low"}, {"y"})},
                                {{"w", Counting({4, 3, 1, 1})},
                                 {"b", Counting({4})},
                                 {"s", Counting({4})},
                                 {"t", Counting({4})},
                                 {"m", Counting({4})},
                                 {"v", Counting({4})},
                                 {"low", Counting({})}});
  const GraphRoles roles = FindRoles(graph);
  EXPECT_EQ(roles.of.at("w"), Role::kWeight);
  EXPECT_EQ(roles.of.at("b"), Role::kBias);
  EXPECT_EQ(roles.of.at("s"), Role::kScale);
  EXPECT_EQ(roles.of.at("t"), Role::kBias);
  EXPECT_EQ(roles.of.at("m"), Role::kStatistic);
  EXPECT_EQ(roles.of.at("v"), Role::kStatistic);
  EXPECT_EQ(roles.of.at("low"), Role::kSetting);
  EXPECT_EQ(roles.bias.at(0), "b");
}

TEST(FindRolesTest, ConstantsOfTheFormulaAreOperands) {
  // A pixel scale, a colour shift, and x * clip(x + 3, 0, 6) / 6 after a layer without a bias.
  const Graph graph =
      WithNodes({MakeNode("Mul", {"x", "scale"}, {"a"}), MakeNode("Add", {"a", "shift"}, {"c"}),
                 MakeNode("Conv", {"c", "w"}, {"h"}), MakeNode("Add", {"h", "three"}, {"p"}),
                 MakeNode("Clip", {"p", "zero", "six"}, {"q"}), MakeNode("Mul", {"h", "q"}, {"r"}),
                 MakeNode("Mul", {"r", "sixth"}, {"y"})},
                {{"scale", Counting({})},
                 {"shift", Counting({1, 3, 1, 1})},
                 {"w", Counting({4, 3, 1, 1})},
                 {"three", Counting({})},
                 {"zero", Counting({})},
                 {"six", Counting({})},
                 {"sixth", Counting({1})}});
  const GraphRoles roles = FindRoles(graph);
  for (const char* name : {"scale", "shift", "three", "sixth"}) {
    EXPECT_EQ(roles.of.at(name), Role::kOperand) << name;
  }
  EXPECT_EQ(roles.of.at("w"), Role::kWeight);
  EXPECT_TRUE(roles.bias.empty());
}

TEST(FindRolesTest, WhatAnAddPutsOnALayerIsItsBias) {
  const auto role = [](std::vector<int64_t> shape, bool left = false) {
    const Graph graph =
        WithNodes({MakeNode("Conv", {"x", "w"}, {"h"}),
                   left ? MakeNode("Add", {"b", "h"}, {"y"}) : MakeNode("Add", {"h", "b"}, {"y"})},
                  {{"w", Counting({4, 3, 1, 1})}, {"b", Counting(shape)}});
    return FindRoles(graph).of.at("b");
  };
  EXPECT_EQ(role({4, 1, 1}), Role::kBias);
  EXPECT_EQ(role({1, 4, 1, 1}, true), Role::kBias);
  EXPECT_EQ(role({4}), Role::kOperand);  // along the last axis, not the channels
  EXPECT_EQ(role({1}), Role::kOperand);
}

TEST(FindRolesTest, AScaleAndShiftOfANormalizationAreLearned) {
  const Graph graph =
      WithNodes({MakeNode("BatchNormalization", {"x", "s", "t", "m", "v"}, {"n"}),
                 MakeNode("Mul", {"n", "gamma"}, {"g"}), MakeNode("Add", {"g", "beta"}, {"y"})},
                {{"s", Counting({3})},
                 {"t", Counting({3})},
                 {"m", Counting({3})},
                 {"v", Counting({3})},
                 {"gamma", Counting({3, 1, 1})},
                 {"beta", Counting({3, 1, 1})}});
  const GraphRoles roles = FindRoles(graph);
  EXPECT_EQ(roles.of.at("gamma"), Role::kScale);
  EXPECT_EQ(roles.of.at("beta"), Role::kBias);
}

TEST(FindRolesTest, AReadAsAConstantMakesAConstant) {
  const Graph graph =
      WithNodes({MakeNode("Conv", {"x", "w"}, {"h"}), MakeNode("Add", {"h", "b"}, {"k"}),
                 MakeNode("Mul", {"k", "b"}, {"y"})},
                {{"w", Counting({4, 3, 1, 1})}, {"b", Counting({4, 1, 1})}});
  EXPECT_EQ(FindRoles(graph).of.at("b"), Role::kOperand);
}

TEST(ChooseTrainedTest, NamesCountMoreThanStructure) {
  const Graph graph =
      WithNodes({MakeNode("Conv", {"x", "w"}, {"h"}), MakeNode("Mul", {"h", "a,b"}, {"y"})},
                {{"w", Counting({4, 3, 1, 1})}, {"a,b", Counting({})}});
  const auto choose = [&](const std::string& train, const std::string& freeze, GraphRoles* roles) {
    *roles = FindRoles(graph);
    return ChooseTrained({SplitPatterns(train), SplitPatterns(freeze)}, graph, roles);
  };
  GraphRoles roles;
  ASSERT_TRUE(choose("a\\,*", "w", &roles).ok());
  EXPECT_EQ(roles.of.at("a,b"), Role::kBias);
  EXPECT_EQ(roles.of.at("w"), Role::kOperand);
  ASSERT_TRUE(choose("*", "?", &roles).ok());
  EXPECT_EQ(roles.of.at("w"), Role::kOperand);
  EXPECT_EQ(choose("nothing", "", &roles).code(), StatusCode::kUsage);
  EXPECT_EQ(SplitPatterns("a,,b\\,c"), (std::vector<std::string>{"a", "b\\,c"}));
}

}  // namespace
}  // namespace dc
