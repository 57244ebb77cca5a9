// Nodes that import spells as others do: Splits, Resizes, Pads, Einsums, Gemms of samples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/model/canonical_builder.h"

namespace dc {
namespace {

using testing::ElementsAre;

TEST(CanonicalMovesTest, ASplitIsSlices) {
  for (const bool sizes : {false, true}) {
    Builder b({-1, 6, 2}, 11);
    std::map<std::string, AttributeValue> attributes = {{"axis", int64_t{1}}};
    if (sizes) attributes["split"] = Ints{2, 4};
    b.graph.nodes.push_back(MakeNode("Split", {"x"}, {"a", "y"}, attributes));
    b.graph.outputs.push_back({"a", DataType::kFloat32, {}});
    const Graph graph = b.Canonical();
    ASSERT_THAT(Operators(graph), ElementsAre("Slice", "Slice"));
    EXPECT_THAT(IntsAt(graph, graph.nodes[1], 1), ElementsAre(sizes ? 2 : 3));
    EXPECT_THAT(IntsAt(graph, graph.nodes[1], 2), ElementsAre(6));
    EXPECT_THAT(IntsAt(graph, graph.nodes[1], 3), ElementsAre(1));
    EXPECT_EQ(OutputShape(graph), (op::Shape{-1, sizes ? 4 : 3, 2}));
  }
  // Opset 18: three parts of 3, 3 and 1.
  Builder b({-1, 7}, 18);
  b.graph.nodes.push_back(MakeNode("Split", {"x"}, {"a", "b", "y"},
                                   {{"axis", int64_t{-1}}, {"num_outputs", int64_t{3}}}));
  EXPECT_EQ(OutputShape(b.Canonical()), (op::Shape{-1, 1}));
}

TEST(CanonicalMovesTest, ASplitOfDimension0FixesAllShapes) {
  Builder b({6, 2});
  b.graph.nodes.push_back(MakeNode("Split", {"x"}, {"a", "y"}, {{"axis", int64_t{0}}}));
  const Graph graph = b.Canonical();
  EXPECT_TRUE(graph.fixed_shapes);
  EXPECT_EQ(OutputShape(graph), (op::Shape{3, 2}));
}

TEST(CanonicalMovesTest, ASplitConstantIsConstants) {
  Builder b({-1, 2});
  b.Constant("both", Counting({4}));
  b.graph.nodes.push_back(MakeNode("Split", {"both"}, {"a", "b"}, {{"axis", int64_t{0}}}));
  b.Add("Mul", {"x", "a"}, "m").Add("Add", {"m", "b"}, "y");
  const Graph graph = b.Canonical();
  EXPECT_THAT(Operators(graph), ElementsAre("Mul", "Add"));
  EXPECT_EQ(graph.initializers.at("b").f32()[0], 3.0f);
}

TEST(CanonicalMovesTest, AGatherOfEvenlySpacedIndicesIsASlice) {
  Builder b({-1, 6, 2});
  b.Constant("last", Scalar(-1)).Add("Gather", {"x", "last"}, "y", {{"axis", int64_t{1}}});
  const Graph one = b.Canonical();
  EXPECT_THAT(Operators(one), ElementsAre("Slice", "Squeeze"));
  EXPECT_EQ(OutputShape(one), (op::Shape{-1, 2}));
  Builder c({-1, 6, 2});
  c.Constant("down", List({4, 2, 0})).Add("Gather", {"x", "down"}, "y", {{"axis", int64_t{1}}});
  const Graph spaced = c.Canonical();
  ASSERT_THAT(Operators(spaced), ElementsAre("Slice"));
  EXPECT_THAT(IntsAt(spaced, spaced.nodes[0], 1), ElementsAre(4));
  EXPECT_THAT(IntsAt(spaced, spaced.nodes[0], 2), ElementsAre(std::numeric_limits<int64_t>::min()));
  EXPECT_THAT(IntsAt(spaced, spaced.nodes[0], 4), ElementsAre(-2));
  Builder d({-1, 6, 2});
  d.Constant("any", List({4, 0, 1})).Add("Gather", {"x", "any"}, "y", {{"axis", int64_t{1}}});
  EXPECT_THAT(Operators(d.Canonical()), ElementsAre("Gather"));
}

TEST(CanonicalMovesTest, UpsampleIsAResize) {
  Builder b({-1, 1, 2, 2}, 7);
  b.Add("Upsample", {"x"}, "y",
        {{"mode", std::string("nearest")}, {"scales", std::vector<float>{1, 1, 2, 3}}});
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Resize"));
  EXPECT_EQ(graph.opset, 13);
  EXPECT_EQ(graph.nodes[0].String("coordinate_transformation_mode", ""), "asymmetric");
  EXPECT_EQ(graph.nodes[0].String("nearest_mode", ""), "floor");
  EXPECT_EQ(OutputShape(graph), (op::Shape{-1, 1, 4, 6}));
}

TEST(CanonicalMovesTest, SizesOfSomeAxes) {
  Builder b({-1, 3, 4, 6}, 18);
  b.Constant("sizes", List({3, 8}));
  b.Add("Resize", {"x", "", "", "sizes"}, "y",
        {{"mode", std::string("linear")}, {"axes", Ints{3, 2}}});
  EXPECT_EQ(OutputShape(b.Canonical()), (op::Shape{-1, 3, 8, 3}));
  // Neither side over its size: by 8 / 6 no more than 2 times, so 2 of 4 by 2 / 4 of both.
  Builder c({-1, 3, 4, 6}, 18);
  c.Constant("sizes", List({2, 9}));
  c.Add("Resize", {"x", "", "", "sizes"}, "y",
        {{"axes", Ints{2, 3}}, {"keep_aspect_ratio_policy", std::string("not_larger")}});
  EXPECT_EQ(OutputShape(c.Canonical()), (op::Shape{-1, 3, 2, 3}));
}

TEST(CanonicalMovesTest, OldPadsAndSlices) {
  Builder b({-1, 4}, 9);
  b.Add("Pad", {"x"}, "p", {{"pads", Ints{0, 1, 0, 2}}, {"value", 3.0f}});
  b.Add("Slice", {"p"}, "y", {{"starts", Ints{1}}, {"ends", Ints{-1}}, {"axes", Ints{1}}});
  const Graph graph = b.Canonical();
  EXPECT_EQ(graph.opset, 13);
  ASSERT_THAT(Operators(graph), ElementsAre("Pad", "Slice"));
  EXPECT_THAT(IntsAt(graph, graph.nodes[0], 1), ElementsAre(0, 1, 0, 2));
  EXPECT_EQ(graph.Constant(graph.nodes[0].Input(2))->f32()[0], 3.0f);
  EXPECT_TRUE(graph.nodes[0].attributes.empty());
  EXPECT_TRUE(graph.nodes[1].attributes.empty());
  EXPECT_EQ(OutputShape(graph), (op::Shape{-1, 5}));
}

TEST(CanonicalMovesTest, WindowsPadThemselves) {
  const Ints around = {0, 0, 1, 2, 0, 0, 0, 1};
  // What becomes of a Pad and the window that reads it.
  const auto spelled = [](const Ints& pads, const std::string& op,
                          std::map<std::string, AttributeValue> attributes, float value = 0) {
    Builder b({-1, 2, 6, 7});
    b.Constant("around", List(pads)).Constant("value", Tensor::F32({}, {&value, 1}));
    b.Constant("w", Counting({3, 2, 3, 3}));
    b.Add("Pad", {"x", "around", "value"}, "padded");
    const bool convolves = op == "Conv";
    if (!convolves) attributes["kernel_shape"] = Ints{3, 3};
    b.graph.nodes.push_back(MakeNode(op, {"padded"}, {"y"}, std::move(attributes)));
    if (convolves) b.graph.nodes.back().inputs.push_back("w");
    return b.Canonical();
  };
  const Graph conv = spelled(around, "Conv", {{"pads", Ints{0, 0, 1, 0}}});
  ASSERT_THAT(Operators(conv), ElementsAre("Conv"));
  EXPECT_EQ(conv.nodes[0].Ints("pads", {}), (Ints{1, 2, 1, 1}));
  const Graph average = spelled(around, "AveragePool", {});
  ASSERT_THAT(Operators(average), ElementsAre("AveragePool"));
  EXPECT_EQ(average.nodes[0].Ints("pads", {}), (Ints{1, 2, 0, 1}));
  EXPECT_EQ(average.nodes[0].Int("count_include_pad", 0), 1);

  // A number that is not 0, channels, less than nothing, a window within the padding.
  EXPECT_THAT(Operators(spelled(around, "Conv", {}, 1)), ElementsAre("Pad", "Conv"));
  for (const Ints& other : {Ints{0, 1, 0, 0, 0, -1, 0, 0}, Ints{0, 0, -1, 0, 0, 0, 1, 0},
                            Ints{0, 0, 3, 0, 0, 0, 0, 0}}) {
    EXPECT_THAT(Operators(spelled(other, "Conv", {})), ElementsAre("Pad", "Conv"));
  }
  // Windows that count other padding than their own, or have none that is zero.
  EXPECT_THAT(Operators(spelled(around, "AveragePool", {{"pads", Ints{1, 0, 0, 0}}})),
              ElementsAre("Pad", "AveragePool"));
  EXPECT_THAT(Operators(spelled(around, "AveragePool", {{"ceil_mode", int64_t{1}}})),
              ElementsAre("Pad", "AveragePool"));
  EXPECT_THAT(Operators(spelled(around, "MaxPool", {})), ElementsAre("Pad", "MaxPool"));
}

// The scores of attention, heads behind positions, and a product with a weight.
TEST(CanonicalMovesTest, EinsumsAreProducts) {
  const auto spelled = [](const std::string& equation, Ints weight) {
    Builder b({-1, 3, 2, 4});
    const bool own = weight.empty();
    if (!own) b.Constant("w", Counting(std::move(weight)));
    b.Add("Einsum", {"x", own ? "x" : "w"}, "y", {{"equation", equation}});
    return b.Canonical();
  };
  const Graph scores = spelled("nihd, njhd -> nhij", {});
  ASSERT_THAT(Operators(scores), ElementsAre("Transpose", "Transpose", "MatMul"));
  EXPECT_EQ(scores.nodes[0].Ints("perm", {}), (Ints{0, 2, 1, 3}));
  EXPECT_EQ(scores.nodes[1].Ints("perm", {}), (Ints{0, 2, 3, 1}));
  EXPECT_EQ(OutputShape(scores), (op::Shape{-1, 2, 3, 3}));
  const Graph layer = spelled("nihd,de->nihe", {4, 5});
  EXPECT_THAT(Operators(layer), ElementsAre("MatMul"));
  EXPECT_EQ(OutputShape(layer), (op::Shape{-1, 3, 2, 5}));
  // Keras's projections to heads and back: several columns, several labels that are summed over.
  const Graph heads = spelled("nihd,dke->nihke", {4, 2, 3});
  EXPECT_THAT(Operators(heads), ElementsAre("MatMul", "Reshape"));
  EXPECT_EQ(OutputShape(heads), (op::Shape{-1, 3, 2, 2, 3}));
  const Graph back = spelled("nihd,hde->nie", {2, 4, 5});
  EXPECT_THAT(Operators(back), ElementsAre("Reshape", "MatMul"));
  EXPECT_EQ(OutputShape(back), (op::Shape{-1, 3, 5}));
  // No rows, and no columns.
  const Graph dots = spelled("nihd,nihd->n", {});
  EXPECT_THAT(Operators(dots), ElementsAre("Reshape", "Reshape", "MatMul", "Reshape"));
  EXPECT_EQ(OutputShape(dots), (op::Shape{-1}));
  // A sum over one operand alone, a diagonal, an ellipsis: not products of matrices.
  for (const char* other : {"nihd,njhe->nije", "nihh,njhd->nij", "...d,...d->..."}) {
    EXPECT_THAT(Operators(spelled(other, {})), ElementsAre("Einsum")) << other;
  }
}

// [3, N, 4] is flattened for a product with 4 columns, rows of samples in turns, and restored.
TEST(CanonicalMovesTest, AGemmOfSamplesInTurns) {
  Builder b({-1, 3, 4});
  b.Constant("flat", List({-1, 4})).Constant("apart", List({3, -1, 5}));
  b.Constant("w", Counting({5, 4})).Constant("bias", Counting({5}));
  b.Add("Transpose", {"x"}, "turns", {{"perm", Ints{1, 0, 2}}});
  b.Add("Reshape", {"turns", "flat"}, "rows");
  b.Add("Gemm", {"rows", "w", "bias"}, "products", {{"transB", int64_t{1}}});
  b.Add("Reshape", {"products", "apart"}, "restored");
  b.Add("Transpose", {"restored"}, "y", {{"perm", Ints{1, 0, 2}}});
  const Graph graph = b.Canonical();
  EXPECT_THAT(Operators(graph), ElementsAre("Transpose", "Reshape", "Transpose", "Reshape", "Gemm",
                                            "Reshape", "Transpose", "Reshape", "Transpose"));
  EXPECT_THAT(IntsAt(graph, graph.nodes[1], 1), ElementsAre(3, -1, 1, 4));
  EXPECT_THAT(IntsAt(graph, graph.nodes[3], 1), ElementsAre(-1, 4));
  EXPECT_EQ(OutputShape(graph), (op::Shape{-1, 3, 5}));
}

// Where the products are an output, or rows have biases of their own, the order of rows matters.
TEST(CanonicalMovesTest, AGemmOfSamplesWhoseRowsAreTold) {
  for (const bool returned : {true, false}) {
    Builder b({-1, 3, 4});
    b.Constant("flat", List({-1, 4})).Constant("apart", List({3, -1, 5}));
    b.Constant("w", Counting({4, 5})).Constant("bias", Counting({6, 5}));
    b.Add("Transpose", {"x"}, "turns", {{"perm", Ints{1, 0, 2}}});
    b.Add("Reshape", {"turns", "flat"}, "rows");
    b.graph.nodes.push_back(MakeNode("Gemm", {"rows", "w"}, {"products"}, {}));
    if (!returned) b.graph.nodes.back().inputs.push_back("bias");
    b.Add("Reshape", {"products", "apart"}, "y");
    if (returned) b.graph.outputs.push_back({"products", DataType::kFloat32, {}});
    EXPECT_THAT(Operators(b.Canonical()), ElementsAre("Transpose", "Reshape", "Gemm", "Reshape"));
  }
}

// The same where each sample has its own rows already: nothing to do.
TEST(CanonicalMovesTest, AGemmOfWholeSamplesStays) {
  Builder b({-1, 3, 4});
  b.Constant("flat", List({-1, 4})).Constant("apart", List({-1, 3, 5}));
  b.Constant("w", Counting({4, 5}));
  b.Add("Reshape", {"x", "flat"}, "rows").Add("Gemm", {"rows", "w"}, "products");
  b.Add("Reshape", {"products", "apart"}, "y");
  EXPECT_THAT(Operators(b.Canonical()), ElementsAre("Reshape", "Gemm", "Reshape"));
}

}  // namespace
}  // namespace dc
