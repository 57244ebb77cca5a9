// Whole networks through dc/runtime.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <memory>

#include "unit/runtime/allocation_counter.h"
#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

using format::Op;

NetBuilder LeNet300() {
  NetBuilder net({-1, 784});
  const auto layer = [&](NetBuilder::Ref x, int64_t in, int64_t out, double density) {
    return net.Node(Op::kGemm, {x, net.Coded({out, in}, density, 33), net.Random({out})}, {1, 0},
                    {1, 1});
  };
  const auto a = net.Relu(layer(net.input(), 784, 300, 0.08));
  const auto b = net.Relu(layer(a, 300, 100, 0.09));
  layer(b, 100, 10, 0.26);
  return net;
}

// Caffe's LeNet-5 with an own softmax at the end.
NetBuilder LeNet5() {
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
NetBuilder Branches() {
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

TEST(SessionTest, WholeNetworksMatchTheNaiveOnes) {
  NetBuilder a = LeNet300(), b = LeNet5(), c = Branches();
  ExpectMatchesNaive(a, {1, 7, 18, 70});
  ExpectMatchesNaive(b, {1, 7});
  ExpectMatchesNaive(c, {1, 2, 38});
}

TEST(SessionTest, ReportsInputsOutputsAndLayers) {
  NetBuilder net = LeNet5();
  const Session session = LoadOrDie(net);
  EXPECT_EQ(session.input().name, "x");
  EXPECT_EQ(session.input().shape, (std::vector<int64_t>{-1, 1, 28, 28}));
  EXPECT_EQ(session.output_shape(), (std::vector<int64_t>{-1, 10}));
  ASSERT_EQ(session.plan().size(), 4u);
  EXPECT_EQ(session.plan()[1].form, "sparse table");
  EXPECT_EQ(session.plan()[2].name, "fc1");
}

TEST(SessionTest, ThreadsDoNotChangeResults) {
  for (auto make : {LeNet300, LeNet5, Branches}) {
    NetBuilder net = make();
    const std::vector<uint8_t> file = net.File();
    auto one = Session::Load(file, {.threads = 1});
    ASSERT_TRUE(one.ok());
    for (int threads : {2, 3, 7}) {
      auto many = Session::Load(file, {.threads = threads});
      ASSERT_TRUE(many.ok());
      for (int64_t batch : {1, 2, 3, 6, 16, 33, 70, 131}) {
        const std::vector<float> input = net.RandomInput(batch);
        EXPECT_EQ(RunSession(*many, batch, input), RunSession(*one, batch, input))
            << threads << " threads, batch " << batch;
      }
    }
  }
}

TEST(SessionTest, RunsTheSameSampleAlikeWhereverInTheBatch) {
  NetBuilder net = LeNet5();
  Session session = LoadOrDie(net);
  const std::vector<float> sample = net.RandomInput(1);
  std::vector<float> input;
  for (int i = 0; i < 97; ++i) input.insert(input.end(), sample.begin(), sample.end());
  const std::vector<float> alone = RunSession(session, 1, sample);
  const std::vector<float> output = RunSession(session, 97, input);
  for (size_t i = 0; i < output.size(); ++i) EXPECT_NEAR(output[i], alone[i % 10], 1e-5f);
}

TEST(SessionTest, RunDoesNotAllocateOnceALargerBatchRan) {
  NetBuilder net = Branches();
  for (const bool reference : {false, true}) {
    Session session = LoadOrDie(net, {.threads = 1, .reference_kernels = reference});
    std::vector<std::vector<float>> inputs;
    for (int64_t batch : {130, 1, 3, 4, 17, 64, 100, 130}) inputs.push_back(net.RandomInput(batch));
    std::vector<float> output(130 * 5);
    size_t i = 0;
    for (int64_t batch : {130, 1, 3, 4, 17, 64, 100, 130}) {
      const int64_t before = AllocationCount();
      const size_t heap_before = mallinfo2().uordblks;
      const Status status =
          session.Run(batch, inputs[i++], std::span(output).first(static_cast<size_t>(batch) * 5));
      const size_t heap_after = mallinfo2().uordblks;
      const int64_t after = AllocationCount();
      EXPECT_TRUE(status.ok());
      if (i == 1) continue;
      EXPECT_EQ(after, before) << "batch " << batch;
      EXPECT_EQ(heap_after, heap_before) << "batch " << batch;
    }
  }
}

TEST(SessionTest, RefusesBuffersOfTheWrongSize) {
  NetBuilder net = LeNet300();
  Session session = LoadOrDie(net);
  std::vector<float> input(2 * 784), output(2 * 10);
  EXPECT_TRUE(session.Run(2, input, output).ok());
  for (int64_t batch : {int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{3}, int64_t{1} << 62}) {
    const Status status = session.Run(batch, input, output);
    EXPECT_EQ(status.code(), StatusCode::kUsage) << batch;
    EXPECT_THAT(status.ToString(), testing::HasSubstr("784 floats in and 10 out"));
  }
  EXPECT_FALSE(session.Run(2, std::span(input).first(783), output).ok());
  EXPECT_FALSE(session.Run(2, input, std::span(output).first(19)).ok());
  EXPECT_FALSE(session.Run(0, {}, {}).ok());
}

TEST(SessionTest, MovedSessionsGoOnRunning) {
  NetBuilder net = LeNet300();
  Session first = LoadOrDie(net);
  const std::vector<float> input = net.RandomInput(3);
  const std::vector<float> expected = RunSession(first, 3, input);
  Session second = std::move(first);
  EXPECT_EQ(RunSession(second, 3, input), expected);
  NetBuilder other = LeNet5();
  Session third = LoadOrDie(other);
  third = std::move(second);
  EXPECT_EQ(RunSession(third, 3, input), expected);
}

TEST(SessionTest, TheFileMayBeFreedAfterLoading) {
  NetBuilder net = LeNet300();
  auto file = std::make_unique<std::vector<uint8_t>>(net.File());
  auto session = Session::Load(*file, {});
  ASSERT_TRUE(session.ok());
  const std::vector<float> input = net.RandomInput(2);
  const std::vector<float> expected = RunSession(*session, 2, input);
  std::fill(file->begin(), file->end(), uint8_t{0});
  file.reset();
  EXPECT_EQ(RunSession(*session, 2, input), expected);
}

TEST(SessionTest, DamagedFilesAreRefusedNotRun) {
  NetBuilder net = Branches();
  const std::vector<uint8_t> file = net.File();
  for (size_t length = 0; length < file.size(); length += 1 + length / 20) {
    EXPECT_FALSE(Session::Load(std::span(file).first(length), {}).ok()) << length;
  }
  Rng rng(4);
  for (int round = 0; round < 200; ++round) {
    std::vector<uint8_t> damaged = file;
    damaged[rng.Below(static_cast<uint32_t>(damaged.size()))] ^=
        static_cast<uint8_t>(1u << rng.Below(8));
    const auto session = Session::Load(damaged, {});
    if (session.ok()) continue;  // a minor version, say
    EXPECT_FALSE(session.status().ToString().empty());
  }
}

TEST(SessionTest, PassesInputScalingOn) {
  NetBuilder net = LeNet300();
  net.manifest();
  const Session session = LoadOrDie(net);
  EXPECT_EQ(session.input().scale, 1.0f / 255.0f);
  EXPECT_FALSE(session.input().channels_last);
  EXPECT_TRUE(session.input().mean.empty());
}

}  // namespace
}  // namespace dc::runtime
