#include <gtest/gtest.h>

#include <limits>

#include "dc/encode.h"
#include "unit/encode/quantized_graph.h"

namespace dc {
namespace {

TEST(DryRunTest, TakesWhatCanBeEncoded) { EXPECT_TRUE(EncodeDryRun(QuantizedGraph()).ok()); }

// Each of them would be found after the work otherwise.
TEST(DryRunTest, RefusesWeightsThatCannotBeEncoded) {
  Graph outside = QuantizedGraph();
  outside.initializers.at("fc1.weight_codes").bytes[7] = 5;
  EXPECT_EQ(EncodeDryRun(outside).status().code(), StatusCode::kBadInput);
  EXPECT_EQ(EncodeDryRun(outside).status().where(), "weight 'fc1.weight', element 7");

  Graph attribute = QuantizedGraph();
  for (Node& node : attribute.nodes) {
    if (node.op == "Gather") node.attributes["batch_dims"] = int64_t{1};
  }
  EXPECT_EQ(EncodeDryRun(attribute).status().code(), StatusCode::kUnsupported);

  Graph width = QuantizedGraph();
  width.metadata["dc.weight.fc1.weight.bits"] = "seventeen";
  EXPECT_EQ(EncodeDryRun(width).status().where(), "dc.weight.fc1.weight.bits");

  Graph nan = QuantizedGraph();
  nan.initializers.at("fc2.weight").f32()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(EncodeDryRun(nan).status().where(), "'fc2.weight'");
}

}  // namespace
}  // namespace dc
