#include <gtest/gtest.h>

#include <cmath>

#include "dc/prune.h"
#include "unit/prune/naive_evaluation.h"

namespace dc {
namespace {

// Builds networks node by node; weights and biases get reproducible values.
class Builder {
 public:
  explicit Builder(std::vector<int64_t> input_shape) : shape_(std::move(input_shape)) {
    std::vector<int64_t> declared = shape_;
    declared[0] = -1;
    graph.inputs = {{"x", DataType::kFloat32, declared}};
    last_ = "x";
  }

  Builder& Op(const std::string& op, std::vector<std::string> constants = {},
              std::map<std::string, AttributeValue> attributes = {}) {
    const std::string output = "v" + std::to_string(graph.nodes.size());
    std::vector<std::string> inputs = {last_};
    inputs.insert(inputs.end(), constants.begin(), constants.end());
    graph.nodes.push_back({"", op, "", inputs, {output}, std::move(attributes)});
    last_ = output;
    graph.outputs = {{output, DataType::kFloat32, {}}};
    return *this;
  }
  Builder& Constant(const std::string& name, std::vector<int64_t> shape) {
    const auto count = static_cast<size_t>(ElementCount(shape));
    graph.initializers[name] = Tensor::F32(std::move(shape), RandomValues(count, ++seed_));
    return *this;
  }
  Builder& Conv(const std::string& name, int64_t out, int64_t in, int64_t kernel, int64_t pad = 0) {
    Constant(name, {out, in, kernel, kernel}).Constant(name + ".b", {out});
    return Op("Conv", {name, name + ".b"}, {{"pads", std::vector<int64_t>{pad, pad, pad, pad}}});
  }
  Builder& Gemm(const std::string& name, int64_t out, int64_t in) {
    Constant(name, {out, in}).Constant(name + ".b", {out});
    return Op("Gemm", {name, name + ".b"}, {{"transB", int64_t{1}}});
  }
  const std::string& last() const { return last_; }

  std::vector<double> Evaluate() const {
    const auto count = static_cast<size_t>(ElementCount(shape_));
    const std::vector<float> input = RandomValues(count, 99);
    return EvaluateNaively(graph, shape_, {input.begin(), input.end()});
  }
  // Sets weights of neuron `neuron` (dimension 0) to zero.
  void CutInputs(const std::string& name, int64_t neuron) {
    Tensor& tensor = graph.initializers.at(name);
    const int64_t row = tensor.size() / tensor.shape[0];
    for (int64_t i = 0; i < row; ++i) tensor.f32()[static_cast<size_t>(neuron * row + i)] = 0;
  }
  // Sets the weights that read inputs [first, first + count) of every output to zero.
  void CutReaders(const std::string& name, int64_t first, int64_t count) {
    Tensor& tensor = graph.initializers.at(name);
    const int64_t row = tensor.size() / tensor.shape[0];
    for (int64_t o = 0; o < tensor.shape[0]; ++o) {
      for (int64_t i = first; i < first + count; ++i) {
        tensor.f32()[static_cast<size_t>(o * row + i)] = 0;
      }
    }
  }
  bool InputsAreZero(const std::string& name, int64_t neuron) const {
    const Tensor& tensor = graph.initializers.at(name);
    const int64_t row = tensor.size() / tensor.shape[0];
    for (int64_t i = 0; i < row; ++i) {
      if (tensor.f32()[static_cast<size_t>(neuron * row + i)] != 0) return false;
    }
    return true;
  }
  bool ReadersAreZero(const std::string& name, int64_t first, int64_t count) const {
    Builder copy = *this;
    copy.CutReaders(name, first, count);
    return copy.graph.initializers.at(name).bytes == graph.initializers.at(name).bytes;
  }
  float& At(const std::string& name, size_t i) { return graph.initializers.at(name).f32()[i]; }

  // Removes dead neurons and expects `died` of them and the same outputs as before.
  void ExpectDead(int died) {
    const std::vector<double> before = Evaluate();
    const auto result = RemoveDeadNeurons(&graph);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(*result, died);
    const std::vector<double> after = Evaluate();
    ASSERT_EQ(after.size(), before.size());
    for (size_t i = 0; i < after.size(); ++i) EXPECT_NEAR(after[i], before[i], 1e-5);
    EXPECT_EQ(*RemoveDeadNeurons(&graph), 0);
  }

  Graph graph;

