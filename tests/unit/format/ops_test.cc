#include "format/ops.h"

#include <gtest/gtest.h>

namespace dc::format {
namespace {

TEST(OpsTest, ReadsAttributesByName) {
  Node node;
  node.op = Op::kConv;
  node.ints = {4, 2, 1, 2, 1, 0, 8, 2, 3, 3};  // pads of 4, no strides, group 8, dilations of 2
  const Attributes attributes(node);
  ASSERT_TRUE(attributes.ok());
  const auto pads = attributes.Ints("pads");
  EXPECT_EQ(std::vector<int64_t>(pads.begin(), pads.end()), (std::vector<int64_t>{2, 1, 2, 1}));
  EXPECT_TRUE(attributes.Ints("strides").empty());
  EXPECT_EQ(attributes.Int("group"), 8);
  EXPECT_EQ(attributes.Ints("dilations").size(), 2u);
  EXPECT_EQ(attributes.Int("axis"), 0);
  EXPECT_TRUE(attributes.Ints("group").empty());

  Node gemm;
  gemm.op = Op::kGemm;
  gemm.ints = {1, 0};
  gemm.floats = {0.5f, 2.0f};
  EXPECT_EQ(Attributes(gemm).Int("transB"), 1);
  EXPECT_EQ(Attributes(gemm).Int("transA"), 0);
  EXPECT_EQ(Attributes(gemm).Float("alpha"), 0.5f);
  EXPECT_EQ(Attributes(gemm).Float("beta"), 2.0f);
}

TEST(OpsTest, RefusesListsOfTheWrongLength) {
  auto ok = [](Op op, std::vector<int64_t> ints, std::vector<float> floats) {
    Node node;
    node.op = op;
    node.ints = std::move(ints);
    node.floats = std::move(floats);
    return Attributes(node).ok();
  };
  EXPECT_TRUE(ok(Op::kRelu, {}, {}));
  EXPECT_FALSE(ok(Op::kRelu, {1}, {}));
  EXPECT_FALSE(ok(Op::kRelu, {}, {1.0f}));
  EXPECT_TRUE(ok(Op::kReshape, {2, -1, 10, 0}, {}));
  EXPECT_FALSE(ok(Op::kReshape, {2, -1, 10}, {}));
  EXPECT_FALSE(ok(Op::kReshape, {3, -1, 10}, {}));
  EXPECT_FALSE(ok(Op::kReshape, {-1, 0}, {}));
  EXPECT_FALSE(ok(Op::kReshape, {int64_t{1} << 62, 0}, {}));
  EXPECT_FALSE(ok(Op::kNone, {}, {}));
}

}  // namespace
}  // namespace dc::format
