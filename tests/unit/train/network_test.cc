// What training refuses, and in which words.
#include "train/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "dc/train.h"
#include "train/executor.h"
#include "unit/train/graph_builder.h"
#include "unit/train/synthetic_data.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The status of evaluating `graph` on 8x8 images of 4 classes.
Status Check(const Graph& graph, const Preprocess& preprocess = {}) {
  const Dataset data = SyntheticImages(40, 5);
  return Evaluate(graph, data, data.test, preprocess, 1, nullptr).status();
}

// Input -> the node that `add` puts -> Flatten -> Gemm would follow; errors come before that.
Status CheckNode(const std::function<void(GraphBuilder*)>& add) {
  GraphBuilder b({1, 8, 8});
  add(&b);
  return Check(b.Build());
}

TEST(FindNetwork, TakesLiveNodesAndFoldsTheSoftmax) {
  GraphBuilder b({64});
  b.Dense("fc", 64, 4).Add("Relu", "dead");
  b.AddOn("Softmax", "probabilities", {"fc"}, {{"axis", int64_t{-1}}});
  const Graph graph = b.Build();
  const auto network = FindNetwork(graph, SyntheticImages(1, 1), Preprocess());
  ASSERT_TRUE(network.ok()) << network.status().ToString();
  EXPECT_EQ(network->logits, "fc");
  EXPECT_THAT(network->nodes, ElementsAre(0));
  EXPECT_EQ(network->input, "x");
  EXPECT_THAT(network->sample_shape, ElementsAre(64));
  EXPECT_EQ(network->declared_batch, -1);
}

TEST(FindNetwork, OpenDimensionsComeFromTheData) {
  GraphBuilder b({-1, 8, -1});
  const Graph graph = b.Add("Flatten", "flat").Dense("fc", 64, 4).Build();
  EXPECT_TRUE(Check(graph).ok());
  GraphBuilder c({-1});
  EXPECT_TRUE(Check(c.Dense("fc", 64, 4).Build()).ok());
}

TEST(FindNetwork, ChannelsLastInputsAreHeightWidthChannels) {
  GraphBuilder b({8, 8, 1});
  const Graph graph = b.Add("Flatten", "flat").Dense("fc", 64, 4).Build();
  Preprocess last;
  last.channels_last = true;
  EXPECT_TRUE(Check(graph, last).ok());
  EXPECT_TRUE(Check(graph).ok());  // as the shape shows
  last.channels_last = false;
  EXPECT_EQ(Check(graph, last).code(), StatusCode::kBadInput);
}

TEST(FindNetwork, NamesBothShapes) {
  GraphBuilder images({3, 32, 32});
  Status status = Check(images.Add("Flatten", "flat").Dense("fc", 3072, 4).Build());
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("3x32x32"), HasSubstr("1x8x8"), HasSubstr("\"x\""),
                                       HasSubstr("synthetic")));
  GraphBuilder vectors({784});
  status = Check(vectors.Dense("fc", 784, 4).Build());
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("784"), HasSubstr("1x8x8")));
}

TEST(FindNetwork, LabelsBelowTheOutputsAreEnough) {
  GraphBuilder b({64}), c({64});
  EXPECT_TRUE(Check(b.Dense("fc", 64, 10).Build()).ok());
  const Status status = Check(c.Dense("fc", 64, 3).Build());
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("label 3"), HasSubstr("3 classes")));
}

TEST(FindNetwork, TheNodesThatReadTheInputShowTheLayout) {
  // 6 x 8 x 3, as 6 channels or as 3: only the nodes tell.
  Dataset data = SyntheticImages(1, 1);
  data.channels = 6;
  data.width = 3;
  data.layout_open = true;
  Augmentation flip;
  flip.flip = true;
  GraphBuilder planes({6, 8, 3}), pixels({6, 8, 3});
  const Graph first = planes.Conv("conv", 6, 4, 3).Add("Flatten", "y").Build();
  const Graph last =
      pixels.Add("Transpose", "t", {}, {{"perm", Ints{0, 3, 1, 2}}}).Add("Flatten", "y").Build();
  EXPECT_EQ(FindNetwork(first, data, {}, {"", &flip})->reading.channels, 6);
  EXPECT_EQ(FindNetwork(last, data, {}, {"", &flip})->reading.channels, 3);
}

TEST(FindNetwork, RefusesParametersWithoutValues) {
  GraphBuilder b({64});
  Graph graph = b.Dense("fc", 64, 4).Build();
  graph.uninitialized.push_back({"fc.weight", DataType::kFloat32, {4, 64}});
  const Status status = Check(graph);
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("no value"), HasSubstr("fc.weight")));
}

TEST(FindNetwork, RefusesOtherInputsAndOutputs) {
  GraphBuilder b({64});
  const Graph graph = b.Dense("fc", 64, 4).Build();
  Graph changed = graph;
  changed.inputs.push_back(graph.inputs[0]);
  EXPECT_THAT(Check(changed).ToString(), HasSubstr("2 inputs"));
  changed = graph;
  changed.inputs[0].type = DataType::kUint8;
  EXPECT_THAT(Check(changed).ToString(), HasSubstr("uint8"));
  changed = graph;
  changed.inputs[0].shape = {64};
  EXPECT_THAT(Check(changed).ToString(), HasSubstr("batch"));
  changed = graph;
  changed.outputs.clear();
  EXPECT_THAT(Check(changed).ToString(), HasSubstr("no output"));
  changed = graph;
  changed.outputs[0].name = "elsewhere";
  EXPECT_THAT(Check(changed).ToString(), HasSubstr("elsewhere"));
  GraphBuilder c({1, 8, 8});
  EXPECT_THAT(Check(c.Conv("conv", 1, 4, 3).Build()).ToString(), HasSubstr("[batch, classes]"));
}

