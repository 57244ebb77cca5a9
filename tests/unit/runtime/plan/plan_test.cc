// What a plan merges, reports and refuses.
#include "runtime/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/kernels/build.h"
#include "unit/runtime/net_builder.h"
#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

using format::Op;
using testing::AllOf;
using testing::HasSubstr;
using Dims = std::vector<int64_t>;

StatusOr<Plan> Build(NetBuilder& net) {
  return BuildPlan(net.manifest(), [&](size_t tensor) { return net.Load(tensor); },
                   {.kernels = &ReferenceKernels()});
}

// The error of a network that must be refused.
Status Refused(NetBuilder& net) {
  const StatusOr<Plan> plan = Build(net);
  EXPECT_FALSE(plan.ok());
  EXPECT_FALSE(plan.status().what().empty());
  EXPECT_FALSE(plan.status().where().empty());
  EXPECT_FALSE(plan.status().advice().empty());
  return plan.status();
}

NetBuilder::Ref Gemm(NetBuilder& net, NetBuilder::Ref x, int64_t in, int64_t out) {
  return net.Node(Op::kGemm, {x, net.Coded({out, in}, 0.2, 8), net.Random({out})}, {1, 0}, {1, 1});
}

TEST(PlanTest, MergesBiasAndActivationIntoTheLayer) {
  NetBuilder net({-1, 6});
  const auto a = net.Relu(Gemm(net, net.input(), 6, 5));
  const auto b = net.Node(Op::kMatMul, {a, net.Coded({5, 4}, 0.5, 8)});
  const auto c = net.Node(Op::kAdd, {b, net.Random({4})});
  net.Node(Op::kClip, {c}, {}, {0, 6});
  const auto plan = Build(net);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_EQ(plan->steps.size(), 2u);
  EXPECT_EQ(plan->layers.size(), 2u);
  EXPECT_EQ(plan->outputs[0].whole, (op::Shape{-1, 4}));
}

TEST(PlanTest, MergesBatchNormalizationIntoTheLayer) {
  if (kForSize) GTEST_SKIP() << "built for size";
  NetBuilder net({-1, 3, 8, 8});
  const auto conv =
      net.Node(Op::kConv, {net.input(), net.Coded({4, 3, 3, 3}, 0.5, 8)}, {0, 0, 1, 0});
  const auto flat = net.Node(Op::kFlatten, {net.Relu(net.BatchNorm(conv, 4))}, {1});
  const auto b = net.Node(Op::kMatMul, {flat, net.Coded({144, 4}, 0.5, 8)});
  net.Node(Op::kClip, {net.BatchNorm(net.Node(Op::kAdd, {b, net.Random({4})}), 4)}, {}, {0, 6});
  const auto plan = Build(net);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_EQ(plan->steps.size(), 2u);
  // Of a product of matrices the rows are not the channels, even where there are as many.
  NetBuilder matrices({-1, 4, 6});
  matrices.BatchNorm(matrices.Node(Op::kMatMul, {matrices.input(), matrices.Random({6, 4})}), 4);
  EXPECT_EQ(Build(matrices)->steps.size(), 2u);
  // Somebody else reads what is normalized.
  NetBuilder twice({-1, 6});
  const auto gemm = Gemm(twice, twice.input(), 6, 6);
  twice.Node(Op::kAdd, {twice.BatchNorm(gemm, 6), gemm});
  EXPECT_EQ(Build(twice)->steps.size(), 3u);
}

TEST(PlanTest, DoesNotMergeWhatSomebodyElseReads) {
  NetBuilder net({-1, 6});
  const auto a = Gemm(net, net.input(), 6, 6);
  net.Node(Op::kAdd, {net.Relu(a), a});
  EXPECT_EQ(Build(net)->steps.size(), 3u);
  // The network's output must be there before the activation that hides it.
  NetBuilder output({-1, 6});
  const auto b = Gemm(output, output.input(), 6, 6);
  output.Relu(b);
  output.SetOutput(b);
  EXPECT_EQ(Build(output)->steps.size(), 1u);
}

