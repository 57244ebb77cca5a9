// graph -> .dcz -> graph, over codebooks, layouts, operators and options.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "base/half.h"
#include "dc/decode.h"
#include "dc/encode.h"
#include "dc/onnx.h"
#include "dc/quantize.h"
#include "dc/runtime.h"
#include "roundtrip/sample_graphs.h"

namespace dc {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Encode(const Graph& graph, const EncodeOptions& options) {
  auto file = EncodeModel(graph, options, nullptr, nullptr);
  EXPECT_TRUE(file.ok()) << file.status().ToString();
  return file.ok() ? *file : Bytes{};
}

Graph Decode(const Bytes& file) {
  auto graph = DecodeModel(file);
  EXPECT_TRUE(graph.ok()) << graph.status().ToString();
  return graph.ok() ? *graph : Graph{};
}

std::vector<uint32_t> Bits(const std::vector<float>& values) {
  std::vector<uint32_t> bits;
  for (float value : values) bits.push_back(std::bit_cast<uint32_t>(value));
  return bits;
}

// The attributes of a node as text, floats exactly.
std::string Attributes(const Node& node) {
  std::string text;
  for (const auto& [key, value] : node.attributes) {
    text += key + "=";
    if (const auto* number = std::get_if<int64_t>(&value)) text += std::to_string(*number);
    if (const auto* number = std::get_if<float>(&value)) {
      text += std::to_string(std::bit_cast<uint32_t>(*number)) + "f";
    }
    if (const auto* list = std::get_if<std::vector<int64_t>>(&value)) {
      for (int64_t number : *list) text += std::to_string(number) + ",";
    }
    text += ";";
  }
  return text;
}

// Nodes without the parts of quantized weights.
std::vector<Node> Computation(const Graph& graph) {
  std::vector<Node> nodes;
  for (const Node& node : graph.nodes) {
    if (node.op != "Cast" && node.op != "Gather") nodes.push_back(node);
  }
  return nodes;
}

// Same computation, same weights to the bit. Names may differ unless `names`.
void ExpectSame(const Graph& a, const Graph& b, bool names) {
  const auto weights_a = ListWeights(a), weights_b = ListWeights(b);
  ASSERT_EQ(weights_a.size(), weights_b.size());
  for (size_t i = 0; i < weights_a.size(); ++i) {
    ASSERT_EQ(weights_a[i].quantized, weights_b[i].quantized);
    if (names) {
      EXPECT_EQ(weights_a[i].name, weights_b[i].name);
    }
    if (!weights_a[i].quantized) {
      EXPECT_EQ(a.initializers.at(weights_a[i].name).bytes,
                b.initializers.at(weights_b[i].name).bytes);
      continue;
    }
    const auto weight_a = GetQuantizedWeight(a, weights_a[i].name);
    const auto weight_b = GetQuantizedWeight(b, weights_b[i].name);
    ASSERT_TRUE(weight_a.ok() && weight_b.ok());
    EXPECT_EQ(weight_a->shape, weight_b->shape);
    EXPECT_EQ(Bits(weight_a->Values()), Bits(weight_b->Values()));
    // A run with holes comes back without them.
    EXPECT_GE(weight_b->codebook.size(), weight_a->codebook.size());
    if (weight_a->codebook.size() == weight_b->codebook.size()) {
      EXPECT_EQ(weight_a->codes, weight_b->codes);
      EXPECT_EQ(Bits(weight_a->codebook), Bits(weight_b->codebook));
    }
    if (names) {
      EXPECT_EQ(weight_a->policy, weight_b->policy);
      EXPECT_EQ(weight_a->bits, weight_b->bits);
    }
  }
  const std::vector<Node> nodes_a = Computation(a), nodes_b = Computation(b);
  ASSERT_EQ(nodes_a.size(), nodes_b.size());
  std::map<std::string, std::string> renamed = {{"", ""}};
  for (size_t i = 0; i < a.inputs.size(); ++i) renamed[a.inputs[i].name] = b.inputs[i].name;
  for (size_t i = 0; i < nodes_a.size(); ++i) {
    EXPECT_EQ(nodes_a[i].op, nodes_b[i].op);
    EXPECT_EQ(Attributes(nodes_a[i]), Attributes(nodes_b[i])) << nodes_a[i].name;
    ASSERT_EQ(nodes_a[i].inputs.size(), nodes_b[i].inputs.size());
    for (size_t k = 0; k < nodes_a[i].inputs.size(); ++k) {
      const std::string &x = nodes_a[i].inputs[k], &y = nodes_b[i].inputs[k];
      const auto plain = a.initializers.find(x);
      if (plain != a.initializers.end()) {
        EXPECT_EQ(plain->second.bytes, b.initializers.at(y).bytes);
        EXPECT_EQ(plain->second.shape, b.initializers.at(y).shape);
      } else if (!IsQuantized(a, x)) {
        EXPECT_EQ(renamed[x], y);
      }
    }
    renamed[nodes_a[i].outputs[0]] = nodes_b[i].outputs[0];
    if (names) {
      EXPECT_EQ(nodes_a[i].name, nodes_b[i].name);
      EXPECT_EQ(nodes_a[i].outputs, nodes_b[i].outputs);
    }
  }
  ASSERT_EQ(a.outputs.size(), b.outputs.size());
  for (size_t i = 0; i < a.outputs.size(); ++i) EXPECT_EQ(a.outputs[i].shape, b.outputs[i].shape);
  EXPECT_EQ(a.inputs[0].shape, b.inputs[0].shape);
  EXPECT_EQ(a.opset, b.opset);
}

// Round trip with and without names; the decoded graph is valid ONNX and encodes to the same bytes.
void ExpectRoundTrip(const Graph& graph, EncodeOptions options = {}) {
  for (bool names : {false, true}) {
    options.keep_names = names;
    const Bytes file = Encode(graph, options);
    const Graph decoded = Decode(file);
    ExpectSame(graph, decoded, names);
    EXPECT_TRUE(Encode(decoded, options) == file);
    if (names) {
      for (const auto& [key, value] : graph.metadata) EXPECT_EQ(decoded.metadata.at(key), value);
      EXPECT_EQ(decoded.name, graph.name);
    }
    const std::string path = std::filesystem::temp_directory_path() /
                             ("roundtrip_" + std::to_string(file.size()) + ".onnx");
    EXPECT_TRUE(SaveModel(decoded, path).ok());
    const auto loaded = LoadModel(path);
    EXPECT_TRUE(loaded.ok()) << loaded.status().ToString();
    std::filesystem::remove(path);
  }
}

// Codebooks of every form, sparse and dense.
std::vector<std::vector<float>> Codebooks() {
  std::vector<std::vector<float>> codebooks = {
      {0.0f, -0.31f, -0.12f, 0.07f, 0.2f, 0.55f},       // table
      {-0.31f, -0.12f, 0.07f, 0.2f, 0.55f},             // table without zero
      {0.0f, 0.37f, -0.37f},                            // ternary
      {0.37f, -0.37f},                                  // binary
      {0.0f},                                           // all pruned
      {0.5f},                                           // one value
      {-0.0f, 0.25f, -0.25f},                           // a negative zero is no zero entry
      {-0.5f, -0.375f, -0.25f, -0.125f, 0.0f, 0.125f},  // affine, zero inside
      {0.0f, -0.5f, -0.25f, 0.0f, 0.25f, 0.5f},         // zero twice
  };
  codebooks.emplace_back();
  for (int i = 0; i < 3000; ++i) codebooks.back().push_back(std::sin(0.37f * i));
  codebooks.emplace_back(65536);
  for (int i = 0; i < 65536; ++i) codebooks.back()[i] = (i - 32768) * 0x1.0p-15f;
  return codebooks;
}

TEST(RoundtripTest, KeepsCodesAndCentroidsOfEveryForm) {
  for (const std::vector<float>& codebook : Codebooks()) {
    for (Graph graph : {FullyConnectedGraph(0.3), ConvolutionalGraph(0.3)}) {
      ASSERT_TRUE(QuantizeAll(&graph, codebook).ok());
      ExpectRoundTrip(graph);
    }
  }
}

TEST(RoundtripTest, KeepsEveryLayout) {
  Graph graph = FullyConnectedGraph(0.1);
  ASSERT_TRUE(QuantizeAll(&graph, {0.0f, -0.3f, -0.1f, 0.1f, 0.3f}).ok());
  for (const char* gap_bits : {"auto", "1", "5", "16"}) {
    for (const char* order : {"auto", "row", "column"}) {
      for (const char* coder : {"raw", "huffman", "context", "auto"}) {
        if (std::string(coder) == "context" && std::string(gap_bits) != "auto") continue;
        EncodeOptions options;
        options.gap_bits = *LayerSettings::Parse(gap_bits);
        options.order = *LayerSettings::Parse(order);
        options.coder = coder;
        ExpectRoundTrip(graph, options);
      }
    }
  }
}

// Rounding may make entries equal; context-coded codes go by the entries that the file holds.
TEST(RoundtripTest, RoundedCodebooksWithTheContextCoder) {
  Graph graph = FullyConnectedGraph(0.4);
  std::vector<float> codebook = {0.0f};
  for (int i = 0; i < 40; ++i) {
    codebook.push_back(0.3f + 1e-5f * static_cast<float>((i * 17) % 40));
    codebook.push_back(-0.1f * static_cast<float>(1 + (i * 7) % 40));
  }
  ASSERT_TRUE(QuantizeAll(&graph, codebook).ok());
  EncodeOptions options;
  options.codebook_type = "f16";
  options.coder = "context";
  const Graph decoded = Decode(Encode(graph, options));
  std::vector<std::vector<uint16_t>> before, after;
  for (const WeightRef& weight : ListWeights(graph)) {
    before.push_back(GetQuantizedWeight(graph, weight.name)->codes);
  }
  for (const WeightRef& weight : ListWeights(decoded)) {
    after.push_back(GetQuantizedWeight(decoded, weight.name)->codes);
  }
  EXPECT_EQ(before, after);
}

TEST(RoundtripTest, BiasesBecomeCodes) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 4}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 300}}};
  graph.initializers["w"] = RandomTensor({4, 300}, 1, 0.5);
  graph.initializers["b"] = RandomTensor({300}, 2, 0.7);
  graph.nodes.push_back(MakeNode("Gemm", {"x", "w", "b"}, "y"));
  ASSERT_TRUE(Quantize(&graph, "w", {0.0f, -0.2f, 0.2f}).ok());
  EncodeOptions options;
  const size_t plain_size = Encode(graph, options).size();
  options.bias_bits = 4;
  const Bytes file = Encode(graph, options);
  EXPECT_LT(file.size(), plain_size - 500);
  const Graph decoded = Decode(file);
  options.bias_bits = 0;
  EXPECT_TRUE(Encode(decoded, options) == file);

  // On zeros the network returns its bias.
  auto session = Session::Load(file, {});
  ASSERT_TRUE(session.ok()) << session.status().ToString();
  const std::vector<float> input(4, 0.0f);
  std::vector<float> output(300);
  ASSERT_TRUE(session->Run(1, input, output).ok());
  const auto bias = graph.initializers.at("b").f32();
  double error = 0, power = 0;
  for (size_t i = 0; i < bias.size(); ++i) {
    EXPECT_EQ(output[i] == 0.0f, bias[i] == 0.0f) << i;
    error += std::pow(output[i] - bias[i], 2);
    power += std::pow(bias[i], 2);
  }
  EXPECT_LT(error, power / 100);
  EXPECT_LE(std::set<float>(output.begin(), output.end()).size(), 16u);
}

