// Whole networks through dc/runtime.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <memory>

#include "hwy/targets.h"
#include "unit/runtime/allocation_counter.h"
#include "unit/runtime/run_checks.h"
#include "unit/runtime/small_networks.h"

namespace dc::runtime {
namespace {

using format::Op;

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
  EXPECT_EQ(session.output().shape, (std::vector<int64_t>{-1, 10}));
  ASSERT_EQ(session.plan().size(), 4u);
  EXPECT_EQ(session.plan()[1].form, "sparse table");
  EXPECT_EQ(session.plan()[2].name, "fc1");
}

TEST(SessionTest, TellsWhichOutputsAreLogistic) {
  for (const format::Op op : {format::Op::kSigmoid, format::Op::kTanh}) {
    NetBuilder net({-1, 4});
    const auto sum = net.Node(format::Op::kMatMul, {net.input(), net.Random({4, 1})});
    net.Node(format::Op::kReshape, {net.Node(op, {sum})}, {2, -1, 1, 0});
    const Session session = LoadOrDie(net);
    ASSERT_EQ(session.outputs().size(), 1u);
    EXPECT_EQ(session.outputs()[0].shape, (std::vector<int64_t>{-1, 1}));
    EXPECT_EQ(session.outputs()[0].logistic, op == format::Op::kSigmoid);
  }
}

TEST(SessionTest, MeasuresEveryStep) {
  NetBuilder net = LeNet5();
  const Session session = LoadOrDie(net);
  const auto one = session.Measure(1, 2);
  ASSERT_TRUE(one.ok()) << one.status().ToString();
  EXPECT_EQ(one->block, 1);
  std::vector<int64_t> layers;
  for (const StepTime& step : one->steps) {
    EXPECT_GE(step.microseconds, 0);
    EXPECT_LT(step.microseconds, 1e6);
    if (step.layer < 0) {
      EXPECT_EQ(step.resident_bytes, 0);
      continue;
    }
    layers.push_back(step.layer);
    const LayerPlan& layer = session.plan()[static_cast<size_t>(step.layer)];
    EXPECT_EQ(step.op, layer.op);
    EXPECT_EQ(step.resident_bytes, layer.resident_bytes);
  }
  EXPECT_EQ(layers, (std::vector<int64_t>{0, 1, 2, 3}));
  // Batches have a form of their own.
  const auto many = session.Measure(40, 1);
  ASSERT_TRUE(many.ok());
  EXPECT_GT(many->block, 1);
  for (size_t s = 0; s < many->steps.size(); ++s) {
    const bool sparse_gemm = many->steps[s].layer == 2;
    EXPECT_EQ(many->steps[s].resident_bytes > one->steps[s].resident_bytes,
              sparse_gemm || many->steps[s].layer == 3);
  }
  EXPECT_FALSE(session.Measure(0, 1).ok());
  EXPECT_FALSE(session.Measure(1, 0).ok());
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
  // 784 * (2^62 + 2) is 1568 in 64 bits.
  for (int64_t batch : {int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{3}, int64_t{1} << 62,
                        (int64_t{1} << 62) + 2}) {
    const Status status = session.Run(batch, input, output);
    EXPECT_EQ(status.code(), StatusCode::kUsage) << batch;
    EXPECT_THAT(status.ToString(), testing::HasSubstr("a batch of " + std::to_string(batch)));
  }
  EXPECT_FALSE(session.Run(2, std::span(input).first(783), output).ok());
  EXPECT_FALSE(session.Run(2, input, std::span(output).first(19)).ok());
  EXPECT_FALSE(session.Run(0, std::span<const float>(), std::span<float>()).ok());
}

TEST(SessionTest, MachinesWithoutVectorsRunTheReferenceKernels) {
  if (HWY_TARGETS & HWY_SCALAR || (HWY_TARGETS & (HWY_TARGETS - 1)) == 0) {
    GTEST_SKIP() << "this build has kernels for every machine that can run it";
  }
  NetBuilder net = LeNet5();
  const std::vector<float> input = net.RandomInput(3);
  const std::vector<float> expected =
      RunSession(LoadOrDie(net, {.reference_kernels = true}), 3, input);
  hwy::SetSupportedTargetsForTest(HWY_SCALAR);
  const Session session = LoadOrDie(net);
  hwy::SetSupportedTargetsForTest(0);
  EXPECT_EQ(session.plan()[0].kernel, "reference");
  EXPECT_EQ(RunSession(session, 3, input), expected);
}

TEST(SessionTest, RefusesAnImpossibleNumberOfThreads) {
  NetBuilder net = LeNet300();
  const std::vector<uint8_t> file = net.File();
  for (int threads : {-1, 1000000}) {
    EXPECT_EQ(Session::Load(file, {.threads = threads}).status().code(), StatusCode::kUsage);
  }
  auto all_cores = Session::Load(file, {.threads = 0});
  ASSERT_TRUE(all_cores.ok());
  EXPECT_EQ(RunSession(*all_cores, 2, net.RandomInput(2)).size(), 20u);
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
  constexpr size_t kMinorVersion = 5;  // the byte that readers ignore
  for (size_t at = 0; at < file.size(); at += 1 + at / 10) {
    if (at == kMinorVersion) continue;
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<uint8_t> damaged = file;
      damaged[at] ^= static_cast<uint8_t>(1 << bit);
      EXPECT_FALSE(Session::Load(damaged, {}).ok()) << "byte " << at << ", bit " << bit;
    }
  }
}