TEST(PlanTest, MergesLimitsIntoASum) {
  if (kForSize) GTEST_SKIP() << "built for size";
  NetBuilder net({-1, 6});
  const auto sum = net.Node(Op::kAdd, {net.input(), Gemm(net, net.input(), 6, 6)});
  net.Relu(sum);
  EXPECT_EQ(Build(net)->steps.size(), 2u);
  // The sum itself is an output.
  net.SetOutput(sum);
  EXPECT_EQ(Build(net)->steps.size(), 2u);
  // Somebody else reads it.
  NetBuilder twice({-1, 6});
  const auto other = twice.Node(Op::kAdd, {twice.input(), Gemm(twice, twice.input(), 6, 6)});
  twice.Node(Op::kMul, {twice.Relu(other), other});
  EXPECT_EQ(Build(twice)->steps.size(), 4u);
}

TEST(PlanTest, LeavesOutWhatTheOutputDoesNotNeed) {
  NetBuilder net({-1, 6});
  const auto a = Gemm(net, net.input(), 6, 5);
  net.Node(Op::kLrn, {a}, {0}, {1, 1, 1});  // would be refused
  net.SetOutput(a);
  const auto plan = Build(net);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_EQ(plan->steps.size(), 1u);
}

TEST(PlanTest, ReshapingTakesNoStep) {
  NetBuilder net({-1, 2, 3});
  net.Node(Op::kFlatten, {net.input()}, {1});
  const auto plan = Build(net);
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(plan->steps.empty());
  EXPECT_EQ(plan->outputs[0].buffer, plan->inputs[0].buffer);
  EXPECT_EQ(plan->outputs[0].whole, (op::Shape{-1, 6}));
}

// Two layers beside each other and, with `both_read`, one more reader of the first.
NetBuilder Joined(bool both_read, int64_t axis) {
  NetBuilder net({-1, 2, 4, 4});
  const auto conv = [&](int64_t outputs) {
    return net.Node(Op::kConv, {net.input(), net.Coded({outputs, 2, 1, 1}, 0.9, 8, false)},
                    {0, 0, 1, 0});
  };
  const auto a = conv(3), b = conv(3);
  const auto joined = net.Node(Op::kConcat, {a, b}, {axis});
  if (both_read) net.Node(Op::kConcat, {joined, a}, {axis});
  return net;
}

TEST(PlanTest, WhatIsJoinedIsWrittenInPlace) {
  NetBuilder net = Joined(false, 1);
  const auto plan = Build(net);
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->steps.size(), 2u);
  for (size_t choice = 0; choice < kLaneChoices.size(); ++choice) {
    const std::vector<uint64_t>& at = plan->memory[choice].buffers;
    EXPECT_EQ(at[plan->steps[0].output], at[plan->outputs[0].buffer]);
    EXPECT_EQ(at[plan->steps[1].output],
              at[plan->outputs[0].buffer] + 3 * 16 * kLaneChoices[choice]);
  }
}

TEST(PlanTest, JoinsStayWhereInputsAreReadTwiceOrInterleaved) {
  // `a` has two readers and stays where it is; what is joined first lies inside the second.
  NetBuilder twice = Joined(true, 1);
  const auto with_copies = Build(twice);
  ASSERT_TRUE(with_copies.ok());
  EXPECT_EQ(with_copies->steps.size(), 4u);
  NetBuilder rows = Joined(false, 2);
  const auto interleaved = Build(rows);
  ASSERT_TRUE(interleaved.ok());
  EXPECT_EQ(interleaved->steps.size(), 3u);
}

TEST(PlanTest, ReportsLayers) {
  NetBuilder net({-1, 2, 8, 8});
  const auto conv =
      net.Node(Op::kConv, {net.input(), net.Coded({16, 2, 3, 3}, 0.9, 8, false)}, {0, 0, 1, 0});
  const auto flat = net.Node(Op::kFlatten, {conv}, {1});
  Gemm(net, flat, 16 * 36, 10);
  const auto plan = Build(net);
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->layers.size(), 2u);
  const LayerPlan& first = plan->layers[0];
  EXPECT_EQ(first.name, "conv1");
  EXPECT_EQ(first.op, "Conv");
  EXPECT_EQ(first.form, "dense table");
  EXPECT_EQ(first.kernel, "reference");
  EXPECT_EQ(first.weights, 16 * 18);
  EXPECT_EQ(first.resident_bytes, 16 * 18 * 4);
  const LayerPlan& second = plan->layers[1];
  EXPECT_EQ(second.name, "fc1");
  EXPECT_EQ(second.op, "Gemm");
  EXPECT_EQ(second.form, "sparse table");
  EXPECT_THAT(second.reason, HasSubstr("of the weights are kept"));
  EXPECT_GT(second.survivors, 0);
  EXPECT_LT(second.survivors, second.weights);
}

