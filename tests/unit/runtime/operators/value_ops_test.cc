// Functions of values, operands that broadcast and reductions, with results worked out by hand.
#include <gtest/gtest.h>

#include <limits>

#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

using format::Op;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// One sample's result, whatever the number of samples beside it.
void ExpectResult(NetBuilder& net, const std::vector<float>& sample,
                  const std::vector<float>& expected) {
  const Session session = LoadOrDie(net);
  for (const int64_t batch : {1, 3, 35}) {
    std::vector<float> input;
    for (int64_t s = 0; s < batch; ++s) input.insert(input.end(), sample.begin(), sample.end());
    const std::vector<float> output = RunSession(session, batch, input);
    ASSERT_EQ(output.size(), expected.size() * static_cast<size_t>(batch));
    for (size_t i = 0; i < output.size(); ++i) {
      const float e = expected[i % expected.size()];
      SCOPED_TRACE(testing::Message() << "value " << i << " of a batch of " << batch);
      if (std::isnan(e)) {
        EXPECT_TRUE(std::isnan(output[i])) << output[i];
      } else if (std::isinf(e)) {
        EXPECT_EQ(output[i], e);
      } else {
        EXPECT_NEAR(output[i], e, 1e-6 * (1 + std::fabs(e)));
      }
    }
  }
}

void ExpectFunction(Op op, const std::vector<float>& x, const std::vector<float>& y,
                    std::vector<int64_t> ints = {}, std::vector<float> floats = {}) {
  NetBuilder net({-1, static_cast<int64_t>(x.size())});
  net.Node(op, {net.input()}, std::move(ints), std::move(floats));
  ExpectResult(net, x, y);
}

TEST(ValueOpsTest, Functions) {
  ExpectFunction(Op::kAbs, {-2, 0, kNaN, -kInfinity}, {2, 0, kNaN, kInfinity});
  ExpectFunction(Op::kLog, {1, 0, -1, kInfinity}, {0, -kInfinity, kNaN, kInfinity});
  ExpectFunction(Op::kRound, {0.5f, 1.5f, -2.5f, 2.6f}, {0, 2, -2, 3});
  ExpectFunction(Op::kFloor, {-1.5f, 1.5f, 2}, {-2, 1, 2});
  ExpectFunction(Op::kSoftplus, {0, 200, -200, kNaN}, {0.69314718f, 200, 0, kNaN});
  ExpectFunction(Op::kMish, {1, 100, -100}, {0.86509839f, 100, 0});
  ExpectFunction(Op::kGelu, {1, -1}, {0.84134475f, -0.15865525f});
  ExpectFunction(Op::kGelu, {1, -1}, {0.84119199f, -0.15880801f}, {1});
  ExpectFunction(Op::kShrink, {-2, 0.25f, 2}, {-1.5f, 0, 1.5f}, {}, {0.5f, 1});
  ExpectFunction(Op::kHardSigmoid, {-9, 0, 9, 1}, {0, 0.5f, 1, 0.7f});
  ExpectFunction(Op::kNot, {0, 1}, {1, 0});
  ExpectFunction(Op::kIsNaN, {0, kNaN, kInfinity}, {0, 1, 0});
  ExpectFunction(Op::kIsInf, {-kInfinity, kNaN, kInfinity}, {0, 0, 1}, {0, 1});
}

TEST(ValueOpsTest, PairsOfActivationsAndConstants) {
  const auto pair = [](Op op, std::vector<float> x, std::vector<float> c, std::vector<float> y,
                       bool constant_first = false, std::vector<int64_t> ints = {}) {
    NetBuilder net({-1, static_cast<int64_t>(x.size())});
    const int64_t size = static_cast<int64_t>(c.size());
    const auto constant = net.Plain({size}, std::move(c));
    if (constant_first) {
      net.Node(op, {constant, net.input()}, std::move(ints));
    } else {
      net.Node(op, {net.input(), constant}, std::move(ints));
    }
    ExpectResult(net, x, y);
  };
  pair(Op::kPow, {2, 3, -2}, {3}, {8, 27, -8});
  pair(Op::kPow, {2, 3, -2}, {2}, {4, 8, 0.25f}, true);
  pair(Op::kMax, {1, 5, kNaN}, {3}, {3, 5, kNaN});
  pair(Op::kMax, {1, 5, kNaN}, {3}, {3, 5, kNaN}, true);
  pair(Op::kMin, {1, 5, kNaN}, {3}, {1, 3, kNaN});
  pair(Op::kMin, {1, 5, kNaN}, {3}, {1, 3, kNaN}, true);
  pair(Op::kMod, {5.5f, -5.5f}, {2}, {1.5f, -1.5f}, false, {1});
  pair(Op::kPRelu, {-4, 4, -1}, {0.5f, 0.25f, 2}, {-2, 4, -2});
  pair(Op::kEqual, {1, 2, kNaN}, {1}, {1, 0, 0});
  pair(Op::kGreater, {1, 2, 0}, {1}, {0, 1, 0});
  pair(Op::kGreater, {1, 2, 0}, {1}, {0, 0, 1}, true);
  pair(Op::kGreaterOrEqual, {1, 2, 0}, {1}, {1, 1, 0});
  pair(Op::kAnd, {1, 0, 1}, {1, 1, 0}, {1, 0, 0});
  pair(Op::kOr, {1, 0, 0}, {0, 1, 0}, {1, 1, 0});
}