// A layer that is large and full enough to be laid out in blocks where the machine is made for
// them.
TEST(RoundtripTest, LargeLayersRunLikeTheReference) {
  for (double density : {0.02, 0.1, 0.25}) {
    Graph graph;
    graph.inputs = {{"x", DataType::kFloat32, {-1, 1000}}};
    graph.outputs = {{"y", DataType::kFloat32, {-1, 530}}};
    graph.initializers["w"] = RandomTensor({530, 1000}, 1, density);
    graph.initializers["b"] = RandomTensor({530}, 2);
    graph.nodes.push_back(MakeNode("Gemm", {"x", "w", "b"}, "h"));
    graph.nodes.back().attributes["transB"] = int64_t{1};
    graph.nodes.push_back(MakeNode("Relu", {"h"}, "y"));
    ASSERT_TRUE(Quantize(&graph, "w", {0.0f, -0.4f, -0.2f, -0.1f, 0.1f, 0.2f, 0.4f}).ok());
    const Bytes file = Encode(graph, {});
    auto reference = Session::Load(file, {.reference_kernels = true});
    ASSERT_TRUE(reference.ok());
    for (int threads : {1, 2}) {
      auto session = Session::Load(file, {.threads = threads});
      ASSERT_TRUE(session.ok());
      for (size_t batch : {1u, 2u, 16u, 67u}) {
        const Tensor input = RandomTensor({static_cast<int64_t>(batch), 1000}, batch, 0.4);
        std::vector<float> expected(batch * 530), actual(batch * 530);
        ASSERT_TRUE(reference->Run(static_cast<int64_t>(batch), input.f32(), expected).ok());
        ASSERT_TRUE(session->Run(static_cast<int64_t>(batch), input.f32(), actual).ok());
        for (size_t i = 0; i < expected.size(); ++i) {
          ASSERT_NEAR(actual[i], expected[i], 1e-4) << session->plan()[0].kernel << ", " << batch;
        }
      }
    }
  }
}

