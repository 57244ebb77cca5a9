#include "format/defaults.h"

#include <gtest/gtest.h>

namespace dc::format {
namespace {

TEST(DefaultsTest, InputsAreThePreviousValueAndTheNextTensors) {
  // One graph input (0), five tensors (1 to 5), nodes from 6 on.
  DefaultInputs defaults(1, 5);
  EXPECT_EQ(defaults.Next(*FindOp(Op::kGemm)), (std::vector<uint32_t>{0, 1, 2}));
  EXPECT_EQ(defaults.Next(*FindOp(Op::kRelu)), (std::vector<uint32_t>{0}));
  defaults.Advance({0, 1, 2});
  EXPECT_EQ(defaults.Next(*FindOp(Op::kRelu)), (std::vector<uint32_t>{6}));
  defaults.Advance({6});
  EXPECT_EQ(defaults.Next(*FindOp(Op::kMatMul)), (std::vector<uint32_t>{7, 3}));
  defaults.Advance({7, 4});  // goes past tensor 4, so 3 is no default any more
  EXPECT_EQ(defaults.Next(*FindOp(Op::kMatMul)), (std::vector<uint32_t>{8, 5}));
  EXPECT_TRUE(defaults.Next(*FindOp(Op::kGemm)).empty());  // wants two tensors
  EXPECT_TRUE(defaults.Next(*FindOp(Op::kConcat)).empty());
}

TEST(DefaultsTest, TrimmedAttributesComeBack) {
  const struct {
    Op op;
    std::vector<int64_t> ints, trimmed_ints;
    std::vector<float> floats, trimmed_floats;
  } kCases[] = {
      {Op::kConv, {0, 0, 1, 0}, {}, {}, {}},
      {Op::kConv, {4, 1, 1, 1, 1, 0, 1, 0}, {4, 1, 1, 1, 1}, {}, {}},
      {Op::kConv, {0, 0, 2, 0}, {0, 0, 2}, {}, {}},
      {Op::kGemm, {1, 0}, {1}, {1.0f, 0.5f}, {1.0f, 0.5f}},
      {Op::kGemm, {0, 1}, {0, 1}, {2.0f, 1.0f}, {2.0f}},
      {Op::kReshape, {2, -1, 4, 0}, {2, -1, 4}, {}, {}},
      {Op::kRelu, {}, {}, {}, {}},
  };
  for (const auto& c : kCases) {
    Node node;
    node.op = c.op;
    node.ints = c.ints;
    node.floats = c.floats;
    TrimAttributes(&node);
    EXPECT_EQ(node.ints, c.trimmed_ints);
    EXPECT_EQ(node.floats, c.trimmed_floats);
    FillAttributes(&node);
    EXPECT_EQ(node.ints, c.ints);
    EXPECT_EQ(node.floats, c.floats);
  }
}

TEST(DefaultsTest, FillingAMalformedListEnds) {
  Node node;
  node.op = Op::kReshape;
  node.ints = {5, 1};
  FillAttributes(&node);
  EXPECT_FALSE(Attributes(node).ok());
  node.ints = {-3};
  FillAttributes(&node);
  EXPECT_FALSE(Attributes(node).ok());
}

}  // namespace
}  // namespace dc::format
