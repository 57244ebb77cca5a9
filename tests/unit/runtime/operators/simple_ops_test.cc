// Operators without weights against the naive implementation.
#include <gtest/gtest.h>

#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

using format::Op;
using Dims = std::vector<int64_t>;

TEST(SimpleOpsTest, Activations) {
  for (Op op : {Op::kRelu, Op::kSigmoid, Op::kTanh}) {
    NetBuilder net({-1, 3, 5, 7});
    net.Node(op, {net.input()});
    ExpectMatchesNaive(net);
  }
  NetBuilder leaky({-1, 13});
  leaky.Node(Op::kLeakyRelu, {leaky.input()}, {}, {0.2f});
  ExpectMatchesNaive(leaky);
  NetBuilder clip({-1, 13});
  clip.Node(Op::kClip, {clip.input()}, {}, {-0.5f, 0.75f});
  ExpectMatchesNaive(clip);
}

TEST(SimpleOpsTest, SoftmaxOnEveryAxis) {
  for (int64_t axis : {1, 2, 3, -1, -2}) {
    NetBuilder net({-1, 3, 2, 4});
    net.Node(Op::kSoftmax, {net.input()}, {axis});
    ExpectMatchesNaive(net, {1, 5});
  }
}

TEST(SimpleOpsTest, SoftmaxIsThatOfOpset13WhateverTheOpset) {
  NetBuilder old({-1, 3, 2, 4}), now({-1, 3, 2, 4});
  old.SetOpset(11);
  for (NetBuilder* net : {&old, &now}) net->Node(Op::kSoftmax, {net->input()}, {2});
  Session first = LoadOrDie(old), second = LoadOrDie(now);
  std::vector<float> x(24);
  for (size_t i = 0; i < x.size(); ++i) x[i] = 0.25f * static_cast<float>(i % 7);
  EXPECT_EQ(RunSession(first, 1, x), RunSession(second, 1, x));
}

TEST(SimpleOpsTest, SoftmaxOfLargeValuesDoesNotOverflow) {
  NetBuilder net({-1, 3});
  net.Node(Op::kSoftmax, {net.input()}, {-1});
  Session session = LoadOrDie(net);
  const std::vector<float> y = RunSession(session, 1, {1000.0f, 1001.0f, -5000.0f});
  EXPECT_NEAR(y[0], 1 / (1 + std::exp(1.0)), 1e-6);
  EXPECT_NEAR(y[1], 1 / (1 + std::exp(-1.0)), 1e-6);
  EXPECT_EQ(y[2], 0.0f);
}

struct PoolCase {
  Dims input, kernel, strides, pads;
  int64_t ceil_mode = 0;
};

std::vector<int64_t> PoolInts(const PoolCase& c) {
  std::vector<int64_t> ints;
  for (const Dims* list : {&c.kernel, &c.strides, &c.pads}) {
    ints.push_back(static_cast<int64_t>(list->size()));
    ints.insert(ints.end(), list->begin(), list->end());
  }
  ints.push_back(c.ceil_mode);
  return ints;
}

const PoolCase kPoolCases[] = {
    {{-1, 3, 8, 8}, {2, 2}, {2, 2}, {}},
    {{-1, 2, 7, 9}, {3, 3}, {2, 2}, {}, 1},
    {{-1, 2, 7, 9}, {3, 2}, {1, 3}, {1, 0, 2, 1}},
    {{-1, 2, 5, 5}, {3, 3}, {2, 2}, {1, 1, 1, 1}},
    {{-1, 2, 6, 6}, {3, 3}, {2, 2}, {1, 1, 1, 1}, 1},
    {{-1, 4, 13}, {3}, {2}, {1, 1}},
    {{-1, 1, 4, 4}, {4, 4}, {}, {}},
};

TEST(SimpleOpsTest, MaxPool) {
  for (const PoolCase& c : kPoolCases) {
    NetBuilder net(c.input);
    std::vector<int64_t> ints = PoolInts(c);
    ints.push_back(0);  // dilations
    net.Node(Op::kMaxPool, {net.input()}, ints);
    ExpectMatchesNaive(net);
  }
}

TEST(SimpleOpsTest, DilatedMaxPool) {
  NetBuilder net({-1, 2, 9, 8});
  net.Node(Op::kMaxPool, {net.input()}, {2, 2, 3, 2, 2, 1, 4, 1, 1, 1, 1, 0, 2, 3, 2});
  ExpectMatchesNaive(net);
}

TEST(SimpleOpsTest, AveragePoolCountingPaddingOrNot) {
  for (const PoolCase& c : kPoolCases) {
    for (int64_t count_include_pad : {0, 1}) {
      NetBuilder net(c.input);
      std::vector<int64_t> ints = PoolInts(c);
      ints.push_back(count_include_pad);
      net.Node(Op::kAveragePool, {net.input()}, ints);
      ExpectMatchesNaive(net);
    }
  }
}

TEST(SimpleOpsTest, GlobalAveragePool) {
  for (const Dims& shape : {Dims{-1, 5, 6, 7}, Dims{-1, 2, 11}}) {
    NetBuilder net(shape);
    net.Node(Op::kGlobalAveragePool, {net.input()});
    ExpectMatchesNaive(net);
  }
}