TEST(RoundtripTest, KeepsWhatEveryPolicyMakes) {
  for (const PolicyInfo& policy : ListPolicies()) {
    for (double density : {0.2, 1.0}) {
      Graph graph = ConvolutionalGraph(density);
      QuantizeOptions options;
      options.policy = *LayerSettings::Parse(policy.name);
      const auto layers = QuantizeGraph(graph, options, nullptr);
      ASSERT_TRUE(layers.ok()) << policy.name << ": " << layers.status().ToString();
      for (const QuantizedLayer& layer : *layers) {
        ASSERT_TRUE(SetQuantizedWeight(&graph, layer.outcome.name, layer.weight).ok());
      }
      SCOPED_TRACE(policy.name);
      ExpectRoundTrip(graph);
    }
  }
}

TEST(RoundtripTest, KeepsFloatModels) {
  ExpectRoundTrip(FullyConnectedGraph());
  ExpectRoundTrip(ConvolutionalGraph(0.1));
}

TEST(RoundtripTest, KeepsOneByOneWeights) {
  Graph graph;
  graph.name = "one number";
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 1}}};
  graph.initializers["w"] = RandomTensor({1, 1}, 5);
  graph.nodes.push_back(MakeNode("MatMul", {"x", "w"}, "y"));
  ExpectRoundTrip(graph);
  for (const std::vector<float>& codebook : {std::vector<float>{0.0f}, {0.5f}, {0.0f, 0.5f}}) {
    Graph quantized = graph;
    ASSERT_TRUE(QuantizeAll(&quantized, codebook).ok());
    ExpectRoundTrip(quantized);
  }
}

