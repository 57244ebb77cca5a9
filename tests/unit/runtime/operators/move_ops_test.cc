// Operators that move values, by hand: one sample and several lanes, constants, codes of a table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

using format::Op;
using ::testing::ElementsAre;

// What `net` makes of `samples` samples, each `x`: the outputs of the first, which all others
// share.
std::vector<float> Repeated(NetBuilder& net, int64_t samples, const std::vector<float>& x) {
  const Session session = LoadOrDie(net);
  std::vector<float> all;
  for (int64_t s = 0; s < samples; ++s) all.insert(all.end(), x.begin(), x.end());
  const std::vector<float> y = RunSession(session, samples, all);
  const size_t size = y.size() / static_cast<size_t>(samples);
  const std::vector<float> first(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(size));
  for (size_t i = 0; i < y.size(); ++i) {
    const float expected = first[i % size];
    EXPECT_TRUE(y[i] == expected || (std::isnan(y[i]) && std::isnan(expected))) << i;
  }
  return first;
}

Status LoadError(NetBuilder& net) { return Session::Load(net.File(), {}).status(); }

constexpr int64_t kBatches[] = {1, 37};

TEST(MoveOpsTest, SlicePadAndTranspose) {
  for (int64_t batch : kBatches) {
    NetBuilder slice({-1, 2, 3});
    slice.Node(Op::kSlice, {slice.input()}, {1, 2, 1, 0, 1, 2, 1, -1});  // columns 2 and 1
    EXPECT_THAT(Repeated(slice, batch, {0, 1, 2, 3, 4, 5}), ElementsAre(2, 1, 5, 4));
    NetBuilder pad({-1, 2, 2});
    pad.Node(Op::kPad, {pad.input()}, {0, 6, 0, 0, 1, 0, 1, 0, 0}, {9});
    EXPECT_THAT(Repeated(pad, batch, {0, 1, 2, 3}), ElementsAre(9, 0, 1, 9, 2, 3, 9, 9, 9));
    NetBuilder turn({-1, 2, 3});
    turn.Node(Op::kTranspose, {turn.input()}, {3, 0, 2, 1});
    EXPECT_THAT(Repeated(turn, batch, {0, 1, 2, 3, 4, 5}), ElementsAre(0, 3, 1, 4, 2, 5));
  }
}

TEST(MoveOpsTest, AConstantIsRepeatedForEachSample) {
  for (int64_t batch : kBatches) {
    NetBuilder net({-1, 2, 2});
    const auto row = net.Plain({1, 2}, {10, 20});
    const auto rows = net.Node(Op::kTile, {row}, {2, 2, 1});
    net.Node(Op::kAdd, {net.input(), rows});
    EXPECT_THAT(Repeated(net, batch, {1, 2, 3, 4}), ElementsAre(11, 22, 13, 24));
  }
}

TEST(MoveOpsTest, GatherAtConstants) {
  for (int64_t batch : kBatches) {
    NetBuilder net({-1, 3, 2});
    const auto indices = net.Plain({2}, {-1, 0});
    net.Node(Op::kGather, {net.input(), indices}, {1});
    EXPECT_THAT(Repeated(net, batch, {0, 1, 2, 3, 4, 5}), ElementsAre(4, 5, 0, 1));
  }
  for (float bad : {3.0f, -4.0f, 0.5f, 1e30f}) {
    NetBuilder net({-1, 3, 2});
    net.Node(Op::kGather, {net.input(), net.Plain({1}, {bad})}, {1});
    EXPECT_EQ(LoadError(net).code(), StatusCode::kBadInput) << bad;
  }
}

// Rows of a table, whether its numbers are plain, codes or codes of what is not zero.
TEST(MoveOpsTest, Embeddings) {
  for (int64_t batch : kBatches) {
    for (int form = 0; form < 3; ++form) {
      NetBuilder net({-1, 3});
      const auto table =
          form == 0 ? net.Plain({3, 2}, {0, 7, 5, 0, 0, 5})
                    : net.Coded({3, 2}, {0, 2, 1, 0, 0, 1}, {0, 5, 7}, /*sparse=*/form == 2);
      net.Node(Op::kGather, {table, net.input()}, {0});
      EXPECT_THAT(Repeated(net, batch, {2, -2, 0}), ElementsAre(0, 5, 5, 0, 0, 7)) << form;
    }
  }
}

TEST(MoveOpsTest, WhatIsNoIndexIsNotANumber) {
  for (float index : {3.0f, -4.0f, std::nanf(""), 1e30f}) {
    NetBuilder net({-1, 1});
    net.Node(Op::kGather, {net.Plain({3}, {1, 2, 3}), net.input()}, {0});
    const std::vector<float> y = Repeated(net, 1, {index});
    EXPECT_TRUE(std::isnan(y[0])) << index;
  }
}

TEST(MoveOpsTest, ConcatWithAConstant) {
  for (int64_t batch : kBatches) {
    NetBuilder net({-1, 2, 1});
    const auto constant = net.Plain({1, 2, 2}, {7, 8, 9, 10});
    NetBuilder fixed({1, 2, 1});
    const auto own = fixed.Plain({1, 2, 2}, {7, 8, 9, 10});
    fixed.Node(Op::kConcat, {own, fixed.input(), fixed.input()}, {2});
    EXPECT_THAT(Repeated(fixed, batch, {1, 2}), ElementsAre(7, 8, 1, 1, 9, 10, 2, 2));
    // Of any batch that is no Concat.
    net.Node(Op::kConcat, {constant, net.input()}, {2});
    EXPECT_FALSE(LoadError(net).ok());
  }
}

TEST(MoveOpsTest, ResizesAxisByAxis) {
  for (int64_t batch : kBatches) {
    NetBuilder net({-1, 1, 2, 2});
    // linear, half_pixel, scales 1, 1, 1, 2
    net.Node(Op::kResize, {net.input()}, {1, 0, 0, 0, 4, 0}, {-0.75f, 0, 1, 1, 1, 2});
    EXPECT_THAT(Repeated(net, batch, {0, 4, 8, 16}), ElementsAre(0, 1, 3, 4, 8, 10, 14, 16));
    NetBuilder both({-1, 1, 2, 2});
    // asymmetric, twice in both directions: at 0, 0.5, 1 and 1 again
    both.Node(Op::kResize, {both.input()}, {1, 4, 0, 0, 4, 0}, {-0.75f, 0, 1, 1, 2, 2});
    EXPECT_THAT(Repeated(both, batch, {0, 4, 8, 12}),
                ElementsAre(0, 2, 4, 4, 4, 6, 8, 8, 8, 10, 12, 12, 8, 10, 12, 12));
  }
}

}  // namespace
}  // namespace dc::runtime
