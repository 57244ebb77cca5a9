// Operators that move values: shapes and places by hand, after ONNX's definitions. -1 is the batch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "op/resize.h"
#include "unit/op/given_attributes.h"

namespace dc::op {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using Lists = std::map<std::string, std::vector<int64_t>>;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

// What the elements 0, 1, 2, ... of an array of `x` become.
std::vector<float> Moved(const Operator& op, const Shape& x, const Lists& lists) {
  const Inferred y = InferOne(op, {x}, lists);
  EXPECT_EQ(y.error, "");
  if (!y.error.empty()) return {};
  const ElementMap map = op.map(GivenAttributes(op, lists), x, y.shape);
  std::vector<float> result;
  VisitRuns(map, [&](int64_t from, int64_t to) {
    EXPECT_EQ(static_cast<size_t>(to), result.size());
    for (int64_t offset : map.last()) {
      result.push_back(from < 0 || offset < 0 ? map.fill : static_cast<float>(from + offset));
    }
  });
  EXPECT_EQ(static_cast<int64_t>(result.size()), *Product(y.shape));
  return result;
}

TEST(SliceTest, StartsEndsAndSteps) {
  EXPECT_THAT(Moved(kSlice, {8}, {{"starts", {2}}, {"ends", {7}}, {"steps", {2}}}),
              ElementsAre(2, 4, 6));
  EXPECT_THAT(Moved(kSlice, {8}, {{"starts", {-3}}, {"ends", {kMax}}}), ElementsAre(5, 6, 7));
  EXPECT_THAT(Moved(kSlice, {8}, {{"starts", {-100}}, {"ends", {-6}}}), ElementsAre(0, 1));
  EXPECT_THAT(Moved(kSlice, {4}, {{"starts", {-1}}, {"ends", {kMin}}, {"steps", {-1}}}),
              ElementsAre(3, 2, 1, 0));
  EXPECT_THAT(Moved(kSlice, {6}, {{"starts", {kMax}}, {"ends", {1}}, {"steps", {-2}}}),
              ElementsAre(5, 3));
  EXPECT_THAT(Moved(kSlice, {6}, {{"starts", {1}}, {"ends", {6}}, {"steps", {kMax}}}),
              ElementsAre(1));
  EXPECT_THAT(Moved(kSlice, {6}, {{"starts", {4}}, {"ends", {kMin}}, {"steps", {kMin}}}),
              ElementsAre(4));
  // Rows 1 and 2, column 2 of [3][4].
  EXPECT_THAT(Moved(kSlice, {3, 4}, {{"starts", {2, 1}}, {"ends", {3, 3}}, {"axes", {-1, 0}}}),
              ElementsAre(6, 10));
}

TEST(SliceTest, WhatIsRefused) {
  const auto error = [](const Lists& lists, Shape x = {-1, 6}) {
    return InferOne(kSlice, {std::move(x)}, lists).error;
  };
  EXPECT_THAT(error({{"starts", {0}}, {"ends", {1}}, {"axes", {0}}}), HasSubstr("batch"));
  EXPECT_THAT(error({{"starts", {4}}, {"ends", {4}}, {"axes", {1}}}), HasSubstr("takes nothing"));
  EXPECT_THAT(error({{"starts", {0}}, {"ends", {1}}, {"axes", {2}}}), HasSubstr("axes"));
  EXPECT_THAT(error({{"starts", {0, 0}}, {"ends", {1, 1}}, {"axes", {1, -1}}}), HasSubstr("axes"));
  EXPECT_THAT(error({{"starts", {0}}, {"ends", {1}}, {"axes", {1}}, {"steps", {0}}}),
              HasSubstr("steps"));
  EXPECT_THAT(error({{"starts", {0}}, {"ends", {1, 2}}}), HasSubstr("ends"));
}

TEST(SliceTest, AllOfTheBatchMayBeTaken) {
  const Lists whole = {{"starts", {0, 1}}, {"ends", {kMax, 3}}};
  EXPECT_EQ(InferOne(kSlice, {{-1, 6}}, whole).shape, (Shape{-1, 2}));
  // The batch that the model declares, as a number.
  const Lists number = {{"starts", {0, 1}}, {"ends", {4, 3}}};
  EXPECT_EQ(InferOne(kSlice, {{-1, 6}}, number, 4).shape, (Shape{-1, 2}));
  EXPECT_NE(InferOne(kSlice, {{-1, 6}}, number, 5).error, "");
}

TEST(PadTest, Modes) {
  const auto pad = [](int64_t mode, std::vector<int64_t> pads, Shape x = {4}) {
    return Moved(kPad, x, {{"mode", {mode}}, {"pads", std::move(pads)}});
  };
  EXPECT_THAT(pad(0, {1, 2}), ElementsAre(0, 0, 1, 2, 3, 0, 0));  // constant_value: 0
  EXPECT_THAT(pad(1, {2, 3}), ElementsAre(2, 1, 0, 1, 2, 3, 2, 1, 0));
  EXPECT_THAT(pad(2, {2, 1}), ElementsAre(0, 0, 0, 1, 2, 3, 3));
  EXPECT_THAT(pad(3, {2, 1}), ElementsAre(2, 3, 0, 1, 2, 3, 0));
  // Negative ones take away; mirrors are of what is left.
  EXPECT_THAT(pad(0, {-1, 1}), ElementsAre(1, 2, 3, 0));
  EXPECT_THAT(pad(1, {-2, 1}), ElementsAre(2, 3, 2));
  EXPECT_THAT(pad(0, {0, 1, 1, 0}, {2, 2}), ElementsAre(0, 0, 1, 0, 2, 3, 0, 0, 0));
}

TEST(PadTest, AxesMayBeListed) {
  EXPECT_EQ(InferOne(kPad, {{-1, 3, 5}}, {{"pads", {1, 2}}, {"axes", {-1}}}).shape,
            (Shape{-1, 3, 8}));
  EXPECT_EQ(InferOne(kPad, {{-1, 3, 5}}, {{"pads", {}}}).shape, (Shape{-1, 3, 5}));
}

TEST(PadTest, WhatIsRefused) {
  const auto error = [](const Lists& lists) { return InferOne(kPad, {{-1, 4}}, lists).error; };
  EXPECT_THAT(error({{"pads", {1, 0, 0, 0}}}), HasSubstr("batch"));
  EXPECT_THAT(error({{"pads", {0, 4, 0, 0}}, {"mode", {1}}}), HasSubstr("pads"));
  // A second round, of which tools make different things.
  EXPECT_THAT(error({{"pads", {0, 5, 0, 0}}, {"mode", {3}}}), HasSubstr("pad less"));
  EXPECT_THAT(error({{"pads", {0, -2, 0, -2}}}), HasSubstr("pads"));
  EXPECT_THAT(error({{"pads", {0, kMax, 0, 0}}}), HasSubstr("pad less"));
  EXPECT_THAT(error({{"pads", {0, kMin, 0, 0}}}), HasSubstr("pad less"));
  EXPECT_THAT(error({{"pads", {0, 1}}}), HasSubstr("pads"));
  EXPECT_THAT(error({{"pads", {0, int64_t{1} << 44, 0, 0}}}), HasSubstr("pads"));
}

TEST(ExpandTest, RepeatsDimensionsOfOne) {
  EXPECT_THAT(Moved(kExpand, {2, 1}, {{"shape", {2, 2, 3}}}),
              ElementsAre(0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1));
  EXPECT_THAT(Moved(kExpand, {2, 2}, {{"shape", {1}}}), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(InferOne(kExpand, {{-1, 1, 4}}, {{"shape", {1, 3, 1}}}).shape, (Shape{-1, 3, 4}));
  EXPECT_EQ(InferOne(kExpand, {{-1, 1}}, {{"shape", {8, 3}}}, 8).shape, (Shape{-1, 3}));
  EXPECT_NE(InferOne(kExpand, {{-1, 1}}, {{"shape", {8, 3}}}).error, "");
  EXPECT_NE(InferOne(kExpand, {{2, 3}}, {{"shape", {2, 2}}}).error, "");
  EXPECT_NE(InferOne(kExpand, {{2, 3}}, {{"shape", {-1, 3}}}).error, "");
}

TEST(TileTest, RepeatsWholeAxes) {
  EXPECT_THAT(Moved(kTile, {1, 2}, {{"repeats", {2, 2}}}), ElementsAre(0, 1, 0, 1, 0, 1, 0, 1));
  EXPECT_THAT(InferOne(kTile, {{-1, 2}}, {{"repeats", {2, 1}}}).error, HasSubstr("batch"));
  EXPECT_NE(InferOne(kTile, {{-1, 2}}, {{"repeats", {1, 0}}}).error, "");
  EXPECT_NE(InferOne(kTile, {{-1, 2}}, {{"repeats", {1, int64_t{1} << 44}}}).error, "");
}

TEST(TransposeTest, AnyOrder) {
  EXPECT_THAT(Moved(kTranspose, {2, 3}, {}), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(Moved(kTranspose, {2, 1, 3}, {{"perm", {1, 2, 0}}}), ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(DepthToSpaceTest, BothOrders) {
  // Channel c holds 2 c and 2 c + 1: one row of two pixels.
  EXPECT_THAT(Moved(kDepthToSpace, {1, 8, 1, 2}, {{"blocksize", {2}}, {"mode", {0}}}),
              ElementsAre(0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15));
  EXPECT_THAT(Moved(kDepthToSpace, {1, 8, 1, 2}, {{"blocksize", {2}}, {"mode", {1}}}),
              ElementsAre(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15));
  EXPECT_THAT(Moved(kSpaceToDepth, {1, 1, 2, 4}, {{"blocksize", {2}}}),
              ElementsAre(0, 2, 1, 3, 4, 6, 5, 7));
  EXPECT_NE(InferOne(kDepthToSpace, {{-1, 6, 2, 2}}, {{"blocksize", {2}}}).error, "");
  EXPECT_NE(InferOne(kSpaceToDepth, {{-1, 6, 3, 2}}, {{"blocksize", {2}}}).error, "");
  EXPECT_NE(InferOne(kDepthToSpace, {{-1, 6, 2, 2}}, {{"blocksize", {0}}}).error, "");
}

TEST(GatherTest, IndicesMayCountFromTheEnd) {
  ElementMap map;
  const Shape x = {2, 3};
  const std::vector<int64_t> indices = {-1, 0}, outside = {3};
  ASSERT_TRUE(MapGather(x, 1, indices, &map).ok());
  EXPECT_THAT(map.offsets[0], ElementsAre(0, 3));
  EXPECT_THAT(map.offsets[1], ElementsAre(2, 0));
  EXPECT_FALSE(MapGather(x, 1, outside, &map).ok());
  EXPECT_THAT(InferOne(kGather, {{-1, 7}, {2}}).error, HasSubstr("batch"));
  EXPECT_EQ(InferOne(kGather, {{-1, 7}, {2, 2}}, {{"axis", {1}}}).shape, (Shape{-1, 2, 2}));
  EXPECT_NE(InferOne(kGather, {{7, -1}, {-1, 2}}).error, "");
}

// Resizes an axis of `in` numbers by `scale`: what index and weights each output has.
ResizeAxis Resized(int64_t in, float scale, Lists words) {
  const GivenAttributes attributes(kResize, std::move(words), {}, {{"scales", {scale}}});
  const Shape x = {in}, y = {static_cast<int64_t>(scale * static_cast<float>(in))};
  return ResizeAxes(attributes, x, y)[0];
}

TEST(ResizeTest, NearestRoundsAsItIsTold) {
  const auto nearest = [](int64_t coordinates, int64_t rounding) {
    return Resized(2, 2,
                   {{"mode", {0}},
                    {"coordinate_transformation_mode", {coordinates}},
                    {"nearest_mode", {rounding}}})
        .index;
  };
  // asymmetric: at 0, 0.5, 1, 1.5
  EXPECT_THAT(nearest(4, 0), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(nearest(4, 1), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(nearest(4, 2), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(nearest(4, 3), ElementsAre(0, 1, 1, 1));
  // half_pixel: at -0.25, 0.25, 0.75, 1.25
  EXPECT_THAT(nearest(0, 0), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(nearest(0, 3), ElementsAre(0, 1, 1, 1));
  // align_corners: at 0, 1/3, 2/3, 1
  EXPECT_THAT(nearest(3, 2), ElementsAre(0, 0, 0, 1));
}

TEST(ResizeTest, LinearWeighsNeighbors) {
  // half_pixel: at -0.25, 0.25, 0.75, 1.25
  const ResizeAxis axis = Resized(2, 2, {{"mode", {1}}});
  EXPECT_THAT(axis.index, ElementsAre(0, 1, 0, 1, 0, 1, 1, 1));
  EXPECT_THAT(axis.weight, ElementsAre(1, 0, 0.75f, 0.25f, 0.25f, 0.75f, 1, 0));
}

TEST(ResizeTest, CubicWeightsSumToOne) {
  // At 0.25 with a = -0.75: the weights of the neighbors at -1, 0, 1, 2.
  const ResizeAxis axis = Resized(4, 2, {{"mode", {2}}});
  const std::vector<float> weight(axis.weight.begin() + 4, axis.weight.begin() + 8);
  EXPECT_THAT(weight, ElementsAre(FloatNear(-0.10546875f, 1e-6f), FloatNear(0.87890625f, 1e-6f),
                                  FloatNear(0.26171875f, 1e-6f), FloatNear(-0.03515625f, 1e-6f)));
  // Outside of the axis the first is repeated, or left out and the others made to sum to 1.
  EXPECT_EQ(axis.index[4], 0);
  const ResizeAxis left_out = Resized(4, 2, {{"mode", {2}}, {"exclude_outside", {1}}});
  EXPECT_EQ(left_out.weight[4], 0);
  EXPECT_NEAR(left_out.weight[5], 0.87890625 / 1.10546875, 1e-6);
}

TEST(ResizeTest, ShapesAreRoundedDown) {
  const GivenAttributes attributes(kResize, {}, {}, {{"scales", {1, 1, 1.5f, 0.3f}}});
  const Shape x = {-1, 3, 5, 10};
  const Shape* input = &x;
  std::vector<Shape> y;
  ASSERT_TRUE(kResize.infer({attributes, {&input, 1}}, &y).ok());
  EXPECT_EQ(y[0], (Shape{-1, 3, 7, 3}));
  EXPECT_THAT(InferOne(kResize, {{-1, 2, 2}}).error, HasSubstr("scales"));
  const GivenAttributes more(kResize, {}, {}, {{"scales", {2, 1, 1, 1}}});
  EXPECT_THAT(kResize.infer({more, {&input, 1}}, &y).ToString(), HasSubstr("batch"));
  const GivenAttributes none(kResize, {}, {}, {{"scales", {1, 0, 1, 1}}});
  EXPECT_FALSE(kResize.infer({none, {&input, 1}}, &y).ok());
}

TEST(ConcatTest, WhatIsTheSameForEachSampleMayBeJoined) {
  EXPECT_EQ(InferOne(kConcat, {{1, 1, 8}, {-1, 4, 8}}, {{"axis", {1}}}, 1).shape,
            (Shape{-1, 5, 8}));
  EXPECT_EQ(InferOne(kConcat, {{-1, 4, 8}, {1, 1, 8}}, {{"axis", {1}}}, 1).shape,
            (Shape{-1, 5, 8}));
  // With any batch ONNX has no such Concat.
  EXPECT_NE(InferOne(kConcat, {{1, 1, 8}, {-1, 4, 8}}, {{"axis", {1}}}).error, "");
}

}  // namespace
}  // namespace dc::op