TEST(RoundtripTest, KeepsEveryOperatorAndItsAttributes) {
  Graph graph;
  graph.name = "operators";
  graph.inputs = {{"x", DataType::kFloat32, {-1, 4, 8, 8}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 256}}, {"z", DataType::kFloat32, {-1, 32, 2, 4}}};
  using Ints = std::vector<int64_t>;
  auto add = [&](const std::string& op, std::vector<std::string> inputs, const std::string& output,
                 std::map<std::string, AttributeValue> attributes = {}) {
    graph.nodes.push_back(MakeNode(op, std::move(inputs), output));
    graph.nodes.back().attributes = std::move(attributes);
  };
  graph.initializers["min"] = Tensor::F32({}, std::vector<float>{-0.5f});
  graph.initializers["max"] = Tensor::F32({}, std::vector<float>{6.0f});
  graph.initializers["factor"] = RandomTensor({4, 1, 1}, 6);
  graph.initializers["shape"] = Tensor::I64(Ints{-1, 32, 4, 2});
  add("Sigmoid", {"x"}, "a");
  add("Tanh", {"a"}, "b");
  add("Clip", {"b", "min", "max"}, "c");
  add("LeakyRelu", {"c"}, "d", {{"alpha", 0.2f}});
  add("LRN", {"d"}, "e", {{"size", int64_t{3}}, {"alpha", 0.001f}, {"bias", 2.0f}});
  add("Mul", {"e", "factor"}, "f");
  add("Sub", {"factor", "f"}, "g");
  add("AveragePool", {"g"}, "h",
      {{"kernel_shape", Ints{3, 3}},
       {"pads", Ints{1, 1, 1, 1}},
       {"count_include_pad", int64_t{1}}});
  add("MaxPool", {"h"}, "i",
      {{"kernel_shape", Ints{2, 2}}, {"ceil_mode", int64_t{1}}, {"pads", Ints{0, 0, 1, 1}}});
  add("Concat", {"i", "g"}, "j", {{"axis", int64_t{1}}});
  add("Relu", {"g"}, "k");
  add("Reshape", {"k", "shape"}, "l");
  add("Transpose", {"l"}, "z", {{"perm", Ints{0, 1, 3, 2}}});
  add("Flatten", {"k"}, "m");
  add("Softmax", {"m"}, "y", {{"axis", int64_t{1}}});
  for (bool names : {false, true}) {
    EncodeOptions options;
    options.keep_names = names;
    const Bytes file = Encode(graph, options);
    const Graph decoded = Decode(file);
    ASSERT_EQ(decoded.nodes.size(), graph.nodes.size());
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      EXPECT_EQ(decoded.nodes[i].op, graph.nodes[i].op);
      EXPECT_EQ(Attributes(decoded.nodes[i]), Attributes(graph.nodes[i])) << graph.nodes[i].op;
    }
    const Tensor* shape = decoded.Constant(decoded.nodes[11].Input(1));
    ASSERT_NE(shape, nullptr);
    EXPECT_EQ(shape->bytes, graph.initializers["shape"].bytes);
    EXPECT_EQ(decoded.Constant(decoded.nodes[2].Input(1))->f32()[0], -0.5f);
    EXPECT_EQ(decoded.Constant(decoded.nodes[2].Input(2))->f32()[0], 6.0f);
    EXPECT_TRUE(Encode(decoded, options) == file);
  }
}