// Runs everything that the model of `net` has; `inputs` beside its inputs.
std::vector<std::vector<float>> RunAll(NetBuilder& net, int64_t batch,
                                       const std::vector<std::vector<float>>& inputs) {
  const Session session = LoadOrDie(net);
  const std::vector<std::span<const float>> in(inputs.begin(), inputs.end());
  std::vector<std::vector<float>> outputs;
  std::vector<std::span<float>> out;
  for (const SessionOutput& output : session.outputs()) {
    outputs.emplace_back(FloatsOf(output.shape, batch), -77.0f);
  }
  for (std::vector<float>& output : outputs) out.emplace_back(output);
  const Status status = session.Run(batch, in, out);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return outputs;
}

using Values = std::vector<float>;

TEST(SessionTest, TheBatchMayEndUpInAnyDimension) {
  // Two samples of 2 x 3.
  const Values x = {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
  NetBuilder net({-1, 2, 3});
  const auto turned = net.Node(Op::kTranspose, {net.input()}, {3, 1, 0, 2});  // 2 x N x 3
  const auto rows = net.Node(Op::kFlatten, {net.input()}, {2});               // 2N x 3
  const auto reversed = net.Node(Op::kTranspose, {rows}, {0});                // 3 x 2N
  net.SetOutputs({turned, rows, reversed});
  const Session session = LoadOrDie(net);
  EXPECT_EQ(session.outputs()[0].shape, (std::vector<int64_t>{2, -1, 3}));
  EXPECT_EQ(session.outputs()[1].shape, (std::vector<int64_t>{-2, 3}));
  const auto outputs = RunAll(net, 2, {x});
  EXPECT_EQ(outputs[0], (Values{0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 15}));
  EXPECT_EQ(outputs[1], x);
  EXPECT_EQ(outputs[2], (Values{0, 3, 10, 13, 1, 4, 11, 14, 2, 5, 12, 15}));
}

TEST(SessionTest, RunsSeveralInputsAndOutputs) {
  NetBuilder net({-1, 2});
  const auto z = net.AddInput({-1, 2});
  const auto scale = net.AddInput({});  // one for all samples
  const auto sum = net.Node(Op::kAdd, {net.input(), z});
  const auto scaled = net.Node(Op::kMul, {sum, scale});
  net.SetOutputs({scaled, sum, net.input()});
  const auto outputs = RunAll(net, 3, {{1, 2, 3, 4, 5, 6}, {10, 20, 30, 40, 50, 60}, {2}});
  EXPECT_EQ(outputs[0], (Values{22, 44, 66, 88, 110, 132}));
  EXPECT_EQ(outputs[1], (Values{11, 22, 33, 44, 55, 66}));
  EXPECT_EQ(outputs[2], (Values{1, 2, 3, 4, 5, 6}));

  const Session session = LoadOrDie(net);
  Values out(6);
  const Status one = session.Run(3, Values(6), out);
  EXPECT_EQ(one.code(), StatusCode::kUsage);
  EXPECT_THAT(one.ToString(), testing::HasSubstr("one buffer for 3 inputs"));
}

TEST(SessionTest, OutputsThatNobodyWantsAreNotWritten) {
  NetBuilder net({-1, 2});
  const auto sum = net.Node(Op::kAdd, {net.input(), net.input()});
  net.SetOutputs({net.Relu(sum), sum});
  const Session session = LoadOrDie(net);
  const Values in = {-1, 2};
  const std::span<const float> input(in);
  Values wanted(2);
  const std::vector<std::span<float>> outputs = {{}, wanted};
  ASSERT_TRUE(session.Run(1, {&input, 1}, outputs).ok());
  EXPECT_EQ(wanted, (Values{-2, 4}));
}

TEST(SessionTest, ShapesMayBeFixed) {
  // A softmax over dimension 0: of no batch.
  NetBuilder net({2, 2});
  net.FixShapes();
  net.Node(Op::kSoftmax, {net.input()}, {0});
  const Session session = LoadOrDie(net);
  EXPECT_EQ(session.input().shape, (std::vector<int64_t>{2, 2}));
  const auto outputs = RunAll(net, 1, {{5, 1, 5, 1}});
  EXPECT_EQ(outputs[0], (Values{0.5f, 0.5f, 0.5f, 0.5f}));

  // Items of a convolution: 2 images of one pixel.
  NetBuilder images({2, 1, 1, 1});
  images.FixShapes();
  images.Node(Op::kConv, {images.input(), images.Plain({1, 1, 1, 1}, {3})}, {0, 0, 1, 0});
  EXPECT_EQ(RunAll(images, 1, {{1, 2}})[0], (Values{3, 6}));

  // Everything begins with 1: any number of times side by side.
  NetBuilder one({1, 2});
  one.FixShapes();
  one.Node(Op::kSoftmax, {one.input()}, {0});
  EXPECT_EQ(LoadOrDie(one).input().shape, (std::vector<int64_t>{-1, 2}));
  EXPECT_EQ(RunAll(one, 2, {{5, 1, 5, 1}})[0], (Values{1, 1, 1, 1}));
}

TEST(SessionTest, PassesInputScalingOn) {
  NetBuilder net = LeNet300();
  const Session session = LoadOrDie(net);
  EXPECT_EQ(session.input().scale, 1.0f / 255.0f);
  EXPECT_FALSE(session.input().scale_said);  // floats are read as they are
  EXPECT_FALSE(session.input().channels_last);
  EXPECT_TRUE(session.input().mean.empty());
}

}  // namespace
}  // namespace dc::runtime