TEST(MakeOperatorKernel, NamesTheNodeThatIsNotCovered) {
  const auto error = [](const std::function<void(GraphBuilder*)>& add) {
    const Status status = CheckNode(add);
    EXPECT_EQ(status.code(), StatusCode::kUnsupported) << status.ToString();
    EXPECT_THAT(status.ToString(), HasSubstr("node 'odd'"));
    return status.ToString();
  };
  EXPECT_THAT(error([](auto* b) { b->Add("Einsum", "odd"); }),
              AllOf(HasSubstr("operator Einsum"), HasSubstr("docs/operators.md")));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Reshape", "odd", {b->Integers("s", {16, -1, 4})});
              }),
              HasSubstr("16x-1x4"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Reshape", "odd", {b->Integers("s", {-1, 65})});
              }),
              HasSubstr("batch"));
  EXPECT_THAT(error([](auto* b) { b->Add("Reshape", "odd", {"x"}); }),
              HasSubstr("'x', its shape, is computed"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Concat", "odd", {"x"}, {{"axis", int64_t{0}}});
              }),
              HasSubstr("batch"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Softmax", "odd", {}, {{"axis", int64_t{0}}});
              }),
              HasSubstr("batch"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("LRN", "odd", {}, {{"size", int64_t{4}}});
              }),
              HasSubstr("size 4"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("MaxPool", "odd", {},
                       {{"kernel_shape", Ints{2, 2}}, {"auto_pad", std::string("SOMEHOW")}});
              }),
              HasSubstr("SOMEHOW"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Conv", "odd", {b->Random("w", {2, 1, 1, 1})},
                       {{"pads", Ints{1 << 20, 1 << 20, 1 << 20, 1 << 20}}});
              }),
              HasSubstr("too large"));
  EXPECT_THAT(
      error([](auto* b) {
        b->Add("MaxPool", "odd", {}, {{"kernel_shape", Ints{2, 2}}, {"pads", Ints{2, 0, 0, 0}}});
      }),
      HasSubstr("padding"));
}

TEST(MakeOperatorKernel, NamesTheNodeThatContradictsItself) {
  const auto error = [](const std::function<void(GraphBuilder*)>& add) {
    const Status status = CheckNode(add);
    EXPECT_EQ(status.code(), StatusCode::kBadInput) << status.ToString();
    EXPECT_THAT(status.ToString(), HasSubstr("node 'odd'"));
    return status.ToString();
  };
  EXPECT_THAT(error([](auto* b) {
                b->Add("Conv", "odd", {b->Random("w", {4, 3, 3, 3})});
              }),
              AllOf(HasSubstr("4x3x3x3"), HasSubstr("1x8x8")));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Conv", "odd", {b->Random("w", {4, 1, 9, 3})});
              }),
              HasSubstr("a window of 9"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Conv", "odd", {b->Random("w", {4, 1, 3, 3})}, {{"strides", Ints{0, 1}}});
              }),
              HasSubstr("strides"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Conv", "odd", {b->Random("w", {4, 1, 3, 3})}, {{"group", int64_t{3}}});
              }),
              HasSubstr("groups"));
  EXPECT_THAT(error([](auto* b) { b->Add("MaxPool", "odd"); }), HasSubstr("kernel_shape"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Flatten", "flat").Add("Gemm", "odd", {b->Random("w", {63, 4})});
              }),
              AllOf(HasSubstr("63x4"), HasSubstr("x64")));
  EXPECT_THAT(error([](auto* b) { b->Add("Dropout", "odd", {b->Values("r", {}, {1.0f})}); }),
              HasSubstr("ratio"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Clip", "odd", {}, {{"min", 1.0f}, {"max", 0.0f}});
              }),
              HasSubstr("min"));
  EXPECT_THAT(error([](auto* b) {
                b->Add("Concat", "flat", {}, {{"axis", int64_t{1}}})
                    .Add("Flatten", "f2")
                    .AddOn("Concat", "odd", {"flat", "f2"}, {{"axis", int64_t{1}}});
              }),
              HasSubstr("the joined axis"));
}

TEST(LoadParameters, RefusesOtherTypesAndDoubleRoles) {
  GraphBuilder b({64});
  Graph graph = b.Dense("fc", 64, 4).Build();
  graph.initializers["fc.weight"] = Tensor::Zeros(DataType::kFloat16, {4, 64});
  EXPECT_THAT(Check(graph).ToString(), AllOf(HasSubstr("fc.weight"), HasSubstr("float16")));

  GraphBuilder c({64});
  const std::string ones = c.Values("ones", {64}, std::vector<float>(64, 1.0f));
  const std::string zeros = c.Values("zeros", {64}, std::vector<float>(64, 0.0f));
  c.Add("BatchNormalization", "bn", {ones, zeros, zeros, ones}).Dense("fc", 64, 4);
  const Status status = Check(c.Build());
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_THAT(status.ToString(), HasSubstr("\"ones\" is trained by one node and a statistic"));
}

TEST(MakeExecutor, RefusesToTrainNothing) {
  GraphBuilder b({64});
  b.Add("Relu", "relu");
  const Graph graph = b.Build();
  const auto network = FindNetwork(graph, SyntheticImages(1, 1), Preprocess());
  ASSERT_TRUE(network.ok());
  const auto parameters = Parameters::Load(*network);
  ASSERT_TRUE(parameters.ok());
  DropoutRatios dropout(1.0, {});
  EXPECT_THAT(Executor::Make(*network, *parameters, &dropout, 2, true).status().ToString(),
              HasSubstr("no parameters"));
}

}  // namespace
}  // namespace dc::train
