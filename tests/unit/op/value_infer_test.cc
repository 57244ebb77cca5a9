// Shapes of operators on values, and values of functions, by hand after ONNX's definitions. -1 is
// the batch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "unit/op/given_attributes.h"

namespace dc::op {
namespace {

using testing::HasSubstr;

TEST(ValueInferTest, ReductionsDropOrKeepTheirAxes) {
  const Shape images = {-1, 3, 8, 9};
  EXPECT_EQ(InferOne(kReduceMean, {images}, {{"axes", {2, 3}}}).shape, (Shape{-1, 3, 1, 1}));
  EXPECT_EQ(InferOne(kReduceMean, {images}, {{"axes", {-1, 1}}, {"keepdims", {0}}}).shape,
            (Shape{-1, 8}));
  EXPECT_EQ(InferOne(kReduceSum, {images}, {{"noop_with_empty_axes", {1}}}).shape, images);
  EXPECT_EQ(InferOne(kReduceSum, {{4, 5}}, {{"keepdims", {0}}}).shape, Shape{});
  EXPECT_EQ(InferOne(kReduceSum, {{4, 5}}).shape, (Shape{1, 1}));
  EXPECT_EQ(InferOne(kReduceMax, {{2, -1, 5}}, {{"axes", {0}}, {"keepdims", {0}}}).shape,
            (Shape{-1, 5}));
  EXPECT_THAT(InferOne(kReduceMax, {images}, {{"axes", {0}}}).error,
              HasSubstr("reduces across the batch"));
  EXPECT_THAT(InferOne(kReduceMax, {images}).error, HasSubstr("reduces across the batch"));
  EXPECT_THAT(InferOne(kReduceMax, {images}, {{"axes", {1, -3}}}).error, HasSubstr("axes"));
  EXPECT_THAT(InferOne(kReduceMax, {images}, {{"axes", {4}}}).error, HasSubstr("axes"));
}

TEST(ValueInferTest, PlacesOfTheLargest) {
  EXPECT_EQ(InferOne(kArgMax, {{-1, 3, 8}}, {{"axis", {1}}}).shape, (Shape{-1, 1, 8}));
  EXPECT_EQ(InferOne(kArgMax, {{-1, 3, 8}}, {{"axis", {-1}}, {"keepdims", {0}}}).shape,
            (Shape{-1, 3}));
  EXPECT_THAT(InferOne(kArgMax, {{-1, 3, 8}}).error, HasSubstr("reduces across the batch"));
  EXPECT_THAT(InferOne(kArgMax, {{-1, 3}}, {{"axis", {2}}}).error, HasSubstr("axis"));
}

TEST(ValueInferTest, AxesThatStay) {
  EXPECT_EQ(InferOne(kSoftmax, {{4, -1}}, {{"axis", {0}}}).shape, (Shape{4, -1}));
  EXPECT_EQ(InferOne(kCumSum, {{-1, 3}}, {{"axis", {1}}}).shape, (Shape{-1, 3}));
  EXPECT_THAT(InferOne(kLogSoftmax, {{-1, 3}}, {{"axis", {0}}}).error, HasSubstr("the batch"));
  EXPECT_THAT(InferOne(kHardmax, {{-1, 3}}, {{"axis", {0}}}).error, HasSubstr("the batch"));
  EXPECT_THAT(InferOne(kLpNormalization, {{-1, 3}}, {{"p", {3}}}).error, HasSubstr("p is not"));
}

TEST(ValueInferTest, OperandsOfTwoAndThree) {
  EXPECT_EQ(InferOne(kPow, {{-1, 3, 8}, {}}).shape, (Shape{-1, 3, 8}));
  EXPECT_EQ(InferOne(kMax, {{8}, {-1, 3, 1}}).shape, (Shape{-1, 3, 8}));
  EXPECT_EQ(InferOne(kWhere, {{-1, 1, 8}, {3, 1}, {}}).shape, (Shape{-1, 3, 8}));
  EXPECT_EQ(InferOne(kWhere, {{3, 1}, {8}, {-1, 1, 1}}).shape, (Shape{-1, 3, 8}));
  EXPECT_THAT(InferOne(kWhere, {{-1, 3}, {3}, {4}}).error, HasSubstr("input 2"));
  EXPECT_EQ(InferOne(kPRelu, {{-1, 3, 8}, {3, 1}}).shape, (Shape{-1, 3, 8}));
  EXPECT_THAT(InferOne(kPRelu, {{-1, 1, 8}, {3, 1}}).error, HasSubstr("broadcasts over Nx1x8"));
  EXPECT_EQ(InferOne(kMod, {{-1, 3}, {3}}, {{"fmod", {1}}}).shape, (Shape{-1, 3}));
  EXPECT_THAT(InferOne(kMod, {{-1, 3}, {3}}).error, HasSubstr("fmod = 0"));
}

// Values from tables, or worked out by hand.
TEST(FunctionTest, FollowsTheFormula) {
  const auto at = [](const Operator& op, double x, std::map<std::string, float> floats = {},
                     std::map<std::string, std::vector<int64_t>> ints = {}) {
    return op.on_constant(GivenAttributes(op, std::move(ints), std::move(floats)),
                          std::vector<double>{x});
  };
  EXPECT_EQ(at(kAbs, -2), 2);
  EXPECT_EQ(at(kNeg, -2), 2);
  EXPECT_NEAR(at(kExp, 1), 2.718281828459, 1e-9);
  EXPECT_NEAR(at(kErf, 1), 0.842700792950, 1e-9);
  EXPECT_EQ(at(kFloor, -1.5), -2);
  EXPECT_EQ(at(kRound, 0.5), 0);
  EXPECT_EQ(at(kRound, 1.5), 2);
  EXPECT_EQ(at(kRound, -2.5), -2);
  EXPECT_EQ(at(kSign, -7), -1);
  EXPECT_EQ(at(kSign, 0), 0);
  EXPECT_NEAR(at(kSoftplus, 0), 0.693147180560, 1e-9);
  EXPECT_EQ(at(kSoftplus, 1000), 1000);
  EXPECT_EQ(at(kSoftsign, -3), -0.75);
  EXPECT_NEAR(at(kSelu, -1), -1.111330737813, 1e-6);
  EXPECT_NEAR(at(kSelu, 2), 2.101402044296, 1e-6);
  EXPECT_NEAR(at(kCelu, -1, {{"alpha", 2.0f}}), 2 * std::expm1(-0.5), 1e-9);
  EXPECT_NEAR(at(kHardSigmoid, 1), 0.7, 1e-6);
  EXPECT_EQ(at(kHardSigmoid, 9), 1);
  EXPECT_NEAR(at(kGelu, 1), 0.841344746069, 1e-9);
  EXPECT_NEAR(at(kGelu, 1, {}, {{"approximate", {1}}}), 0.841191990608, 1e-9);
  EXPECT_NEAR(at(kMish, 1), 0.865098388267, 1e-9);
  EXPECT_EQ(at(kThresholdedRelu, 1), 0);
  EXPECT_EQ(at(kThresholdedRelu, 1.25), 1.25);
  EXPECT_EQ(at(kShrink, -1.5, {{"bias", 0.25f}}), -1.25);
  EXPECT_EQ(at(kShrink, 0.5), 0);
  EXPECT_EQ(at(kNot, 0), 1);
  EXPECT_EQ(at(kNot, 1), 0);
  EXPECT_EQ(at(kIsNaN, NAN), 1);
  EXPECT_EQ(at(kIsInf, -INFINITY), 1);
  EXPECT_EQ(at(kIsInf, -INFINITY, {}, {{"detect_negative", {0}}}), 0);
}

}  // namespace
}  // namespace dc::op