// A condition of each row, a constant of each column, and values.
TEST(ValueOpsTest, WhereOfThreeShapes) {
  NetBuilder net({-1, 2, 3});
  const auto rows = net.Node(Op::kReduceMax, {net.input()}, {1, 2});
  const auto condition = net.Node(Op::kGreater, {rows, net.Plain({}, {4})});
  net.Node(Op::kWhere, {condition, net.input(), net.Plain({3}, {-1, -2, -3})});
  ExpectResult(net, {1, 2, 3, 5, 4, 0}, {-1, -2, -3, 5, 4, 0});
}

TEST(ValueOpsTest, Reductions) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6};
  const auto reduce = [&](Op op, std::vector<int64_t> ints, std::vector<float> y) {
    NetBuilder net({-1, 2, 2, 3});
    net.Node(op, {net.input()}, std::move(ints));
    ExpectResult(net, x, y);
  };
  reduce(Op::kReduceSum, {1, 1}, {0, 0, 0, 0, 0, 0});
  reduce(Op::kReduceSum, {2, 2, 3, 0}, {21, -21});
  reduce(Op::kReduceMean, {2, 1, 3}, {0, 0});
  reduce(Op::kReduceMean, {1, -1}, {2, 5, -2, -5});
  reduce(Op::kReduceMax, {2, 1, 3}, {3, 6});
  reduce(Op::kReduceMin, {3, 1, 2, 3, 0}, {-6});
  reduce(Op::kReduceProd, {1, 3}, {6, 120, -6, -120});
  reduce(Op::kReduceSum, {0, 1, 1}, x);  // no axes, which is to do nothing
  reduce(Op::kArgMax, {3}, {2, 2, 0, 0});
  reduce(Op::kArgMax, {1, 0}, {0, 0, 0, 0, 0, 0});
  NetBuilder ties({-1, 4});
  ties.Node(Op::kArgMax, {ties.input()}, {1, 1, 1});
  ExpectResult(ties, {7, 1, 7, 2}, {2});
  NetBuilder large({-1, 3});
  large.Node(Op::kReduceLogSumExp, {large.input()}, {1, 1});
  ExpectResult(large, {1000, 1000, -1000}, {1000.6931472f});
  ExpectResult(large, {-kInfinity, -kInfinity, -kInfinity}, {-kInfinity});
  ExpectResult(large, {1, kNaN, 2}, {kNaN});
}

TEST(ValueOpsTest, AlongAnAxis) {
  const auto along = [](Op op, std::vector<float> x, std::vector<float> y,
                        std::vector<int64_t> ints) {
    NetBuilder net({-1, static_cast<int64_t>(x.size()) / 2, 2});
    net.Node(op, {net.input()}, std::move(ints));
    ExpectResult(net, x, y);
  };
  along(Op::kCumSum, {1, 2, 3, 4, 5, 6}, {1, 2, 4, 6, 9, 12}, {1});
  along(Op::kCumSum, {1, 2, 3, 4, 5, 6}, {0, 0, 1, 2, 4, 6}, {1, 1});
  along(Op::kCumSum, {1, 2, 3, 4, 5, 6}, {9, 12, 8, 10, 5, 6}, {1, 0, 1});
  along(Op::kCumSum, {1, 2, 3, 4}, {2, 0, 4, 0}, {-1, 1, 1});
  along(Op::kHardmax, {1, 2, 3, 2}, {0, 1, 1, 0}, {2});
  along(Op::kHardmax, {1, 2, 1, 3}, {1, 0, 0, 1}, {1});
  along(Op::kLpNormalization, {3, 4, 0, 0}, {0.6f, 0.8f, 0, 0}, {2});
  along(Op::kLpNormalization, {3, -1, 1, 3}, {0.75f, -0.25f, 0.25f, 0.75f}, {1, 1});
  along(Op::kLogSoftmax, {1000, 1000, 0, -1000}, {-0.69314718f, -0.69314718f, 0, -1000}, {-1});
}

}  // namespace
}  // namespace dc::runtime
