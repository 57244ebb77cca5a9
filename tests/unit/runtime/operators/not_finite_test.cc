// NaN and infinity go through every operator as ONNX defines it: one sample, batches and the
// reference kernels against the naive implementation. Weights without zeros: what is skipped
// because a weight is zero need not propagate.
#include <gtest/gtest.h>

#include <limits>

#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

using format::Op;

void ExpectSameAsNaive(NetBuilder& net, bool reference, int64_t batch) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Session session = LoadOrDie(net, {.threads = 1, .reference_kernels = reference});
  std::vector<float> input = net.RandomInput(batch);
  const size_t sample = input.size() / static_cast<size_t>(batch);
  for (size_t s = 0; s < static_cast<size_t>(batch); ++s) {
    // Every fourth sample stays as it is.
    constexpr float kOdd[] = {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity};
    if (s % 4 == 3) continue;
    input[s * sample + net.rng().Below(static_cast<uint32_t>(sample))] = kOdd[s % 4];
  }
  const NaiveTensor expected = RunNaively(net, batch, input);
  const std::vector<float> output = RunSession(session, batch, input);
  ASSERT_EQ(output.size(), expected.values.size());
  for (size_t i = 0; i < output.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "element " << i << " of a batch of " << batch
                                    << (reference ? ", reference" : ""));
    const double e = expected.values[i];
    if (std::isnan(e)) {
      EXPECT_TRUE(std::isnan(output[i])) << output[i];
    } else if (std::isinf(e)) {
      EXPECT_EQ(output[i], e);
    } else {
      EXPECT_NEAR(output[i], e, 1e-4 * (1 + std::abs(e)));
    }
  }
}

void ExpectPropagates(NetBuilder& net) {
  for (const bool reference : {false, true}) {
    for (int64_t batch : {1, 2, 3, 20}) ExpectSameAsNaive(net, reference, batch);
  }
}

TEST(NotFiniteTest, Activations) {
  for (Op op : {Op::kRelu, Op::kSigmoid, Op::kTanh}) {
    NetBuilder net({-1, 20});
    net.Node(op, {net.input()});
    ExpectPropagates(net);
  }
  NetBuilder leaky({-1, 20});
  leaky.Node(Op::kLeakyRelu, {leaky.input()}, {}, {0.2f});
  ExpectPropagates(leaky);
  NetBuilder clip({-1, 20});
  clip.Node(Op::kClip, {clip.input()}, {}, {-0.5f, 0.75f});
  ExpectPropagates(clip);
}

TEST(NotFiniteTest, SoftmaxPoolsAndNormalization) {
  NetBuilder softmax({-1, 20});
  softmax.Node(Op::kSoftmax, {softmax.input()}, {-1});
  ExpectPropagates(softmax);
  for (int64_t stride : {1, 2, 3}) {
    NetBuilder maximum({-1, 2, 9, 20});
    maximum.Node(Op::kMaxPool, {maximum.input()},
                 {2, 3, 3, 2, stride, stride, 4, 1, 1, 1, 1, 0, 0});
    ExpectPropagates(maximum);
  }
  NetBuilder average({-1, 2, 9, 20});
  average.Node(Op::kGlobalAveragePool, {average.input()});
  ExpectPropagates(average);
  NetBuilder lrn({-1, 8, 5, 5});
  lrn.Node(Op::kLrn, {lrn.input()}, {5}, {1e-2f, 0.75f, 1});
  ExpectPropagates(lrn);
  NetBuilder norm({-1, 3, 5});
  norm.Node(Op::kBatchNormalization,
            {norm.input(), norm.Random({3}), norm.Random({3}), norm.Random({3}),
             norm.Random({3}, 0.5f, 2)},
            {}, {1e-5f});
  ExpectPropagates(norm);
}

// With and without what is merged into the layer.
TEST(NotFiniteTest, FullyConnected) {
  for (const bool sparse : {false, true}) {
    for (const bool relu : {false, true}) {
      NetBuilder net({-1, 70});
      auto y = net.Node(Op::kMatMul, {net.input(), net.Coded({70, 33}, 1, 8, sparse)});
      if (relu) net.Relu(y);
      ExpectPropagates(net);
    }
  }
}

TEST(NotFiniteTest, Convolution) {
  for (const bool sparse : {false, true}) {
    for (int64_t stride : {1, 2}) {
      NetBuilder net({-1, 2, 9, 12});
      const auto y = net.Node(Op::kConv, {net.input(), net.Coded({18, 2, 3, 3}, 1, 8, sparse)},
                              {4, 1, 1, 1, 1, 2, stride, stride, 1, 0});
      net.Node(Op::kClip, {y}, {}, {0, 6});
      ExpectPropagates(net);
    }
  }
}

// By Winograd's method, whose transforms would spread it.
TEST(NotFiniteTest, ConvolutionByTransforms) {
  NetBuilder net({-1, 32, 28, 28});
  net.Node(Op::kConv, {net.input(), net.Coded({32, 32, 3, 3}, 1, 8, false)},
           {4, 1, 1, 1, 1, 0, 1, 0});
  for (int64_t batch : {1, 2}) ExpectSameAsNaive(net, false, batch);
}

}  // namespace
}  // namespace dc::runtime