TEST(PlanTest, KernelNamesSayWhatRuns) {
  NetBuilder net({-1, 8});
  const auto fc = Gemm(net, net.input(), 8, 8);
  net.Node(Op::kMatMul, {fc, net.Random({8, 4})});
  const auto plan = BuildPlan(net.manifest(), [&](size_t tensor) { return net.Load(tensor); },
                              {.kernels = &SimdKernels()});
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->layers[0].kernel, "sell16 " + TargetName(SimdKernels()));
  EXPECT_EQ(plan->layers[1].kernel, "dense panels " + TargetName(SimdKernels()));
  EXPECT_THAT(plan->layers[1].reason, HasSubstr("plain"));
}

TEST(PlanTest, LargeSparseLayersAreThereByColumnsToo) {
  if (kForSize) GTEST_SKIP() << "a build for size goes by rows";
  // Blocks are so fast on some processors that nothing is gained beside them.
  KernelSet kernels = SimdKernels();
  kernels.fast_blocks = false;
  const auto layer = [&](int64_t inputs, uint32_t entries) {
    NetBuilder net({-1, inputs});
    net.Node(Op::kGemm, {net.input(), net.Coded({1050, inputs}, 0.05, entries)}, {1, 0},
             {1.0f, 1.0f});
    const auto plan = BuildPlan(net.manifest(), [&](size_t tensor) { return net.Load(tensor); },
                                {.kernels = &kernels});
    return plan.ok() ? plan->layers[0] : LayerPlan{.kernel = plan.status().ToString()};
  };
  const std::string target = " " + TargetName(SimdKernels());
  EXPECT_EQ(layer(2000, 16).kernel, "sell16/columns" + target);
  EXPECT_THAT(layer(2000, 16).reason, HasSubstr("by columns where at most"));
  // Two bytes of a row and one of a code for each survivor, and where the columns begin.
  EXPECT_GT(layer(2000, 16).resident_bytes, 5 * layer(2000, 16).survivors);
  EXPECT_EQ(layer(2000, 33).kernel, "sell16" + target);
  EXPECT_EQ(layer(400, 16).kernel, "sell16" + target);
}

TEST(PlanTest, ConvolvesWhereTransformsPay) {
  if (!SimdKernels().winograd) GTEST_SKIP() << "this machine convolves directly";
  const auto first_layer = [](int64_t channels, double density, uint32_t entries,
                              const KernelSet& kernels) {
    NetBuilder net({-1, channels, 28, 28});
    net.Node(Op::kConv, {net.input(), net.Coded({64, channels, 3, 3}, density, entries)},
             {4, 1, 1, 1, 1, 0, 1, 0});
    const auto plan = BuildPlan(net.manifest(), [&](size_t tensor) { return net.Load(tensor); },
                                {.kernels = &kernels});
    return plan.ok() ? plan->layers[0] : LayerPlan{.kernel = plan.status().ToString()};
  };
  const std::string target = " " + TargetName(SimdKernels());
  const LayerPlan winograd = first_layer(64, 0.5, 16, SimdKernels());
  EXPECT_EQ(winograd.kernel, "winograd" + target);
  EXPECT_EQ(winograd.batch_kernel, "winograd" + target);
  EXPECT_THAT(winograd.reason, HasSubstr("without transforms"));
  // 4 bits a weight and 16 centroids; 8 bits and 256.
  EXPECT_EQ(winograd.resident_bytes, 64 * 64 * 9 / 2 + 16 * 4);
  EXPECT_EQ(first_layer(64, 0.5, 17, SimdKernels()).resident_bytes, 64 * 64 * 9 + 256 * 4);
  EXPECT_EQ(first_layer(64, 0.1, 16, SimdKernels()).kernel, "csb" + target);
  EXPECT_EQ(first_layer(1, 0.5, 16, SimdKernels()).kernel, "csb" + target);
  EXPECT_EQ(first_layer(64, 0.9, 400, SimdKernels()).kernel, "csb" + target);
  EXPECT_EQ(first_layer(64, 0.5, 16, ReferenceKernels()).kernel, "reference");
}

