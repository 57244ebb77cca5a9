// Networks that several tests run.
#ifndef DC_TESTS_UNIT_RUNTIME_SMALL_NETWORKS_H_
#define DC_TESTS_UNIT_RUNTIME_SMALL_NETWORKS_H_

#include "unit/runtime/net_builder.h"

namespace dc::runtime {

// 784-300-100-10 at the paper's densities.
inline NetBuilder LeNet300() {
  NetBuilder net({-1, 784});
  const auto layer = [&](NetBuilder::Ref x, int64_t in, int64_t out, double density) {
    return net.Node(format::Op::kGemm, {x, net.Coded({out, in}, density, 33), net.Random({out})},
                    {1, 0}, {1, 1});
  };
  const auto a = net.Relu(layer(net.input(), 784, 300, 0.08));
  const auto b = net.Relu(layer(a, 300, 100, 0.09));
  layer(b, 100, 10, 0.26);
  return net;
}

// Caffe's LeNet-5 with a softmax at the end.
inline NetBuilder LeNet5() {
  using format::Op;
  NetBuilder net({-1, 1, 28, 28});
  const auto conv = [&](NetBuilder::Ref x, int64_t in, int64_t out, double density, bool sparse) {
    return net.Node(Op::kConv,
                    {x, net.Coded({out, in, 5, 5}, density, 200, sparse), net.Random({out})},
                    {0, 0, 1, 0});
  };
  const auto pool = [&](NetBuilder::Ref x) {
    return net.Node(Op::kMaxPool, {x}, {2, 2, 2, 2, 2, 2, 0, 0, 0});
  };
  const auto c1 = pool(conv(net.input(), 1, 20, 0.66, false));
  const auto c2 = pool(conv(c1, 20, 50, 0.12, true));
  const auto flat = net.Node(Op::kReshape, {c2}, {2, -1, 800, 0});
  const auto f1 = net.Relu(net.Node(
      Op::kGemm, {flat, net.Coded({500, 800}, 0.08, 32), net.Random({500})}, {1, 0}, {1, 1}));
  const auto f2 = net.Node(Op::kMatMul, {f1, net.Coded({500, 10}, 0.19, 32)});
  net.Node(Op::kSoftmax, {net.Node(Op::kAdd, {f2, net.Random({10})})}, {-1});
  return net;
}

// Branches, groups, normalization: everything that a chain does not have.
inline NetBuilder Branches() {
  using format::Op;
  NetBuilder net({-1, 4, 12, 12});
  const auto stem =
      net.Relu(net.Node(Op::kConv, {net.input(), net.Coded({8, 2, 3, 3}, 0.4, 16), net.Random({8})},
                        {4, 1, 1, 1, 1, 2, 2, 2, 2, 0}));
  const auto norm = net.Node(
      Op::kBatchNormalization,
      {stem, net.Random({8}), net.Random({8}), net.Random({8}), net.Random({8}, 0.5f, 2.0f)}, {},
      {1e-5f});
  const auto lrn = net.Node(Op::kLrn, {norm}, {5}, {1e-2f, 0.75f, 1.0f});
  const auto one =
      net.Relu(net.Node(Op::kConv, {lrn, net.Coded({6, 8, 1, 1}, 0.5, 16)}, {0, 0, 1, 0}));
  const auto three =
      net.Relu(net.Node(Op::kConv, {lrn, net.Random({10, 8, 3, 3})}, {4, 1, 1, 1, 1, 0, 1, 0}));
  const auto both = net.Node(Op::kConcat, {one, three}, {1});
  const auto residual = net.Node(Op::kAdd, {both, net.Node(Op::kSigmoid, {both})});
  const auto pooled = net.Node(Op::kGlobalAveragePool, {residual});
  net.Node(Op::kMatMul, {net.Node(Op::kFlatten, {pooled}, {1}), net.Coded({16, 5}, 0.6, 9)});
  return net;
}

}  // namespace dc::runtime

#endif  // DC_TESTS_UNIT_RUNTIME_SMALL_NETWORKS_H_
