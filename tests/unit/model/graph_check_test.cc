#include "model/graph_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using testing::HasSubstr;

TEST(GraphCheckTest, AcceptsAGoodGraph) {
  Graph graph = GemmGraph();
  graph.nodes[0].outputs.push_back("");  // an unused optional output
  graph.nodes[1].inputs.push_back("");   // an omitted optional input
  EXPECT_TRUE(CheckNames(graph).ok());
  EXPECT_TRUE(CheckFinite(graph).ok());
}

TEST(GraphCheckTest, NamesWhatIsReadButNotDefined) {
  Graph graph = GemmGraph();
  graph.nodes[1].inputs[0] = "nowhere";
  const Status status = CheckNames(graph);
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_THAT(status.ToString(), HasSubstr("'nowhere'"));
  EXPECT_THAT(status.ToString(), HasSubstr("Relu node 'y_node'"));
}

TEST(GraphCheckTest, RefusesNodesOutOfOrder) {
  Graph graph = GemmGraph();
  std::swap(graph.nodes[0], graph.nodes[1]);
  EXPECT_EQ(CheckNames(graph).code(), StatusCode::kBadInput);
}

TEST(GraphCheckTest, RefusesASecondDefinition) {
  Graph twice = GemmGraph();
  twice.nodes.push_back(MakeNode("Relu", {"h"}, {"y"}));
  EXPECT_THAT(CheckNames(twice).ToString(), HasSubstr("defined twice"));
  Graph shadowed = GemmGraph();
  shadowed.initializers["x"] = Counting({1});
  EXPECT_THAT(CheckNames(shadowed).ToString(), HasSubstr("'x' is defined twice"));
}

TEST(GraphCheckTest, RefusesMissingOutputs) {
  Graph graph = GemmGraph();
  graph.outputs[0].name = "z";
  EXPECT_THAT(CheckNames(graph).ToString(), HasSubstr("'z' is defined nowhere"));
  Graph silent = GemmGraph();
  silent.nodes.push_back(MakeNode("Relu", {"h"}, {""}));
  EXPECT_THAT(CheckNames(silent).ToString(), HasSubstr("without outputs"));
}

TEST(GraphCheckTest, FindsNumbersThatAreNotFinite) {
  for (float bad : {std::nanf(""), std::numeric_limits<float>::infinity(),
                    -std::numeric_limits<float>::infinity()}) {
    Graph graph = GemmGraph();
    graph.initializers["w"].f32()[4] = bad;
    const Status status = CheckFinite(graph);
    EXPECT_EQ(status.code(), StatusCode::kBadInput);
    EXPECT_THAT(status.ToString(), HasSubstr("tensor 'w', element 4"));
  }
}

TEST(GraphCheckTest, InfinityIsANumberOfTheFormula) {
  Graph graph = GemmGraph();
  graph.nodes[1] = MakeNode("Add", {"h", "mask"}, {"y"});
  graph.initializers["mask"] =
      Tensor::F32({2, 2}, std::vector<float>(4, -std::numeric_limits<float>::infinity()));
  EXPECT_TRUE(CheckFinite(graph).ok());
  graph.initializers["mask"].f32()[3] = std::nanf("");
  EXPECT_THAT(CheckFinite(graph).ToString(), HasSubstr("a NaN (tensor 'mask', element 3)"));
  graph.nodes[1] = MakeNode("Relu", {"h"}, {"y"});
  EXPECT_TRUE(CheckFinite(graph).ok());  // nothing reads it any more
}

TEST(GraphCheckTest, MessagesStayOnOneShortLine) {
  Graph graph = GemmGraph();
  graph.nodes[1].inputs[0] = "a\nb" + std::string(100000, 'x');
  const std::string text = CheckNames(graph).ToString();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_LT(text.size(), 500u);
}

}  // namespace
}  // namespace dc