TEST(PlanTest, RefusesShapesThatDoNotFit) {
  NetBuilder fc({-1, 7});
  Gemm(fc, fc.input(), 6, 5);
  EXPECT_THAT(Refused(fc).ToString(), AllOf(HasSubstr("node 0, Gemm"), HasSubstr("Nx7")));

  NetBuilder conv({-1, 3, 8, 8});
  conv.Node(Op::kConv, {conv.input(), conv.Coded({4, 2, 3, 3}, 0.5, 4)}, {0, 0, 1, 0});
  EXPECT_THAT(Refused(conv).ToString(), HasSubstr("for Nx3x8x8 in 1 groups"));

  NetBuilder groups({-1, 4, 8, 8});
  groups.Node(Op::kConv, {groups.input(), groups.Coded({3, 2, 3, 3}, 0.5, 4)}, {0, 0, 2, 0});
  EXPECT_EQ(Refused(groups).code(), StatusCode::kBadInput);

  NetBuilder large({-1, 1, 4, 4});
  large.Node(Op::kConv, {large.input(), large.Coded({3, 1, 5, 5}, 0.5, 4)}, {0, 0, 1, 0});
  EXPECT_THAT(Refused(large).ToString(), HasSubstr("a window of 5 in an input of 4"));

  NetBuilder bias({-1, 6});
  bias.Node(Op::kGemm, {bias.input(), bias.Coded({4, 6}, 0.5, 4), bias.Random({3})}, {1, 0},
            {1, 1});
  EXPECT_THAT(Refused(bias).ToString(), HasSubstr("one that broadcasts to Nx4"));

  NetBuilder add({-1, 6});
  add.Node(Op::kAdd, {add.input(), add.Random({5})});
  EXPECT_EQ(Refused(add).code(), StatusCode::kBadInput);

  NetBuilder norm({-1, 6, 2});
  norm.Node(Op::kBatchNormalization,
            {norm.input(), norm.Random({6}), norm.Random({6}), norm.Random({2}), norm.Random({6})},
            {}, {1e-5f});
  EXPECT_THAT(Refused(norm).ToString(), HasSubstr("input 3 has shape 2"));

  NetBuilder concat({-1, 6, 2});
  const auto pooled = concat.Node(Op::kGlobalAveragePool, {concat.input()});
  concat.Node(Op::kConcat, {concat.input(), pooled}, {1});
  EXPECT_THAT(Refused(concat).ToString(), HasSubstr("node 1, Concat"));
}

TEST(PlanTest, RefusesWhatMixesSamples) {
  const auto refuse = [](Op op, std::vector<int64_t> ints) {
    NetBuilder net({-1, 3, 4});
    net.Node(op, {net.input()}, std::move(ints));
    EXPECT_EQ(Refused(net).code(), StatusCode::kUnsupported) << static_cast<int>(op);
  };
  refuse(Op::kSoftmax, {0});
  refuse(Op::kReshape, {2, 3, -1, 0});
  NetBuilder joined({-1, 3, 4});
  joined.Node(Op::kConcat, {joined.input(), joined.input()}, {0});
  EXPECT_EQ(Refused(joined).code(), StatusCode::kUnsupported);
  NetBuilder constant({-1, 4});
  constant.Node(Op::kAdd, {constant.input(), constant.Random({2, 4})});
  EXPECT_EQ(Refused(constant).code(), StatusCode::kBadInput);
}

TEST(PlanTest, RefusesWhatIsNotCovered) {
  NetBuilder transposed({-1, 6});
  transposed.Node(Op::kGemm, {transposed.input(), transposed.Coded({6, 6}, 0.5, 4)}, {1, 1},
                  {1, 1});
  EXPECT_FALSE(Refused(transposed).ok());

  NetBuilder pool({-1, 1, 4, 4});
  pool.Node(Op::kMaxPool, {pool.input()}, {2, 2, 2, 2, 2, 2, 4, 3, 0, 0, 0, 0, 0});
  EXPECT_THAT(Refused(pool).ToString(), HasSubstr("without a single input"));
}