 private:
  std::vector<int64_t> shape_;
  std::string last_;
  uint64_t seed_ = 0;
};

Builder ThreeLayers() {
  Builder net({3, 5});
  net.Gemm("a", 6, 5).Op("Relu").Op("Dropout").Gemm("b", 4, 6).Op("Sigmoid").Gemm("c", 3, 4);
  return net;
}

TEST(DeadNeurons, NothingDiesInADenseNetwork) { ThreeLayers().ExpectDead(0); }

TEST(DeadNeurons, NeuronWithoutReadersLosesItsInputsAndBias) {
  Builder net = ThreeLayers();
  net.CutReaders("b", 2, 1);
  net.ExpectDead(1);
  EXPECT_TRUE(net.InputsAreZero("a", 2));
  EXPECT_EQ(net.At("a.b", 2), 0.0f);
  EXPECT_FALSE(net.InputsAreZero("a", 1));
}

TEST(DeadNeurons, ConstantNeuronMovesIntoTheNextBias) {
  Builder net = ThreeLayers();
  net.CutInputs("a", 1);
  net.At("a.b", 1) = 0.75f;
  const float bias = net.At("b.b", 0), weight = net.At("b", 1);
  net.ExpectDead(1);
  EXPECT_TRUE(net.ReadersAreZero("b", 1, 1));
  EXPECT_EQ(net.At("a.b", 1), 0.0f);
  EXPECT_FLOAT_EQ(net.At("b.b", 0), bias + 0.75f * weight);
}

TEST(DeadNeurons, ConstantThatReluCutsOffChangesNoBias) {
  Builder net = ThreeLayers();
  net.CutInputs("a", 1);
  net.At("a.b", 1) = -0.75f;
  const float bias = net.At("b.b", 0);
  net.ExpectDead(1);
  EXPECT_EQ(net.At("b.b", 0), bias);
}

TEST(DeadNeurons, DeathSpreadsBothWays) {
  Builder net = ThreeLayers();
  // Neuron 0 of b reads only neuron 3 of a, which has no inputs: b's neuron becomes a constant,
  // sigmoid of its bias, and goes too. Neuron 5 of a is read by neuron 2 of b alone, which has no
  // readers.
  net.CutInputs("a", 3);
  for (size_t i = 0; i < 6; ++i) {
    if (i != 3) net.At("b", i) = 0;
  }
  net.CutReaders("c", 2, 1);
  for (size_t o = 0; o < 4; ++o) {
    if (o != 2) net.At("b", o * 6 + 5) = 0;
  }
  net.ExpectDead(4);
  EXPECT_TRUE(net.InputsAreZero("b", 0));
  EXPECT_TRUE(net.ReadersAreZero("c", 0, 1));
  EXPECT_TRUE(net.InputsAreZero("b", 2));
  EXPECT_TRUE(net.InputsAreZero("a", 5));
}

TEST(DeadNeurons, ConvolutionsAndPoolingIntoFullyConnected) {
  for (const std::string flatten : {"Flatten", "Reshape", "Reshape rows"}) {
    Builder net({2, 1, 10, 10});
    net.Conv("c1", 3, 1, 3)
        .Op("MaxPool", {},
            {{"kernel_shape", std::vector<int64_t>{2, 2}},
             {"strides", std::vector<int64_t>{2, 2}}});
    net.Op("Relu").Conv("c2", 4, 3, 3).Op("Tanh");
    if (flatten == "Flatten") {
      net.Op("Flatten");
    } else {
      const std::vector<int64_t> shape =
          flatten == "Reshape" ? std::vector<int64_t>{0, -1} : std::vector<int64_t>{-1, 16};
      net.graph.initializers["shape"] = Tensor::I64(shape);
      net.Op("Reshape", {"shape"});
    }
    net.Gemm("f", 5, 16);
    net.CutInputs("c1", 0);
    net.At("c1.b", 0) = 0.5f;
    net.CutInputs("c2", 1);
    net.CutReaders("f", 8, 4);  // channel 2
    net.ExpectDead(3);
    EXPECT_TRUE(net.ReadersAreZero("c2", 0, 9));
    EXPECT_TRUE(net.ReadersAreZero("f", 4, 4));
    EXPECT_TRUE(net.InputsAreZero("c2", 2));
    EXPECT_FALSE(net.InputsAreZero("c2", 3));
  }
}

TEST(DeadNeurons, RowsThatMixImagesAreLeftAlone) {
  Builder net({2, 1, 4, 4});
  net.Conv("c", 3, 1, 3);  // 3 channels of 2 x 2
  net.graph.initializers["shape"] = Tensor::I64(std::vector<int64_t>{-1, 6});
  net.Op("Reshape", {"shape"}).Gemm("f", 5, 6);
  net.CutReaders("f", 0, 2);
  net.CutInputs("c", 1);
  net.ExpectDead(0);
}

TEST(DeadNeurons, PaddingOfTheNextConvolutionKeepsConstantsButNotZeros) {
  Builder net({2, 1, 6, 6});
  net.Conv("c1", 3, 1, 3, 1).Op("Relu").Conv("c2", 2, 3, 3, 1);
  net.CutInputs("c1", 0);
  net.At("c1.b", 0) = 0.5f;
  net.CutInputs("c1", 1);
  net.At("c1.b", 1) = -0.5f;
  net.ExpectDead(1);
  EXPECT_FALSE(net.ReadersAreZero("c2", 0, 9));
  EXPECT_TRUE(net.ReadersAreZero("c2", 9, 9));
}

TEST(DeadNeurons, AveragingPaddingInKeepsTheNeuron) {
  for (const int64_t counted : {0, 1}) {
    Builder net({2, 1, 6, 6});
    net.Conv("c", 2, 1, 3)
        .Op("AveragePool", {},
            {{"kernel_shape", std::vector<int64_t>{2, 2}},
             {"strides", std::vector<int64_t>{2, 2}},
             {"pads", std::vector<int64_t>{1, 1, 1, 1}},
             {"count_include_pad", counted}});
    net.Op("Flatten").Gemm("f", 3, 18);
    net.CutInputs("c", 0);
    net.ExpectDead(counted ? 0 : 1);
  }
}

TEST(DeadNeurons, BatchNormalizationTurnsAConstantIntoAnother) {
  Builder net({2, 1, 6, 6});
  net.Conv("c", 3, 1, 3).Constant("scale", {3}).Constant("shift", {3}).Constant("mean", {3});
  net.Constant("variance", {3});
  for (size_t i = 0; i < 3; ++i) net.At("variance", i) = std::abs(net.At("variance", i)) + 0.1f;
  net.Op("BatchNormalization", {"scale", "shift", "mean", "variance"}).Op("LeakyRelu");
  net.Op("GlobalAveragePool").Op("Flatten").Gemm("f", 4, 3);
  net.CutInputs("c", 0);
  net.CutInputs("c", 2);
  net.CutReaders("f", 1, 1);
  net.ExpectDead(3);
  EXPECT_TRUE(net.ReadersAreZero("f", 0, 3));
}

TEST(DeadNeurons, MatMulWithAddAndInputMajorWeights) {
  Builder net({3, 5});
  net.Constant("a", {5, 4}).Constant("a.b", {4}).Op("MatMul", {"a"}).Op("Add", {"a.b"});
  net.graph.initializers["low"] = Tensor::F32({}, std::vector<float>{-0.5f});
  net.graph.initializers["high"] = Tensor::F32({}, std::vector<float>{0.5f});
  net.Op("Clip", {"low", "high"});
  net.Constant("b", {4, 3}).Constant("b.b", {1, 3}).Op("MatMul", {"b"}).Op("Add", {"b.b"});
  for (size_t i = 0; i < 5; ++i) net.At("a", i * 4 + 2) = 0;  // inputs of neuron 2
  net.At("a.b", 2) = 3;
  for (size_t o = 0; o < 3; ++o) net.At("b", o) = 0;  // readers of neuron 0
  const float bias = net.At("b.b", 1), weight = net.At("b", 2 * 3 + 1);
  net.ExpectDead(2);
  EXPECT_FLOAT_EQ(net.At("b.b", 1), bias + 0.5f * weight);
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(net.At("a", i * 4), 0.0f);
  EXPECT_EQ(net.At("a.b", 0), 0.0f);
}

TEST(DeadNeurons, ConstantStaysWhereTheNextLayerHasNoBias) {
  Builder net({3, 5});
  net.Gemm("a", 4, 5).Op("Relu").Constant("b", {4, 3}).Op("MatMul", {"b"});
  net.CutInputs("a", 1);
  net.At("a.b", 1) = 0.5f;
  net.CutInputs("a", 2);
  net.At("a.b", 2) = -0.5f;
  net.ExpectDead(1);
}

TEST(DeadNeurons, BranchesResidualsAndSharedWeightsAreLeftAlone) {
  Builder residual({3, 4});
  residual.Gemm("a", 4, 4);
  residual.Op("Relu");
  const std::string branch = residual.last();
  residual.Gemm("b", 4, 4).Op("Add", {branch}).Gemm("c", 2, 4);
  residual.CutReaders("b", 1, 1);
  residual.CutReaders("c", 2, 1);
  residual.CutInputs("a", 3);
  residual.CutInputs("b", 0);
  residual.ExpectDead(0);

  Builder shared({3, 4});
  shared.Gemm("a", 4, 4).Op("Relu").Op("Gemm", {"a", "a.b"}, {{"transB", int64_t{1}}});
  shared.CutReaders("a", 1, 1);
  shared.ExpectDead(0);

  Builder read_twice = ThreeLayers();  // an inner value is an output of the network as well
  read_twice.graph.outputs.push_back({"v2", DataType::kFloat32, {}});
  read_twice.CutReaders("b", 2, 1);
  read_twice.ExpectDead(0);
}

TEST(DeadNeurons, GroupedConvolutionIsLeftAlone) {
  Builder net({2, 4, 5, 5});
  net.Conv("c1", 4, 4, 3).Op("Relu").Constant("g", {4, 1, 3, 3}).Constant("g.b", {4});
  net.Op("Conv", {"g", "g.b"}, {{"group", int64_t{4}}});
  net.CutInputs("c1", 0);
  net.CutInputs("g", 1);
  net.ExpectDead(0);
}

TEST(DeadNeurons, ScaledGemmIsLeftAlone) {
  Builder net = ThreeLayers();
  for (Node& node : net.graph.nodes) {
    if (node.Input(1) == "b") node.attributes["alpha"] = 0.5f;
  }
  net.CutInputs("a", 1);
  net.CutReaders("c", 0, 1);
  net.ExpectDead(0);
}

}  // namespace
}  // namespace dc
