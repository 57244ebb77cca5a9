// NaN and infinity go through every operator as ONNX defines it: one sample, batches and the
// reference kernels against the naive implementation, which multiplies weights that are zero, too.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <numeric>

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

// With and without what is merged into the layer, with and without zeros; 16 centroids fit the
// layout in blocks.
TEST(NotFiniteTest, FullyConnected) {
  for (const bool sparse : {false, true}) {
    for (const bool relu : {false, true}) {
      for (const double density : {1.0, 0.9, 0.1}) {
        for (const uint32_t entries : {8, 300}) {
          NetBuilder net({-1, 70});
          auto y =
              net.Node(Op::kMatMul, {net.input(), net.Coded({70, 133}, density, entries, sparse)});
          if (relu) net.Relu(y);
          ExpectPropagates(net);
        }
      }
    }
  }
}

// Each input is mostly zeros, and the layer is laid out by columns, too.
TEST(NotFiniteTest, FullyConnectedByColumns) {
  NetBuilder net({-1, 300});
  const auto positive = net.Relu(net.Node(Op::kSub, {net.input(), net.Plain({1}, {1})}));
  net.Node(Op::kMatMul, {positive, net.Coded({300, 700}, 0.1, 16)});
  ExpectPropagates(net);
}

// Vectors of a sample that are multiplied one after the other, and side by side.
TEST(NotFiniteTest, ManyVectors) {
  for (const int64_t vectors : {3, 20}) {
    NetBuilder net({-1, vectors, 30});
    net.Node(Op::kMatMul, {net.input(), net.Coded({30, 40}, 0.2, 16)});
    ExpectPropagates(net);
  }
}

// A network around one weight, which is given stored sparse, four of five values 0, and plain,
// where all are multiplied: both say the same, also of one NaN or infinity in a sample.
void ExpectSameAsDense(const std::vector<int64_t>& input, const std::vector<int64_t>& shape,
                       const std::function<void(NetBuilder& net, NetBuilder::Ref weight)>& build) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr int64_t kBatch = 20;
  const std::vector<float> codebook = {0, 1.5f, -0.5f};
  std::vector<uint16_t> codes(static_cast<size_t>(
      std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>())));
  std::vector<float> values;
  Rng rng(6);
  for (uint16_t& code : codes) {
    code = static_cast<uint16_t>(rng.Uniform() < 0.8 ? 0 : 1 + rng.Below(2));
    values.push_back(codebook[code]);
  }
  NetBuilder sparse(input), dense(input);
  build(sparse, sparse.Coded(shape, codes, codebook, true));
  build(dense, dense.Plain(shape, values));
  std::vector<float> x = sparse.RandomInput(kBatch);
  const size_t sample = x.size() / kBatch;
  for (size_t s = 0; s < kBatch; ++s) {
    constexpr float kOdd[] = {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity};
    if (s % 4 < 3) x[s * sample + rng.Below(static_cast<uint32_t>(sample))] = kOdd[s % 4];
  }
  const SessionOptions plain{.threads = 1, .reference_kernels = true};
  const std::vector<float> expected = RunSession(LoadOrDie(dense, plain), kBatch, x);
  for (const bool reference : {false, true}) {
    const Session session = LoadOrDie(sparse, {.threads = 1, .reference_kernels = reference});
    EXPECT_TRUE(std::any_of(session.plan().begin(), session.plan().end(),
                            [](const auto& layer) { return layer.survivors < layer.weights; }));
    std::vector<float> alone;
    for (size_t s = 0; s < kBatch; ++s) {
      const auto y = RunSession(session, 1, {x.begin() + s * sample, x.begin() + (s + 1) * sample});
      alone.insert(alone.end(), y.begin(), y.end());
    }
    for (const std::vector<float>& output : {RunSession(session, kBatch, x), alone}) {
      ASSERT_EQ(output.size(), expected.size());
      size_t not_finite = 0;
      for (size_t i = 0; i < output.size(); ++i) {
        SCOPED_TRACE(testing::Message() << "element " << i << (reference ? ", reference" : ""));
        if (std::isfinite(expected[i])) {
          ASSERT_NEAR(output[i], expected[i], 1e-4 * (1 + std::abs(expected[i])));
        } else {
          ASSERT_TRUE(output[i] == expected[i] ||
                      (std::isnan(output[i]) && std::isnan(expected[i])))
              << output[i] << " instead of " << expected[i];
          ++not_finite;
        }
      }
      EXPECT_GT(not_finite, 0u);
    }
  }
}

TEST(NotFiniteTest, SparseWeightOnTheLeft) {
  ExpectSameAsDense({-1, 30, 7}, {40, 30}, [](NetBuilder& net, NetBuilder::Ref w) {
    net.Node(Op::kMatMul, {w, net.input()});
  });
}

TEST(NotFiniteTest, SparseConvolutionOverThreeAxes) {
  ExpectSameAsDense({-1, 4, 5, 6, 7}, {80, 2, 2, 3, 3}, [](NetBuilder& net, NetBuilder::Ref w) {
    net.Node(Op::kConv, {net.input(), w}, {6, 1, 1, 1, 1, 1, 1, 3, 1, 2, 1, 2, 0});
  });
}

TEST(NotFiniteTest, SparseTransposedConvolution) {
  ExpectSameAsDense({-1, 4, 6, 7}, {4, 5, 3, 3}, [](NetBuilder& net, NetBuilder::Ref w) {
    net.Node(Op::kConvTranspose, {net.input(), w}, {4, 1, 1, 1, 1, 2, 2, 2, 2, 0, 0});
  });
}

// Both matrices; the state carries what is not finite on.
TEST(NotFiniteTest, SparseRecurrence) {
  ExpectSameAsDense({-1, 3, 24}, {1, 16, 24}, [](NetBuilder& net, NetBuilder::Ref w) {
    net.Node(Op::kRnn, {net.input(), w, net.Random({1, 16, 16})}, {0, 1, 16});
  });
  ExpectSameAsDense({-1, 3, 24}, {1, 16, 16}, [](NetBuilder& net, NetBuilder::Ref r) {
    net.Node(Op::kRnn, {net.input(), net.Random({1, 16, 24}), r}, {0, 1, 16});
  });
}

TEST(NotFiniteTest, Convolution) {
  for (const bool sparse : {false, true}) {
    for (const double density : {1.0, 0.9, 0.2}) {
      for (int64_t stride : {1, 2}) {
        NetBuilder net({-1, 2, 9, 12});
        const auto y =
            net.Node(Op::kConv, {net.input(), net.Coded({18, 2, 3, 3}, density, 8, sparse)},
                     {4, 1, 1, 1, 1, 2, stride, stride, 1, 0});
        net.Node(Op::kClip, {y}, {}, {0, 6});
        ExpectPropagates(net);
      }
    }
  }
}

// More rows than a band has, in groups, with dilated taps; and planes as lines.
TEST(NotFiniteTest, SparseConvolutions) {
  NetBuilder groups({-1, 8, 9, 12});
  groups.Node(Op::kConv, {groups.input(), groups.Coded({160, 4, 3, 3}, 0.2, 8)},
              {4, 2, 2, 2, 2, 2, 1, 1, 2, 2, 2, 2});
  ExpectPropagates(groups);
  NetBuilder lines({-1, 20, 9, 12});
  lines.Node(Op::kConv, {lines.input(), lines.Coded({70, 20, 1, 1}, 0.2, 8)}, {0, 0, 1, 0});
  ExpectPropagates(lines);
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