TEST(PlanTest, RefusesGraphsThatContradictThemselves) {
  NetBuilder base({-1, 6});
  base.Relu(Gemm(base, base.input(), 6, 5));
  const auto refuse = [&](const std::function<void(format::Manifest*)>& damage) {
    format::Manifest manifest = base.manifest();
    damage(&manifest);
    const auto plan = BuildPlan(manifest, [&](size_t t) { return base.Load(t); },
                                {.kernels = &ReferenceKernels()});
    EXPECT_FALSE(plan.ok());
    return plan.status().ToString();
  };
  EXPECT_THAT(refuse([](auto* m) { m->nodes[0].inputs[0] = 4; }), HasSubstr("does not exist"));
  EXPECT_THAT(refuse([](auto* m) { m->nodes[0].inputs[1] = format::kNoValue; }),
              HasSubstr("does not exist"));
  EXPECT_THAT(refuse([](auto* m) {
                m->nodes[1] = {.op = Op::kConcat, .inputs = {0, format::kNoValue}, .ints = {1}};
              }),
              HasSubstr("input 1 does not exist"));
  EXPECT_THAT(refuse([](auto* m) { m->nodes[0].inputs.clear(); }), HasSubstr("0 inputs"));
  EXPECT_THAT(refuse([](auto* m) { m->nodes[0].ints.pop_back(); }), HasSubstr("attributes"));
  EXPECT_THAT(refuse([](auto* m) { m->nodes[1].op = static_cast<Op>(200); }),
              HasSubstr("unknown operator"));
  EXPECT_THAT(refuse([](auto* m) { m->outputs[0].value = 99; }), HasSubstr("output 0"));
  EXPECT_THAT(refuse([](auto* m) { m->outputs[0].value = 1; }), HasSubstr("constant"));
  EXPECT_THAT(refuse([](auto* m) { m->outputs.clear(); }), HasSubstr("no output"));
  EXPECT_THAT(refuse([](auto* m) { m->inputs.clear(); }), HasSubstr("without inputs"));
  EXPECT_THAT(refuse([](auto* m) { m->inputs[0].shape = {}; }), HasSubstr("expected a matrix"));
  EXPECT_THAT(refuse([](auto* m) { m->inputs[0].shape = {-1, -1}; }), HasSubstr("must be fixed"));
  EXPECT_THAT(refuse([](auto* m) { m->inputs[0].shape = {-1, 0}; }), HasSubstr("must be fixed"));
  EXPECT_THAT(refuse([](auto* m) { m->tensors[0].shape = {5, -6}; }), HasSubstr("tensor 0"));
  EXPECT_THAT(refuse([](auto* m) { m->nodes.resize(100000, m->nodes[1]); }),
              HasSubstr("100000 operators"));
}

TEST(PlanTest, RefusesSizesThatOverflow) {
  const int64_t huge = int64_t{1} << 62;
  NetBuilder input({-1, huge, huge});
  input.Relu(input.input());
  EXPECT_EQ(Refused(input).code(), StatusCode::kUnsupported);

  // One outer product a step: 2^16 x 2^16 values.
  NetBuilder wide({-1, 1, 65536});
  const auto tall = wide.Node(Op::kTranspose, {wide.input()}, {3, 0, 2, 1});
  wide.Node(Op::kMul, {wide.input(), tall});
  EXPECT_THAT(Refused(wide).ToString(), HasSubstr("65536x65536"));

  for (const Dims& attributes :
       {Dims{4, huge, huge, huge, huge, 0, 1, 0}, Dims{0, 2, huge, huge, 1, 0}, Dims{0, 0, huge, 0},
        Dims{0, 0, 1, 2, huge, huge}, Dims{4, -1, 0, 0, 0, 0, 1, 0}, Dims{0, 2, 0, 1, 1, 0},
        Dims{0, 0, 0, 0}, Dims{0, 0, -1, 0}}) {
    NetBuilder conv({-1, 1, 8, 8});
    conv.Node(Op::kConv, {conv.input(), conv.Coded({2, 1, 3, 3}, 0.5, 4)}, attributes);
    EXPECT_FALSE(Refused(conv).ok());
  }
  // Padding alone makes the input large.
  NetBuilder padded({-1, 64, 8, 8});
  padded.Node(Op::kConv, {padded.input(), padded.Coded({2, 64, 3, 3}, 0.5, 4)},
              {4, 1 << 19, 1 << 19, 1 << 19, 1 << 19, 0, 1, 0});
  EXPECT_THAT(Refused(padded).ToString(), HasSubstr("the limit is 2^28 values"));
}

