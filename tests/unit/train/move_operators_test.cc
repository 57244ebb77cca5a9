// Operators that move values, in training: outputs by hand or by the definition, gradients by
// central differences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, AttributeValue>;
using ::testing::ElementsAre;

// shift -> operator -> Flatten.
struct MoveCase {
  const char* name;
  const char* op;
  Ints sample;
  std::vector<std::pair<std::string, Ints>> settings = {};  // integer inputs, "" for none
  Attributes attributes = {};
  std::vector<float> scales = {};  // of a Resize
};

Graph GraphOf(const MoveCase& c) {
  GraphBuilder b(c.sample);
  AddShift(b, c.sample);
  std::vector<std::string> inputs;
  if (!c.scales.empty()) {
    inputs = {"", b.Values("scales", {static_cast<int64_t>(c.scales.size())}, c.scales)};
  }
  for (const auto& [name, values] : c.settings) {
    inputs.push_back(name.empty() ? "" : b.Integers(name, values));
  }
  return b.Add(c.op, "tested", inputs, c.attributes).Add("Flatten", "flat").Build();
}

class MoveGradient : public ::testing::TestWithParam<MoveCase> {};

TEST_P(MoveGradient, MatchesCentralDifferences) {
  const MoveCase& c = GetParam();
  CheckGradients(GraphOf(c), 2, GridValues(2 * ElementCount(c.sample), 0.01), 0.02, 4e-3);
}

INSTANTIATE_TEST_SUITE_P(
    Operators, MoveGradient,
    ::testing::Values(
        MoveCase{"slice",
                 "Slice",
                 {3, 6},
                 {{"b", {4, 1}}, {"e", {-7, 3}}, {"a", {2, 1}}, {"s", {-2, 1}}}},
        MoveCase{"pad", "Pad", {2, 3}, {{"pads", {0, 1, 2, 0, 0, -1}}}},
        MoveCase{"pad_reflect",
                 "Pad",
                 {2, 4},
                 {{"pads", {0, 1, 2, 0, 0, 3}}},
                 {{"mode", std::string("reflect")}}},
        MoveCase{"pad_edge",
                 "Pad",
                 {2, 3},
                 {{"pads", {0, 0, 2, 0, 1, 2}}},
                 {{"mode", std::string("edge")}}},
        MoveCase{"expand", "Expand", {1, 3}, {{"shape", {1, 4, 1}}}},
        MoveCase{"tile", "Tile", {2, 3}, {{"repeats", {1, 2, 3}}}},
        MoveCase{"transpose", "Transpose", {2, 3, 4}, {}, {{"perm", Ints{0, 3, 1, 2}}}},
        MoveCase{"gather", "Gather", {4, 3}, {{"indices", {3, 0, 0, -2}}}, {{"axis", int64_t{1}}}},
        MoveCase{"to_space", "DepthToSpace", {8, 2, 3}, {}, {{"blocksize", int64_t{2}}}},
        MoveCase{"to_space_crd",
                 "DepthToSpace",
                 {8, 2, 3},
                 {},
                 {{"blocksize", int64_t{2}}, {"mode", std::string("CRD")}}},
        MoveCase{"to_depth", "SpaceToDepth", {2, 4, 6}, {}, {{"blocksize", int64_t{2}}}},
        MoveCase{"resize_nearest", "Resize", {2, 3, 4}, {}, {}, {1, 1, 2, 1.5f}},
        MoveCase{"resize_linear",
                 "Resize",
                 {2, 3, 4},
                 {},
                 {{"mode", std::string("linear")}},
                 {1, 1, 2, 0.6f}},
        MoveCase{"resize_one_axis",
                 "Resize",
                 {2, 3, 4},
                 {},
                 {{"mode", std::string("linear")}},
                 {1, 1, 2, 1}},
        MoveCase{"resize_cubic",
                 "Resize",
                 {1, 4, 4},
                 {},
                 {{"mode", std::string("cubic")}},
                 {1, 1, 1.5f, 2}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(MoveGradient, ConcatWithConstants) {
  GraphBuilder b({2, 3});
  AddShift(b, {2, 3});
  const std::string x = b.last();
  b.AddOn("Concat", "joined", {b.Fixed("token", {1, 1, 3}, {1, 2, 3}), x, x},
          {{"axis", int64_t{1}}});
  Graph graph = b.Add("Flatten", "flat").Build();
  graph.inputs[0].shape[0] = 1;  // by which it is ONNX
  CheckGradients(graph, 2, GridValues(12, 0.01), 0.02, 4e-3);
}

TEST(MoveForward, ConcatRepeatsAConstantForEachSample) {
  GraphBuilder b({1, 2});
  b.AddOn("Concat", "joined", {b.Fixed("token", {1, 1, 2}, {7, 8}), b.last()},
          {{"axis", int64_t{1}}});
  Graph graph = b.Add("Flatten", "flat").Build();
  graph.inputs[0].shape[0] = 1;
  EXPECT_THAT(Harness(graph, 2, false).Forward({1, 2, 3, 4}), ElementsAre(7, 8, 1, 2, 7, 8, 3, 4));
}

// The batch goes to the end and comes back.
TEST(MoveForward, TheBatchMayBeAnyDimension) {
  GraphBuilder b({2, 3});
  b.Add("Transpose", "turned", {}, {{"perm", Ints{2, 1, 0}}});
  b.Add("Slice", "cut", {b.Integers("s", {1}), b.Integers("e", {3}), b.Integers("a", {0})});
  b.Add("Transpose", "back", {}, {{"perm", Ints{2, 0, 1}}});
  const Graph graph = b.Add("Flatten", "flat").Build();
  // Sample: [[0, 1, 2], [3, 4, 5]]; columns 1 and 2, turned: [[1, 4], [2, 5]].
  EXPECT_THAT(Harness(graph, 2, false).Forward({0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15}),
              ElementsAre(1, 4, 2, 5, 11, 14, 12, 15));
}

TEST(MoveForward, PadFillsAndCuts) {
  GraphBuilder b({4});
  b.Add("Pad", "padded", {b.Integers("pads", {0, 1, 0, -1}), b.Values("five", {}, {5})});
  EXPECT_THAT(Harness(b.Build(), 1, false).Forward({1, 2, 3, 4}), ElementsAre(5, 1, 2, 3));
}

TEST(MoveForward, LinearResize) {
  GraphBuilder b({1, 2, 2});
  b.Add("Resize", "larger", {"", b.Values("scales", {4}, {1, 1, 1, 2})},
        {{"mode", std::string("linear")}});
  const Graph graph = b.Add("Flatten", "flat").Build();
  EXPECT_THAT(Harness(graph, 1, false).Forward({0, 4, 8, 16}),
              ElementsAre(0, 1, 3, 4, 8, 10, 14, 16));
}

// Rows of a table at indices that are inputs; row 1 is read twice, -1 is the last one.
TEST(Embedding, ForwardAndGradient) {
  GraphBuilder b({3});
  const std::string x = b.last();
  b.AddOn("Gather", "rows", {b.Values("table", {4, 2}, {0, 1, 2, 3, 4, 5, 6, 7}), x});
  const Graph graph = b.Add("Flatten", "flat").Build();
  EXPECT_THAT(Harness(graph, 2, false).Forward({1, 0, -1, 2, 1, 1}),
              ElementsAre(2, 3, 0, 1, 6, 7, 4, 5, 2, 3, 2, 3));
  CheckGradients(graph, 2, {1, 0, -1, 2, 1, 1}, 0.02, 4e-3);
}

}  // namespace
}  // namespace dc::train