TEST(SimpleOpsTest, BatchNormalization) {
  for (const Dims& shape : {Dims{-1, 6, 3, 4}, Dims{-1, 6}}) {
    NetBuilder net(shape);
    net.Node(Op::kBatchNormalization,
             {net.input(), net.Random({6}), net.Random({6}), net.Random({6}),
              net.Random({6}, 0.1f, 2.0f)},
             {}, {1e-3f});
    ExpectMatchesNaive(net);
  }
}

TEST(SimpleOpsTest, ArithmeticWithConstants) {
  const std::vector<Dims> constants = {
      {}, {1}, {5}, {4, 1}, {3, 1, 1}, {3, 4, 5}, {1, 3, 4, 5}, {1, 1, 1, 1}, {1, 3, 1, 5}};
  for (Op op : {Op::kAdd, Op::kMul, Op::kSub}) {
    for (const Dims& shape : constants) {
      for (const bool constant_first : {false, true}) {
        NetBuilder net({-1, 3, 4, 5});
        const auto c = net.Random(shape);
        if (constant_first) {
          net.Node(op, {c, net.input()});
        } else {
          net.Node(op, {net.input(), c});
        }
        ExpectMatchesNaive(net, {1, 5});
      }
    }
  }
}

TEST(SimpleOpsTest, ArithmeticThatWidensTheActivation) {
  NetBuilder net({-1, 1, 5});
  net.Node(Op::kSub, {net.input(), net.Random({4, 1})});
  ExpectMatchesNaive(net);
}

TEST(SimpleOpsTest, ArithmeticOfActivations) {
  for (Op op : {Op::kAdd, Op::kMul, Op::kSub}) {
    NetBuilder net({-1, 6, 3, 4});
    const auto pooled = net.Node(Op::kGlobalAveragePool, {net.input()});
    const auto gated = net.Node(op, {net.input(), pooled});
    net.Node(op, {gated, net.input()});
    ExpectMatchesNaive(net);
  }
  NetBuilder square({-1, 9});
  square.Node(Op::kMul, {square.input(), square.input()});
  ExpectMatchesNaive(square);
}

TEST(SimpleOpsTest, Lrn) {
  for (int64_t size : {1, 2, 5, 20}) {
    for (float beta : {0.75f, 0.5f}) {
      NetBuilder net({-1, 8, 3, 5});
      net.Node(Op::kLrn, {net.input()}, {size}, {0.3f, beta, 2.0f});
      ExpectMatchesNaive(net);
    }
  }
}

TEST(SimpleOpsTest, Transpose) {
  for (const Dims& perm :
       {Dims{0, 2, 3, 1}, Dims{0, 3, 1, 2}, Dims{0, 1, 3, 2}, Dims{0, 1, 2, 3}}) {
    NetBuilder net({-1, 3, 4, 5});
    Dims ints = {4};
    ints.insert(ints.end(), perm.begin(), perm.end());
    net.Node(Op::kTranspose, {net.input()}, ints);
    ExpectMatchesNaive(net);
  }
}

TEST(SimpleOpsTest, Concat) {
  for (int64_t axis : {1, 2, -1}) {
    NetBuilder net({-1, 2, 3, 4});
    const auto a = net.Node(Op::kRelu, {net.input()});
    const auto b = net.Node(Op::kTanh, {net.input()});
    net.Node(Op::kConcat, {a, net.input(), b}, {axis});
    ExpectMatchesNaive(net);
  }
}

TEST(SimpleOpsTest, FlattenAndReshape) {
  NetBuilder flat({-1, 2, 3, 4});
  flat.Node(Op::kTanh, {flat.Node(Op::kFlatten, {flat.input()}, {1})});
  ExpectMatchesNaive(flat);
  NetBuilder ones({-1, 1, 1, 4});
  ones.Node(Op::kFlatten, {ones.input()}, {-1});
  ExpectMatchesNaive(ones);
  for (const Dims& shape :
       {Dims{0, -1}, Dims{-1, 24}, Dims{0, 0, 12}, Dims{-1, 4, 3, 2}, Dims{0, 6, -1, 2}}) {
    NetBuilder net({-1, 2, 3, 4});
    Dims ints = {static_cast<int64_t>(shape.size())};
    ints.insert(ints.end(), shape.begin(), shape.end());
    ints.push_back(0);  // allowzero
    net.Node(Op::kReshape, {net.input()}, ints);
    ExpectMatchesNaive(net);
  }
}

TEST(SimpleOpsTest, ReshapeWithTheBatchWrittenAsOne) {
  NetBuilder net({1, 2, 3});
  net.Node(Op::kReshape, {net.input()}, {2, 1, 6, 0});
  Session session = LoadOrDie(net);
  EXPECT_EQ(session.output().shape, (Dims{-1, 6}));
  const std::vector<float> x = net.RandomInput(20);
  EXPECT_EQ(RunSession(session, 20, x), x);
}

}  // namespace
}  // namespace dc::runtime
