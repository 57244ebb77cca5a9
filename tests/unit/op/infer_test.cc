// Shapes by hand, after ONNX's definitions. -1 is the batch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "unit/op/given_attributes.h"

namespace dc::op {
namespace {

using testing::HasSubstr;

TEST(InferTest, ConvolutionsCountTheirWindows) {
  // (28 - 5) / 1 + 1
  EXPECT_EQ(InferOne(kConv, {{-1, 1, 28, 28}, {20, 1, 5, 5}}).shape, (Shape{-1, 20, 24, 24}));
  // rows: (9 + 2 - 5) / 2 + 1, columns: (7 + 0 - 3) / 1 + 1; 3 channels in each of 2 groups
  EXPECT_EQ(
      InferOne(kConv, {{-1, 6, 9, 7}, {4, 3, 3, 3}},
               {{"group", {2}}, {"strides", {2, 1}}, {"pads", {1, 0, 1, 0}}, {"dilations", {2, 1}}})
          .shape,
      (Shape{-1, 4, 4, 5}));
  EXPECT_EQ(InferOne(kConv, {{-1, 2, 9}, {4, 2, 3}, {4}}).shape, (Shape{-1, 4, 7}));
  EXPECT_EQ(InferOne(kConv, {{-1, 2, 4, 5, 5}, {3, 2, 2, 2, 2}}).shape, (Shape{-1, 3, 3, 4, 4}));
}

TEST(InferTest, ImpossibleConvolutionsAreRefused) {
  const std::vector<Shape> plain = {{-1, 1, 28, 28}, {20, 1, 5, 5}};
  EXPECT_THAT(InferOne(kConv, plain, {{"group", {0}}}).error, HasSubstr("group is not at least 1"));
  EXPECT_THAT(InferOne(kConv, plain, {{"strides", {0, 1}}}).error, HasSubstr("strides holds 0"));
  EXPECT_THAT(InferOne(kConv, plain, {{"pads", {0, 0, 0, int64_t{1} << 62}}}).error,
              HasSubstr("pads holds"));
  EXPECT_THAT(InferOne(kConv, plain, {{"pads", {0, 0}}}).error, HasSubstr("a list of 4"));
  EXPECT_THAT(InferOne(kConv, {{-1, 2, 28, 28}, {20, 1, 5, 5}}).error,
              HasSubstr("input 1 has shape"));
  EXPECT_THAT(InferOne(kConv, {{-1, 1, 3, 3}, {20, 1, 5, 5}}).error, HasSubstr("a window of 5"));
  EXPECT_THAT(InferOne(kConv, plain, {{"kernel_shape", {3, 3}}}).error, HasSubstr("kernel_shape"));
  EXPECT_THAT(InferOne(kConv, {{-1, 1, 28, 28}, {20, 1, 5, 5}, {3}}).error, HasSubstr("input 2"));
}

TEST(InferTest, PoolsRoundUpWhereTheyAreAskedTo) {
  const auto pool = [](int64_t size, int64_t kernel, int64_t stride, int64_t pad, int64_t ceil) {
    return InferOne(kMaxPool, {{-1, 4, size}},
                    {{"kernel_shape", {kernel}},
                     {"strides", {stride}},
                     {"pads", {pad, pad}},
                     {"ceil_mode", {ceil}}});
  };
  EXPECT_EQ(pool(6, 3, 2, 0, 0).shape, (Shape{-1, 4, 2}));
  EXPECT_EQ(pool(6, 3, 2, 0, 1).shape, (Shape{-1, 4, 3}));
  // Windows at -1, 2 and 5: the last would begin in the padding after the 5 values.
  EXPECT_EQ(pool(5, 3, 3, 1, 1).shape, (Shape{-1, 4, 2}));
  EXPECT_THAT(pool(5, 2, 1, 2, 0).error, HasSubstr("padding as wide as the window"));
  EXPECT_EQ(InferOne(kGlobalAveragePool, {{-1, 4, 7, 9}}).shape, (Shape{-1, 4, 1, 1}));
}

TEST(InferTest, ProductsOfMatrices) {
  EXPECT_EQ(InferOne(kGemm, {{-1, 8}, {3, 8}}, {{"transB", {1}}}).shape, (Shape{-1, 3}));
  EXPECT_EQ(InferOne(kGemm, {{-1, 8}, {8, 3}, {1, 3}}).shape, (Shape{-1, 3}));
  EXPECT_EQ(InferOne(kGemm, {{8, -1}, {8, 3}}, {{"transA", {1}}}).shape, (Shape{-1, 3}));
  EXPECT_THAT(InferOne(kGemm, {{-1, 7}, {8, 3}}).error, HasSubstr("can be multiplied"));
  EXPECT_THAT(InferOne(kGemm, {{-1, 8}, {8, 3}, {2}}).error, HasSubstr("broadcasts"));
  EXPECT_EQ(InferOne(kMatMul, {{-1, 6, 8}, {8, 3}}).shape, (Shape{-1, 6, 3}));
  EXPECT_EQ(InferOne(kMatMul, {{-1, 6, 8}, {1, 8, 3}}).shape, (Shape{-1, 6, 3}));
  EXPECT_EQ(InferOne(kMatMul, {{-1, 5, 6, 8}, {-1, 5, 8, 3}}).shape, (Shape{-1, 5, 6, 3}));
  EXPECT_EQ(InferOne(kMatMul, {{-1, 8}, {8}}).shape, (Shape{-1}));
  EXPECT_EQ(InferOne(kMatMul, {{8}, {8, 3}}).shape, (Shape{3}));
  EXPECT_THAT(InferOne(kMatMul, {{-1, 6, 8}, {5, 8, 3}}).error, HasSubstr("can be multiplied"));
}

TEST(InferTest, ProductsDoNotMixSamples) {
  EXPECT_THAT(InferOne(kGemm, {{-1, 8}, {16, 3}}, {{"transA", {1}}}).error,
              HasSubstr("across the batch"));
  EXPECT_THAT(InferOne(kMatMul, {{5, -1}, {-1, 3}}).error, HasSubstr("across the batch"));
  // Each sample with each other.
  EXPECT_THAT(InferOne(kMatMul, {{-1, 8}, {8, -1}}).error, HasSubstr("across the batch"));
  EXPECT_THAT(InferOne(kConv, {{2, 3, -1}, {4, 3, 1}}).error, HasSubstr("across the batch"));
}

TEST(InferTest, TransposedConvolutionsSpreadTheirWindows) {
  // rows: (4 - 1) * 2 + 3 - 1 - 1 + 1, columns: (5 - 1) * 1 + (3 - 1) * 2 + 1
  EXPECT_EQ(InferOne(kConvTranspose, {{-1, 6, 4, 5}, {6, 2, 3, 3}},
                     {{"strides", {2, 1}},
                      {"pads", {1, 0, 1, 0}},
                      {"dilations", {1, 2}},
                      {"output_padding", {1, 0}},
                      {"group", {3}}})
                .shape,
            (Shape{-1, 6, 8, 9}));
  EXPECT_EQ(InferOne(kConvTranspose, {{-1, 3, 4}, {3, 5, 2}, {5}}).shape, (Shape{-1, 5, 5}));
  const std::vector<Shape> plain = {{-1, 6, 4, 5}, {6, 2, 3, 3}};
  EXPECT_THAT(InferOne(kConvTranspose, {{-1, 5, 4, 5}, {6, 2, 3, 3}}).error, HasSubstr("input 1"));
  EXPECT_THAT(InferOne(kConvTranspose, plain, {{"group", {4}}}).error, HasSubstr("input 1"));
  EXPECT_THAT(InferOne(kConvTranspose, plain, {{"pads", {3, 0, 3, 0}}}).error,
              HasSubstr("an output of size 0"));
  EXPECT_THAT(InferOne(kConvTranspose, plain, {{"strides", {1 << 21, 1}}}).error,
              HasSubstr("an output of size"));
  EXPECT_THAT(InferOne(kConvTranspose, plain, {{"output_padding", {-1, 0}}}).error,
              HasSubstr("output_padding holds -1"));
}

TEST(InferTest, NormalizationsStayWithinASample) {
  EXPECT_EQ(InferOne(kLayerNormalization, {{-1, 3, 4}, {4}, {4}}).shape, (Shape{-1, 3, 4}));
  EXPECT_EQ(InferOne(kLayerNormalization, {{-1, 3, 4}, {3, 4}}, {{"axis", {1}}}).shape,
            (Shape{-1, 3, 4}));
  EXPECT_THAT(InferOne(kLayerNormalization, {{-1, 3, 4}, {4}}, {{"axis", {0}}}).error,
              HasSubstr("normalizes across the batch"));
  EXPECT_EQ(InferOne(kLayerNormalization, {{2, 3, 4}, {4}}, {{"axis", {0}}}).shape,
            (Shape{2, 3, 4}));
  EXPECT_THAT(InferOne(kLayerNormalization, {{-1, 3, 4}, {3}}).error, HasSubstr("input 1"));
  EXPECT_EQ(InferOne(kInstanceNormalization, {{-1, 3, 4}, {3}, {3}}).shape, (Shape{-1, 3, 4}));
  EXPECT_THAT(InferOne(kInstanceNormalization, {{-1, 3, 4}, {3}, {4}}).error, HasSubstr("input 2"));
  const auto groups = [](int64_t count, int64_t scales) {
    return InferOne(kGroupNormalization, {{-1, 6, 4}, {scales}, {scales}},
                    {{"num_groups", {count}}});
  };
  EXPECT_EQ(groups(3, 6).shape, (Shape{-1, 6, 4}));
  EXPECT_EQ(groups(3, 3).shape, (Shape{-1, 6, 4}));
  EXPECT_THAT(groups(3, 2).error, HasSubstr("input 1"));
  EXPECT_THAT(groups(4, 6).error, HasSubstr("num_groups"));
  EXPECT_THAT(groups(0, 6).error, HasSubstr("num_groups"));
}

TEST(InferTest, DilatedPoolsHaveNoEmptyWindows) {
  const auto pool = [](int64_t size, int64_t pad) {
    return InferOne(kAveragePool, {{-1, 4, size}},
                    {{"kernel_shape", {2}}, {"dilations", {3}}, {"pads", {pad, pad}}});
  };
  EXPECT_EQ(pool(6, 1).shape, (Shape{-1, 4, 5}));
  // Taps at -2 and 1 of an input of 1.
  EXPECT_THAT(pool(1, 2).error, HasSubstr("without a single input value"));
  EXPECT_THAT(InferOne(kLpPool, {{-1, 4, 6}}, {{"kernel_shape", {2}}, {"p", {0}}}).error,
              HasSubstr("p is not"));
}

TEST(InferTest, OperandsBroadcastFromTheEnd) {
  EXPECT_EQ(InferOne(kAdd, {{-1, 3, 8, 8}, {3, 1, 1}}).shape, (Shape{-1, 3, 8, 8}));
  EXPECT_EQ(InferOne(kMul, {{1}, {-1, 3}}).shape, (Shape{-1, 3}));
  EXPECT_EQ(InferOne(kSub, {{-1, 1, 4}, {1, 6, 1}}).shape, (Shape{-1, 6, 4}));
  EXPECT_THAT(InferOne(kAdd, {{-1, 3}, {2, 3}}).error, HasSubstr("broadcasts with Nx3"));
}

TEST(InferTest, ReshapesKeepTheBatchWhole) {
  const auto reshape = [](const Shape& from, std::vector<int64_t> to, int64_t declared = -1) {
    return InferOne(kReshape, {from}, {{"shape", std::move(to)}}, declared);
  };
  EXPECT_EQ(reshape({-1, 4, 6, 6}, {0, -1}).shape, (Shape{-1, 144}));
  EXPECT_EQ(reshape({-1, 4, 6, 6}, {-1, 144}).shape, (Shape{-1, 144}));
  EXPECT_EQ(reshape({-1, 4, 6}, {-1, 6}).shape, (Shape{-4, 6}));
  EXPECT_EQ(reshape({-4, 6}, {-1, 4, 6}).shape, (Shape{-1, 4, 6}));
  EXPECT_EQ(reshape({-1, 24}, {4, -1}, 4).shape, (Shape{-1, 24}));
  EXPECT_EQ(reshape({-1, 24}, {1, -1}).shape, (Shape{-1, 24}));
  EXPECT_EQ(reshape({-1, 24}, {1, 24}).shape, (Shape{-1, 24}));
  EXPECT_EQ(reshape({-1, 24}, {8, 4, 6}).shape, (Shape{-1, 4, 6}));
  EXPECT_EQ(reshape({2, 12}, {4, -1}).shape, (Shape{4, 6}));
  EXPECT_EQ(reshape({4, -1, 6}, {2, 2, -1, 6}).shape, (Shape{2, 2, -1, 6}));
  // A quarter of the samples in each row.
  EXPECT_THAT(reshape({-1, 24}, {4, -1}).error, HasSubstr("one dimension stays the batch"));
  EXPECT_THAT(reshape({-1, 24}, {4, -1}, 1).error, HasSubstr("one dimension stays the batch"));
  // Rows of an image for samples.
  EXPECT_THAT(reshape({-1, 1, 6, 6}, {6, 6}).error, HasSubstr("one dimension stays the batch"));
  EXPECT_THAT(reshape({-1, 5}, {0, 6}).error, HasSubstr("a Reshape of Nx5 to 0x6"));
  EXPECT_THAT(reshape({-1, 5}, {-1, -1}).error, HasSubstr("a Reshape"));
  EXPECT_THAT(reshape({-1, 5}, {}).error, HasSubstr("a Reshape"));
}

TEST(InferTest, AxesMove) {
  EXPECT_EQ(InferOne(kTranspose, {{-1, 3, 8, 9}}, {{"perm", {0, 2, 3, 1}}}).shape,
            (Shape{-1, 8, 9, 3}));
  EXPECT_EQ(InferOne(kTranspose, {{-1, 3}}).shape, (Shape{3, -1}));
  EXPECT_THAT(InferOne(kTranspose, {{-1, 3}}, {{"perm", {0, 0}}}).error, HasSubstr("perm"));
  EXPECT_EQ(InferOne(kFlatten, {{-1, 3, 8, 9}}).shape, (Shape{-1, 216}));
  EXPECT_EQ(InferOne(kFlatten, {{-1, 3, 8}}, {{"axis", {2}}}).shape, (Shape{-3, 8}));
  EXPECT_EQ(InferOne(kFlatten, {{-1, 3, 8}}, {{"axis", {-1}}}).shape, (Shape{-3, 8}));
  // Samples lie apart, 8 values each: they are no rows of 24.
  EXPECT_THAT(InferOne(kFlatten, {{3, -1, 8}}, {{"axis", {2}}}).error,
              HasSubstr("flattens across the batch"));
  EXPECT_EQ(InferOne(kSqueeze, {{-1, 1, 8, 1}}, {{"axes", {1, -1}}}).shape, (Shape{-1, 8}));
  EXPECT_EQ(InferOne(kSqueeze, {{-1, 1, 8, 1}}).shape, (Shape{-1, 8}));
  EXPECT_THAT(InferOne(kSqueeze, {{-1, 2}}, {{"axes", {1}}}).error, HasSubstr("dimensions of 1"));
  EXPECT_EQ(InferOne(kUnsqueeze, {{-1, 8}}, {{"axes", {1, 3}}}).shape, (Shape{-1, 1, 8, 1}));
  EXPECT_THAT(InferOne(kUnsqueeze, {{-1, 8}}, {{"axes", {1, 1}}}).error, HasSubstr("axes"));
}

TEST(InferTest, JoinedAxesAddUp) {
  EXPECT_EQ(InferOne(kConcat, {{-1, 3, 8}, {-1, 5, 8}}).shape, (Shape{-1, 8, 8}));
  EXPECT_THAT(InferOne(kConcat, {{-1, 3}, {-1, 3}}, {{"axis", {0}}}).error,
              HasSubstr("joins across the batch"));
  EXPECT_THAT(InferOne(kConcat, {{-1, 3, 8}, {-1, 5, 7}}).error, HasSubstr("input 1"));
  EXPECT_THAT(InferOne(kConcat, {{-1, 3}, {-1, 3, 1}}).error, HasSubstr("input 1"));
  EXPECT_EQ(InferOne(kGather, {{50, 16}, {-1, 7}}).shape, (Shape{-1, 7, 16}));
}

TEST(InferTest, ChannelsHaveTheirStatistics) {
  EXPECT_EQ(InferOne(kBatchNormalization, {{-1, 3, 4}, {3}, {3}, {3}, {3}}).shape,
            (Shape{-1, 3, 4}));
  EXPECT_THAT(InferOne(kBatchNormalization, {{-1, 3, 4}, {3}, {3}, {4}, {3}}).error,
              HasSubstr("input 3"));
  EXPECT_THAT(InferOne(kSoftmax, {{-1, 3}}, {{"axis", {2}}}).error, HasSubstr("axis"));
}

TEST(InferTest, SizesCannotOverflow) {
  EXPECT_EQ(Product(std::vector<int64_t>{int64_t{1} << 40, 1 << 10}), std::nullopt);
  EXPECT_EQ(Product(std::vector<int64_t>{-1, -1}), std::nullopt);
  EXPECT_EQ(Product(std::vector<int64_t>{-2, 3}), -6);
  EXPECT_EQ(Product(std::vector<int64_t>{INT64_MIN}), std::nullopt);
  EXPECT_THAT(InferOne(kFlatten, {{-1, int64_t{1} << 40, 1 << 20}}).error, HasSubstr("fewer"));
}

TEST(OnConstantTest, FollowsTheFormula) {
  const auto at = [](const Operator& op, std::vector<double> channel,
                     std::map<std::string, float> floats = {}) {
    return op.on_constant(GivenAttributes(op, {}, std::move(floats)), channel);
  };
  EXPECT_EQ(at(kRelu, {-2}), 0);
  EXPECT_NEAR(at(kSigmoid, {0}), 0.5, 1e-12);
  EXPECT_NEAR(at(kLeakyRelu, {-2}), -0.02, 1e-8);
  EXPECT_NEAR(at(kElu, {-1}), -0.6321205588, 1e-9);
  EXPECT_EQ(at(kClip, {9}, {{"min", 0.0f}, {"max", 6.0f}}), 6);
  // (3 - 1) / sqrt(4 - 0) * 5 + 7, epsilon next to nothing
  EXPECT_NEAR(at(kBatchNormalization, {3, 5, 7, 1, 4}), 12, 1e-4);
  const GivenAttributes padded(kAveragePool, {{"pads", {1, 1}}, {"count_include_pad", {1}}});
  EXPECT_TRUE(std::isnan(kAveragePool.on_constant(padded, std::vector<double>{1})));
  EXPECT_EQ(kAveragePool.on_constant(padded, std::vector<double>{0}), 0);
}

}  // namespace
}  // namespace dc::op
