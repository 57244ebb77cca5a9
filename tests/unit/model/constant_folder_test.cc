// What exporters write around shapes, and what is left of it after import.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "unit/model/canonical_builder.h"

namespace dc {
namespace {

using testing::ElementsAre;

// PyTorch's x.view(x.size(0), -1).
Builder View(Ints shape) {
  Builder b(std::move(shape), 9);
  b.Constant("zero", Scalar(0)).Constant("open", List({-1}));
  b.Add("Shape", {"x"}, "shape").Add("Gather", {"shape", "zero"}, "batch");
  b.Add("Unsqueeze", {"batch"}, "first", {{"axes", Ints{0}}});
  b.Add("Concat", {"first", "open"}, "target", {{"axis", int64_t{0}}});
  b.Add("Reshape", {"x", "target"}, "y");
  return b;
}

TEST(ConstantFolderTest, AViewOfTheBatchAndTheRest) {
  for (int64_t batch : {-1, 1, 4}) {
    const Graph graph = View({batch, 3, 4, 5}).Canonical();
    ASSERT_THAT(Operators(graph), ElementsAre("Reshape"));
    EXPECT_THAT(IntsAt(graph, graph.nodes[0], 1), ElementsAre(0, -1));
    EXPECT_EQ(graph.opset, 13);
    EXPECT_EQ(OutputShape(graph), (op::Shape{-1, 60}));
  }
}

// Heads of attention: [N, 6, 8] to [N * 2, 6, 4] by arithmetic.
TEST(ConstantFolderTest, MultiplesOfTheBatchAreWhatIsLeft) {
  Builder b({-1, 6, 8});
  b.Constant("zero", Scalar(0)).Constant("two", Scalar(2)).Constant("axes", List({0}));
  b.Constant("length", List({6})).Constant("width", List({4}));
  b.Add("Shape", {"x"}, "shape").Add("Gather", {"shape", "zero"}, "batch");
  b.Add("Mul", {"batch", "two"}, "both").Add("Unsqueeze", {"both", "axes"}, "first");
  b.Add("Concat", {"first", "length", "width"}, "target", {{"axis", int64_t{0}}});
  b.Add("Reshape", {"x", "target"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Reshape"));
  EXPECT_THAT(IntsAt(graph, graph.nodes[0], 1), ElementsAre(-1, 6, 4));
}

TEST(ConstantFolderTest, TheBatchAndAnOpenDimensionElsewhere) {
  Builder b({-1, 6, 8});
  b.Constant("zero", List({0})).Constant("one", List({1})).Constant("rest", List({-1, 4}));
  b.Constant("perm_less", List({2}));
  b.Add("Shape", {"x"}, "shape").Add("Slice", {"shape", "zero", "one"}, "batch");
  b.Add("Concat", {"rest", "batch"}, "turned", {{"axis", int64_t{0}}});
  b.Add("Transpose", {"x"}, "t", {{"perm", Ints{1, 2, 0}}});
  b.Add("Reshape", {"t", "turned"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Transpose", "Reshape"));
  // Dimension 2 copies the batch; what is open is 6 * 8 / 4.
  EXPECT_EQ(OutputShape(graph), (op::Shape{12, 4, -1}));
}

// An old exporter's Resize to twice the size, all of it computed.
TEST(ConstantFolderTest, SizesFromShapes) {
  Builder b({-1, 3, 4, 5});
  b.Constant("two", Scalar(2)).Constant("from", List({2})).Constant("to", List({4}));
  b.Constant("none", List({0})).Constant("factor", Tensor::F32({1}, std::vector<float>{2}));
  b.Add("Shape", {"x"}, "shape").Add("Slice", {"shape", "none", "from"}, "outer");
  b.Add("Slice", {"shape", "from", "to"}, "inner");
  b.Add("Cast", {"inner"}, "floats", {{"to", int64_t{1}}})
      .Add("Mul", {"floats", "factor"}, "twice");
  b.Add("Floor", {"twice"}, "whole").Add("Cast", {"whole"}, "sizes", {{"to", int64_t{7}}});
  b.Add("Concat", {"outer", "sizes"}, "target", {{"axis", int64_t{0}}});
  b.Add("Resize", {"x", "", "", "target"}, "y", {{"mode", std::string("nearest")}});
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Resize"));
  EXPECT_EQ(graph.nodes[0].inputs.size(), 3u);
  const auto scales = graph.Constant(graph.nodes[0].inputs[2])->f32();
  EXPECT_THAT(std::vector<float>(scales.begin(), scales.end()), ElementsAre(1, 1, 2, 2));
  EXPECT_EQ(OutputShape(graph), (op::Shape{-1, 3, 8, 10}));
}

// torch.Tensor.expand: Where(Equal(sizes, -1), ones, sizes).
TEST(ConstantFolderTest, ExpandToTheBatchThatIsThere) {
  Builder b({-1, 1, 4});
  b.Constant("minus", List({-1, -1, -1})).Constant("rank", List({3})).Constant("zero", List({0}));
  b.Constant("one", List({1})).Constant("sizes", List({3, -1}));
  b.Add("Shape", {"x"}, "shape").Add("Slice", {"shape", "zero", "one"}, "batch");
  b.Add("Concat", {"batch", "sizes"}, "wanted", {{"axis", int64_t{0}}});
  b.Add("ConstantOfShape", {"rank"}, "ones", {{"value", Tensor::I64(Ints{1})}});
  b.Add("Equal", {"wanted", "minus"}, "kept").Add("Where", {"kept", "ones", "wanted"}, "target");
  b.Add("Expand", {"x", "target"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Expand"));
  EXPECT_THAT(IntsAt(graph, graph.nodes[0], 1), ElementsAre(1, 3, 1));
}

TEST(ConstantFolderTest, ASliceUpToTheBatch) {
  Builder b({-1, 6});
  b.Constant("zero", List({0})).Constant("one", List({1})).Constant("axes", List({0}));
  b.Add("Shape", {"x"}, "shape").Add("Slice", {"shape", "zero", "one"}, "batch");
  b.Add("Slice", {"x", "zero", "batch", "axes"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Slice"));
  EXPECT_EQ(OutputShape(graph), (op::Shape{-1, 6}));
}

// A declared batch stands for itself where nothing holds for every batch.
TEST(ConstantFolderTest, ADeclaredBatchIsANumberWhereItMustBe) {
  const auto build = [](int64_t batch) {
    Builder b({batch, 3});
    b.Add("Shape", {"x"}, "shape").Add("ConstantOfShape", {"shape"}, "zeros");
    b.Add("Add", {"x", "zeros"}, "y");
    return b.Canonical();
  };
  const Graph fixed = build(2);
  ASSERT_THAT(Operators(fixed), ElementsAre("Add"));
  EXPECT_EQ(fixed.initializers.at("zeros").shape, (Ints{2, 3}));
  EXPECT_TRUE(fixed.fixed_shapes);
}

TEST(ConstantFolderTest, CausalMasks) {
  Builder b({-1, 3, 3});
  b.Constant("shape", List({3, 3})).Constant("k", Scalar(1));
  b.Add("ConstantOfShape", {"shape"}, "ones",
        {{"value", Tensor::F32({1}, std::vector<float>{-1})}});
  b.Add("Trilu", {"ones", "k"}, "mask", {{"upper", int64_t{1}}}).Add("Add", {"x", "mask"}, "y");
  b.graph.opset = 14;
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Add"));
  const auto mask = graph.initializers.at("mask").f32();
  EXPECT_THAT(std::vector<float>(mask.begin(), mask.end()),
              ElementsAre(0, -1, -1, 0, 0, -1, 0, 0, 0));
}

TEST(ConstantFolderTest, PositionsOfAnEmbedding) {
  Builder b({-1, 3, 2});
  b.Constant("one", Scalar(1)).Constant("zero", Scalar(0)).Constant("table", Counting({5, 2}));
  b.Add("Shape", {"x"}, "shape").Add("Gather", {"shape", "one"}, "length");
  b.Add("Range", {"zero", "length", "one"}, "positions");
  b.Add("Gather", {"table", "positions"}, "rows").Add("Add", {"x", "rows"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Add"));
  const auto rows = graph.initializers.at("rows").f32();
  EXPECT_THAT(std::vector<float>(rows.begin(), rows.end()), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(ConstantFolderTest, ArithmeticOfConstants) {
  Builder b({-1, 2});
  b.Constant("a", Tensor::F32({2}, std::vector<float>{4, 9}));
  b.Constant("b", Tensor::F32({1}, std::vector<float>{2}));
  b.Add("Sqrt", {"a"}, "root").Add("Pow", {"root", "b"}, "again").Add("Neg", {"b"}, "minus");
  b.Add("Div", {"again", "minus"}, "c").Add("Mul", {"x", "c"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Mul"));
  const auto c = graph.initializers.at("c").f32();
  EXPECT_THAT(std::vector<float>(c.begin(), c.end()), ElementsAre(-2, -4.5f));
}

// A scaled weight is a weight; a constant that is repeated does not make the model larger.
TEST(ConstantFolderTest, ModelsDoNotGrow) {
  Builder b({-1, 64});
  b.Constant("raw", Counting({64, 64})).Constant("half", Tensor::F32({}, std::vector<float>{0.5}));
  b.Add("Mul", {"raw", "half"}, "w").Add("MatMul", {"x", "w"}, "h");
  b.Constant("row", Counting({1, 2048})).Constant("times", List({4, 1}));
  b.Add("Tile", {"row", "times"}, "rows").Add("MatMul", {"h", "v"}, "m");
  b.Constant("v", Counting({64, 1})).Add("Add", {"m", "rows"}, "y");
  const Graph graph = b.Canonical();
  EXPECT_THAT(Operators(graph), ElementsAre("MatMul", "Tile", "MatMul", "Add"));
  EXPECT_EQ(graph.initializers.at("w").f32()[1], 1.0f);
  EXPECT_EQ(graph.initializers.count("raw"), 0u);
}

TEST(ConstantFolderTest, SharedWeightsAreNotCopied) {
  Builder b({-1, 3});
  b.Constant("w", Counting({3, 3})).Constant("two", Tensor::F32({}, std::vector<float>{2}));
  b.Add("MatMul", {"x", "w"}, "h").Add("Mul", {"w", "two"}, "twice");
  b.Add("MatMul", {"h", "twice"}, "y");
  EXPECT_THAT(Operators(b.Canonical()), ElementsAre("MatMul", "Mul", "MatMul"));
}

// Positions that are repeated for each sample of a free batch, chosen from a table and added.
TEST(ConstantFolderTest, WhatIsTheSameForEachSampleIsBroadcast) {
  Builder b({-1, 3, 2});
  b.Constant("zero", List({0})).Constant("two", List({2})).Constant("table", Counting({5, 2}));
  b.Constant("positions", Tensor(List({2, 1, 0}))).Constant("first", List({0}));
  b.Add("Shape", {"x"}, "shape").Add("Slice", {"shape", "zero", "two"}, "sizes");
  b.Add("Expand", {"positions", "sizes"}, "all").Add("Gather", {"table", "all"}, "rows");
  b.Add("Add", {"rows", "x"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Add"));
  const Tensor* rows = graph.Constant(graph.nodes[0].inputs[0]);
  ASSERT_NE(rows, nullptr);
  const auto values = rows->f32();
  EXPECT_THAT(std::vector<float>(values.begin(), values.end()), ElementsAre(5, 6, 3, 4, 1, 2));
  EXPECT_EQ(OutputShape(graph), (op::Shape{-1, 3, 2}));
}

TEST(ConstantFolderTest, ZerosOfTheBatchAreZeros) {
  Builder b({-1, 3});
  b.Add("Shape", {"x"}, "shape").Add("ConstantOfShape", {"shape"}, "zeros");
  b.Add("Add", {"x", "zeros"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Add"));
  EXPECT_EQ(graph.Constant(graph.nodes[0].inputs[1])->shape, (Ints{1, 3}));
}

// A class token in front of every sample's patches.
TEST(ConstantFolderTest, WhatIsTheSameForEachSampleIsJoined) {
  Builder b({-1, 3, 2});
  b.Constant("zero", Scalar(0)).Constant("axes", List({0})).Constant("rest", List({1, 2}));
  b.Constant("token", Counting({1, 1, 2}));
  b.Add("Shape", {"x"}, "shape").Add("Gather", {"shape", "zero"}, "batch");
  b.Add("Unsqueeze", {"batch", "axes"}, "n");
  b.Add("Concat", {"n", "rest"}, "sizes", {{"axis", int64_t{0}}});
  b.Add("Expand", {"token", "sizes"}, "tokens");
  b.Add("Concat", {"tokens", "x"}, "y", {{"axis", int64_t{1}}});
  EXPECT_THAT(Operators(b.Canonical()), ElementsAre("Slice", "IsNaN", "Where", "Concat"));
}

// As torch exports a GRU over a free batch: zeros in the place of a state that is not given.
TEST(ConstantFolderTest, InitialStatesOfZerosAreNone) {
  for (const float value : {0.0f, 0.5f}) {
    Builder b({-1, 4, 3});
    b.Constant("zero", Scalar(0)).Constant("axes", List({0}));
    b.Constant("before", List({1})).Constant("after", List({2}));
    b.Constant("w", Counting({1, 6, 3})).Constant("r", Counting({1, 6, 2}));
    b.Constant("b", Counting({1, 12}));
    b.Add("Shape", {"x"}, "shape").Add("Gather", {"shape", "zero"}, "batch");
    b.Add("Unsqueeze", {"batch", "axes"}, "n");
    b.Add("Concat", {"before", "n", "after"}, "sizes", {{"axis", int64_t{0}}});
    b.Add("ConstantOfShape", {"sizes"}, "zeros",
          {{"value", Tensor::F32({1}, std::vector<float>{value})}});
    b.Add("Transpose", {"x"}, "steps", {{"perm", Ints{1, 0, 2}}});
    b.Add("GRU", {"steps", "w", "r", "b", "", "zeros"}, "y", {{"hidden_size", int64_t{2}}});
    const Graph graph = b.Canonical();
    EXPECT_EQ(graph.nodes.back().Input(5), value == 0 ? "" : "zeros");
    EXPECT_EQ(graph.nodes.size() == 2, value == 0);
  }
}

// torch's `expand(n, -1, -1)`: what of the sizes is -1 becomes 1 by way of their number.
TEST(ConstantFolderTest, SizesOfWhichSomeStay) {
  Builder b({-1, 3, 2});
  b.Constant("zero", Scalar(0)).Constant("axes", List({0})).Constant("rest", List({-1, -1}));
  b.Constant("token", Counting({1, 1, 2})).Constant("minus", Scalar(-1));
  b.Constant("flat", List({-1}));
  b.Add("Shape", {"x"}, "shape").Add("Gather", {"shape", "zero"}, "batch");
  b.Add("Unsqueeze", {"batch", "axes"}, "n");
  b.Add("Concat", {"n", "rest"}, "listed", {{"axis", int64_t{0}}});
  b.Add("Reshape", {"listed", "flat"}, "sizes").Add("Shape", {"sizes"}, "rank");
  b.Add("ConstantOfShape", {"rank"}, "ones", {{"value", Tensor::I64(Ints{1})}});
  b.Add("Mul", {"ones", "minus"}, "open").Add("Equal", {"sizes", "open"}, "stays");
  b.Add("Where", {"stays", "ones", "sizes"}, "to").Add("Expand", {"token", "to"}, "tokens");
  b.Add("Add", {"x", "tokens"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Add"));
  EXPECT_EQ(graph.Constant(graph.nodes[0].inputs[1])->shape, (Ints{1, 1, 2}));
}

// Nodes of a few bytes that ask for 16 MB each: no more than 256 MB of them are made.
TEST(ConstantFolderTest, WhatIsMadeHasALimit) {
  Builder b({-1, 2048, 2048});
  b.Constant("shape", List({2048, 2048}));
  std::string sum = "x";
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i), next = i == 19 ? "y" : "sum" + n;
    b.Add("ConstantOfShape", {"shape"}, "zeros" + n).Add("Add", {sum, "zeros" + n}, next);
    sum = next;
  }
  const auto names = Operators(b.Canonical());
  EXPECT_EQ(std::count(names.begin(), names.end(), "ConstantOfShape"), 4);
}

// A mask as torch makes it by assignments, and two views of it.
TEST(ConstantFolderTest, MasksByAssignment) {
  Builder b({-1, 2, 2});
  const auto places = [](Ints values, Ints shape) {
    Tensor tensor = List(std::move(values));
    tensor.shape = std::move(shape);
    return tensor;
  };
  b.Constant("shape", List({2, 2})).Constant("axis0", List({0})).Constant("axis1", List({1}));
  b.Constant("last_row", places({-1}, {1, 1})).Constant("corner", places({0, 1}, {1, 2}));
  b.Constant("one_two", Counting({1, 2}));
  b.Constant("nine", Tensor::F32({1}, std::vector<float>{9}));
  b.Add("ConstantOfShape", {"shape"}, "zeros");
  b.Add("ScatterND", {"zeros", "last_row", "one_two"}, "some");
  b.Add("ScatterND", {"some", "corner", "nine"}, "mask");
  b.Add("Unsqueeze", {"mask", "axis0"}, "matrix").Add("Unsqueeze", {"mask", "axis1"}, "rows");
  b.Add("Sub", {"matrix", "rows"}, "differences").Add("Add", {"x", "differences"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Add"));
  // The mask is 0 9 / 1 2; matrix [i][j] - row [i][j] over [1][2][2] and [2][1][2].
  const auto values = graph.initializers.at("differences").f32();
  EXPECT_THAT(std::vector<float>(values.begin(), values.end()),
              ElementsAre(0, 0, 1, -7, -1, 7, 0, 0));
}

// A place outside is left to the checks.
TEST(ConstantFolderTest, NothingIsScatteredOutside) {
  for (const char* op : {"ScatterND", "ScatterElements"}) {
    for (const int64_t place : {int64_t{2}, int64_t{-3}, std::numeric_limits<int64_t>::min()}) {
      Builder b({-1, 2});
      b.Constant("data", Counting({2})).Constant("updates", Counting({1}));
      Tensor places = List({place});
      if (std::string(op) == "ScatterND") places.shape = {1, 1};
      b.Constant("places", places);
      b.Add(op, {"data", "places", "updates"}, "c").Add("Add", {"x", "c"}, "y");
      EXPECT_THAT(Operators(b.Canonical()), ElementsAre(op, "Add")) << place;
    }
  }
}

TEST(ConstantFolderTest, ElementsAreScatteredAlongAnAxis) {
  Builder b({-1, 2, 3});
  Tensor indices = List({2, 0});
  indices.shape = {2, 1};
  b.Constant("data", Counting({2, 3})).Constant("indices", indices);
  b.Constant("updates", Tensor::F32({2, 1}, std::vector<float>{-1, -2}));
  b.Add("ScatterElements", {"data", "indices", "updates"}, "c", {{"axis", int64_t{1}}});
  b.Add("Add", {"x", "c"}, "y");
  const Graph graph = b.Canonical();
  ASSERT_THAT(Operators(graph), ElementsAre("Add"));
  const auto c = graph.initializers.at("c").f32();
  EXPECT_THAT(std::vector<float>(c.begin(), c.end()), ElementsAre(1, 2, -1, -2, 5, 6));
}

}  // namespace
}  // namespace dc
