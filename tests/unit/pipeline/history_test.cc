#include "pipeline/history.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(History, StagesAreListedInOrderAndBaselineIsRecordedOnce) {
  Graph graph;
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, {5});
  graph.outputs = {{"w", DataType::kFloat32, {5}}};
  RecordBaseline(&graph);
  RecordStage("train", "epochs=1", 4, &graph);
  EXPECT_FALSE(HasStage(graph, "prune"));
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, {2});
  RecordBaseline(&graph);
  RecordStage("prune", "amounts=0.5", 4, &graph);
  EXPECT_TRUE(HasStage(graph, "train"));
  EXPECT_TRUE(HasStage(graph, "prune"));
  EXPECT_FALSE(HasStage(graph, "run"));  // part of "prune" is not a stage
  EXPECT_EQ(graph.metadata["dc.history"], "train; prune");
  EXPECT_EQ(graph.metadata["dc.prune.settings"], "amounts=0.5");
  EXPECT_EQ(graph.metadata["dc.seed"], "4");
  EXPECT_EQ(graph.metadata["dc.baseline_bytes"], "20");
}

}  // namespace
}  // namespace dc