TEST(RoundtripTest, HalfPrecisionRoundsCentroidsAndBiasesOnly) {
  Graph graph = FullyConnectedGraph(0.3);
  ASSERT_TRUE(Quantize(&graph, "fc1.weight", {0.0f, -0.31f, -0.12f, 0.07f, 0.2f, 0.55f}).ok());
  EncodeOptions options;
  options.keep_names = true;
  options.codebook_type = "f16";
  const Graph decoded = Decode(Encode(graph, options));
  const auto before = GetQuantizedWeight(graph, "fc1.weight");
  const auto after = GetQuantizedWeight(decoded, "fc1.weight");
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->codes, before->codes);
  for (size_t i = 0; i < after->codebook.size(); ++i) {
    EXPECT_EQ(after->codebook[i], HalfToFloat(FloatToHalf(before->codebook[i])));
  }
  const auto bias = graph.initializers["fc1.bias"].f32();
  for (size_t i = 0; i < bias.size(); ++i) {
    EXPECT_EQ(decoded.initializers.at("fc1.bias").f32()[i], HalfToFloat(FloatToHalf(bias[i])));
  }
  EXPECT_EQ(decoded.initializers.at("fc2.weight").bytes, graph.initializers["fc2.weight"].bytes);
}

TEST(RoundtripTest, KeepsNamesThatTheQuantizedFormWouldTake) {
  Graph graph = FullyConnectedGraph(0.3);
  graph.nodes[1].outputs[0] = graph.nodes[2].inputs[0] = "fc1.weight_codes";
  graph.nodes[2].outputs[0] = graph.nodes[3].inputs[0] = "fc2.weight_codebook_1";
  ASSERT_TRUE(QuantizeAll(&graph, {0.0f, -0.3f, -0.1f, 0.1f, 0.3f}).ok());
  ExpectRoundTrip(graph);
}