TEST(PlanTest, RefusesMoreActivationsThanASampleMayHave) {
  // Every sum stays in use until the end: 40 buffers of 128 MiB.
  NetBuilder net({-1, int64_t{1} << 25});
  std::vector<NetBuilder::Ref> values = {net.input()};
  for (int i = 0; i < 40; ++i) values.push_back(net.Node(Op::kTanh, {values.back()}));
  net.Node(Op::kConcat, std::vector<NetBuilder::Ref>(values.end() - 2, values.end()), {1});
  EXPECT_THAT(Refused(net).ToString(), HasSubstr("than a file of this size may ask for"));
}

// A weight is loaded and laid out once, however many layers are the same.
TEST(PlanTest, LayersThatAreTheSameShareAKernel) {
  NetBuilder net({-1, 24});
  const auto weight = net.Coded({24, 24}, 0.5, 8), bias = net.Random({24});
  auto x = net.input();
  for (int i = 0; i < 3; ++i)
    x = net.Relu(net.Node(Op::kGemm, {x, weight, bias}, {0, 0}, {0.5f, 1}));
  x = net.Relu(net.Node(Op::kGemm, {x, weight, net.Random({24})}, {0, 0}, {0.5f, 1}));
  x = net.Node(Op::kGemm, {x, weight, bias}, {0, 0}, {0.5f, 1});
  net.Node(Op::kGemm, {x, weight, bias}, {0, 0}, {0.25f, 1});
  int loads = 0;
  const ConstantLoader load = [&](size_t tensor) {
    loads += tensor == 0;
    return StatusOr<Constant>(net.Load(tensor));
  };
  const auto plan = BuildPlan(net.manifest(), load, {.kernels = &ReferenceKernels()});
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  ASSERT_EQ(plan->steps.size(), 6u);
  EXPECT_EQ(loads, 4) << "another bias, no Relu, another factor";
  EXPECT_EQ(plan->steps[0].kernel, plan->steps[1].kernel);
  EXPECT_EQ(plan->steps[0].kernel, plan->steps[2].kernel);
  EXPECT_NE(plan->steps[0].kernel, plan->steps[3].kernel);
  EXPECT_NE(plan->steps[3].kernel, plan->steps[4].kernel);
  EXPECT_NE(plan->steps[4].kernel, plan->steps[5].kernel);
  EXPECT_EQ(plan->layers.size(), 4u);
  EXPECT_EQ(plan->steps[2].layer, 0);
  EXPECT_EQ(plan->steps[3].layer, 1);
  ExpectMatchesNaive(net);
}

TEST(PlanTest, RefusesMoreWorkThanItMayAskFor) {
  NetBuilder net({-1, 1, 512, 512});
  net.Node(Op::kAveragePool, {net.input()}, {2, 511, 511, 0, 4, 255, 255, 255, 255, 0, 0, 0});
  const auto build = [&](const PlanOptions& options) {
    return BuildPlan(
        net.manifest(), [&](size_t tensor) { return net.Load(tensor); }, options);
  };
  // Windows of 511 x 511 at 512 x 512 places, and some units for each value.
  const double work = 512.0 * 512 * 511 * 511;
  EXPECT_TRUE(build({.kernels = &ReferenceKernels(), .max_work = 1.01 * work}).ok());
  EXPECT_THAT(build({.kernels = &ReferenceKernels(), .max_work = work}).status().ToString(),
              HasSubstr("more work for a sample"));
  EXPECT_THAT(
      build({.kernels = &ReferenceKernels(), .max_activation_bytes = 1 << 20}).status().ToString(),
      HasSubstr("bytes per sample"));
}

TEST(PlanTest, PassesOnWhatTheLoaderSays) {
  NetBuilder net({-1, 6});
  Gemm(net, net.input(), 6, 5);
  const auto plan =
      BuildPlan(net.manifest(),
                [](size_t) -> StatusOr<Constant> { return BadInput("damaged", "codes", "x"); },
                {.kernels = &ReferenceKernels()});
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().ToString(), "damaged (node 0, Gemm, codes): x");
}

}  // namespace
}  // namespace dc::runtime