TEST(RoundtripTest, NodesCalledLikeAWeightGiveUniqueNames) {
  Graph graph = FullyConnectedGraph(0.3);
  graph.nodes[0].name = "fc1.weight";
  graph.nodes.back().name = "fc1.weight_indices";
  ASSERT_TRUE(QuantizeAll(&graph, {0.0f, -0.3f, -0.1f, 0.1f, 0.3f}).ok());
  for (bool names : {false, true}) {
    EncodeOptions options;
    options.keep_names = names;
    const Graph decoded = Decode(Encode(graph, options));
    std::set<std::string> seen;
    for (const Node& node : decoded.nodes) {
      EXPECT_TRUE(seen.insert(node.name).second) << node.name;
    }
    EXPECT_EQ(seen.count("fc1.weight_indices"), 1u);
  }
}

TEST(RoundtripTest, KeepsOutputsThatAreNoNodesOutput) {
  // Two outputs of one value, an input and a weight as outputs.
  Graph graph = FullyConnectedGraph(0.3);
  ASSERT_TRUE(QuantizeAll(&graph, {0.0f, 0.3f, -0.3f}).ok());
  for (const char* source : {"probabilities", "pixels", "fc1.weight"}) {
    const std::string name = std::string("copy of ") + source;
    graph.nodes.push_back(MakeNode("Identity", {source}, name));
    graph.outputs.push_back({name, DataType::kFloat32, {-1, 5}});
  }
  graph.outputs[2].shape = graph.inputs[0].shape;
  graph.outputs[3].shape = {12, 36};
  EncodeOptions options;
  options.keep_names = true;
  const Bytes file = Encode(graph, options);
  const Graph decoded = Decode(file);
  ASSERT_EQ(decoded.outputs.size(), 4u);
  const std::string sources[] = {"", "probabilities", "pixels", "fc1.weight"};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(decoded.outputs[i].name, graph.outputs[i].name);
    EXPECT_EQ(decoded.outputs[i].shape, graph.outputs[i].shape);
    if (i > 0) {
      EXPECT_EQ(decoded.Producer(decoded.outputs[i].name)->Input(0), sources[i]);
    }
  }
  EXPECT_TRUE(Encode(decoded, options) == file);
}

TEST(RoundtripTest, GeneratesNamesWhereTheyWereDropped) {
  Graph graph = ConvolutionalGraph(0.3);
  ASSERT_TRUE(QuantizeAll(&graph, {0.0f, 0.37f, -0.37f}).ok());
  const Graph decoded = Decode(Encode(graph, {}));
  std::vector<std::string> names;
  for (const WeightRef& weight : ListWeights(decoded)) names.push_back(weight.name);
  EXPECT_EQ(names, (std::vector<std::string>{"conv1.weight", "conv2.weight", "fc1.weight"}));
  EXPECT_TRUE(decoded.initializers.count("conv1.bias"));
  EXPECT_TRUE(decoded.initializers.count("bn1.variance"));
  EXPECT_EQ(decoded.inputs[0].name, "input");
  EXPECT_EQ(decoded.outputs[0].name, "output");
}

TEST(RoundtripTest, RefusesEveryDamagedByteOfAFile) {
  Graph graph = FullyConnectedGraph(0.3);
  ASSERT_TRUE(QuantizeAll(&graph, {0.0f, -0.3f, -0.1f, 0.1f, 0.3f}).ok());
  const Bytes good = Encode(graph, {});
  for (size_t i = 0; i < good.size(); ++i) {
    for (uint8_t flip : {0x01, 0x80, 0xFF}) {
      Bytes damaged = good;
      damaged[i] ^= flip;
      ASSERT_FALSE(DecodeModel(damaged).ok()) << i;
    }
    ASSERT_FALSE(DecodeModel(std::span(good).first(i)).ok()) << i;
  }
}

}  // namespace
}  // namespace dc
