#include "bench/convnets.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, AttributeValue>;
using Ints = std::vector<int64_t>;

// Builds a network node by node; every node reads the output of the one before it, where nothing
// else is said.
class NetworkBuilder {
 public:
  NetworkBuilder(const std::string& name, int64_t pixels, int64_t classes) : last_("data") {
    graph_.name = name;
    graph_.inputs = {{last_, DataType::kFloat32, {-1, 3, pixels, pixels}}};
    graph_.outputs = {{"", DataType::kFloat32, {-1, classes}}};
  }

  const std::string& last() const { return last_; }
  void ReadFrom(const std::string& value) { last_ = value; }

  NetworkBuilder& Add(const std::string& op, Attributes attributes = {},
                      const std::vector<std::string>& more_inputs = {}) {
    Node node;
    node.op = op;
    node.name = op + std::to_string(graph_.nodes.size());
    node.inputs = {last_};
    node.inputs.insert(node.inputs.end(), more_inputs.begin(), more_inputs.end());
    node.outputs = {last_ = node.name + "_output"};
    node.attributes = std::move(attributes);
    graph_.nodes.push_back(std::move(node));
    return *this;
  }
  NetworkBuilder& MaxPool(int64_t kernel, bool round_up = false) {
    return Add("MaxPool", {{"kernel_shape", Ints{kernel, kernel}},
                           {"strides", Ints{2, 2}},
                           {"ceil_mode", int64_t{round_up}}});
  }
  NetworkBuilder& Normalize() {
    return Add("LRN", {{"size", int64_t{5}}, {"alpha", 1e-4f}, {"beta", 0.75f}, {"bias", 1.0f}});
  }

  // A layer with its bias; Conv has a ReLU, too.
  NetworkBuilder& LinearConv(const Ints& shape, double density, int64_t border, int64_t stride = 1,
                             int64_t groups = 1) {
    return Layer("Conv", shape, density, 8,
                 {{"pads", Ints{border, border, border, border}},
                  {"strides", Ints{stride, stride}},
                  {"group", groups}});
  }
  NetworkBuilder& Conv(const Ints& shape, double density, int64_t border, int64_t stride = 1,
                       int64_t groups = 1) {
    return LinearConv(shape, density, border, stride, groups).Add("Relu");
  }
  NetworkBuilder& ClipAtSix() {
    graph_.initializers["zero"] = Tensor::F32({}, std::vector<float>{0});
    graph_.initializers["six"] = Tensor::F32({}, std::vector<float>{6});
    return Add("Clip", {}, {"zero", "six"});
  }
  NetworkBuilder& FullyConnected(int64_t outputs, int64_t inputs, double density) {
    return Layer("Gemm", {outputs, inputs}, density, 5, {{"transB", int64_t{1}}});
  }

  StatusOr<Graph> Finish() {
    if (!status_.ok()) return status_;
    graph_.outputs[0].name = last_;
    return std::move(graph_);
  }

 private:
  NetworkBuilder& Layer(const std::string& op, const Ints& shape, double density, int bits,
                        Attributes attributes) {
    const std::string name = "weight" + std::to_string(++layers_), bias = name + "_bias";
    Add(op, std::move(attributes), {name, bias});
    if (!status_.ok()) return *this;
    if (density == 1) {
      SetPlainWeight(name, bias, shape);
      return *this;
    }
    status_ = SetSyntheticWeight(&graph_, name, bias, shape,
                                 {.density = density, .bits = bits, .seed = layers_});
    return *this;
  }

  void SetPlainWeight(const std::string& name, const std::string& bias, const Ints& shape) {
    Rng rng(layers_);
    std::vector<float> values(static_cast<size_t>(ElementCount(shape)));
    // He's rule.
    const double deviation =
        std::sqrt(2.0 * static_cast<double>(shape[0]) / static_cast<double>(values.size()));
    for (float& value : values) value = static_cast<float>(deviation * rng.Normal());
    graph_.initializers[name] = Tensor::F32(shape, values);
    std::vector<float> biases(static_cast<size_t>(shape[0]));
    for (float& value : biases) value = static_cast<float>(0.1 * rng.Normal());
    graph_.initializers[bias] = Tensor::F32({shape[0]}, biases);
  }

  Graph graph_;
  std::string last_;
  uint64_t layers_ = 0;
  Status status_;
};

}  // namespace

StatusOr<Graph> AlexNet() {
  NetworkBuilder b("alexnet", 227, 1000);
  b.Conv({96, 3, 11, 11}, 0.84, 0, 4).Normalize().MaxPool(3);
  b.Conv({256, 48, 5, 5}, 0.38, 2, 1, 2).Normalize().MaxPool(3);
  b.Conv({384, 256, 3, 3}, 0.35, 1);
  b.Conv({384, 192, 3, 3}, 0.37, 1, 1, 2);
  b.Conv({256, 192, 3, 3}, 0.37, 1, 1, 2).MaxPool(3).Add("Flatten");
  b.FullyConnected(4096, 9216, 0.09).Add("Relu");
  b.FullyConnected(4096, 4096, 0.09).Add("Relu");
  b.FullyConnected(1000, 4096, 0.25).Add("Softmax");
  return b.Finish();
}

StatusOr<Graph> Vgg16() {
  NetworkBuilder b("vgg16", 224, 1000);
  const std::vector<std::vector<double>> stages = {
      {0.58, 0.22}, {0.34, 0.36}, {0.53, 0.24, 0.42}, {0.32, 0.27, 0.34}, {0.35, 0.29, 0.36}};
  int64_t inputs = 3, outputs = 64;
  for (const std::vector<double>& densities : stages) {
    for (double density : densities) {
      b.Conv({outputs, inputs, 3, 3}, density, 1);
      inputs = outputs;
    }
    b.MaxPool(2);
    outputs = std::min<int64_t>(2 * outputs, 512);
  }
  b.Add("Flatten");
  b.FullyConnected(4096, 25088, 0.04).Add("Relu");
  b.FullyConnected(4096, 4096, 0.04).Add("Relu");
  b.FullyConnected(1000, 4096, 0.23).Add("Softmax");
  return b.Finish();
}

namespace {

StatusOr<Graph> SqueezeNetOf(double density) {
  NetworkBuilder b("squeezenet", 224, 1000);
  int64_t channels = 96;
  const auto fire = [&](int64_t squeezed, int64_t expanded) {
    b.Conv({squeezed, channels, 1, 1}, density, 0);
    const std::string squeeze = b.last();
    b.Conv({expanded, squeezed, 1, 1}, density, 0);
    const std::string narrow = b.last();
    b.ReadFrom(squeeze);
    b.Conv({expanded, squeezed, 3, 3}, density, 1);
    const std::string wide = b.last();
    b.ReadFrom(narrow);
    b.Add("Concat", {{"axis", int64_t{1}}}, {wide});
    channels = 2 * expanded;
  };
  b.Conv({96, 3, 7, 7}, density, 0, 2).MaxPool(3, true);
  fire(16, 64);
  fire(16, 64);
  fire(32, 128);
  b.MaxPool(3, true);
  fire(32, 128);
  fire(48, 192);
  fire(48, 192);
  fire(64, 256);
  b.MaxPool(3, true);
  fire(64, 256);
  b.Conv({1000, 512, 1, 1}, density, 0).Add("GlobalAveragePool").Add("Flatten").Add("Softmax");
  return b.Finish();
}

}  // namespace

StatusOr<Graph> SqueezeNet() { return SqueezeNetOf(0.33); }
StatusOr<Graph> UnprunedSqueezeNet() { return SqueezeNetOf(1); }

StatusOr<Graph> ResNet20() {
  NetworkBuilder b("resnet20", 32, 10);
  b.Conv({16, 3, 3, 3}, 1, 1);
  int64_t inputs = 16;
  for (const int64_t outputs : {16, 32, 64}) {
    for (int block = 0; block < 3; ++block) {
      const int64_t stride = outputs > inputs ? 2 : 1;
      std::string shortcut = b.last();
      b.Conv({outputs, inputs, 3, 3}, 1, 1, stride).LinearConv({outputs, outputs, 3, 3}, 1, 1);
      if (stride > 1) {
        const std::string sum = b.last();
        b.ReadFrom(shortcut);
        shortcut = b.LinearConv({outputs, inputs, 1, 1}, 1, 0, stride).last();
        b.ReadFrom(sum);
      }
      b.Add("Add", {}, {shortcut}).Add("Relu");
      inputs = outputs;
    }
  }
  b.Add("GlobalAveragePool").Add("Flatten").FullyConnected(10, 64, 1);
  return b.Finish();
}

StatusOr<Graph> MobileNetV2(double density) {
  struct Stage {
    int64_t expansion, outputs, blocks, stride;
  };
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  NetworkBuilder b("mobilenet_v2", 224, 1000);
  b.LinearConv({32, 3, 3, 3}, 1, 1, 2).ClipAtSix();
  int64_t inputs = 32;
  for (const Stage& stage : kStages) {
    for (int64_t block = 0; block < stage.blocks; ++block) {
      const std::string shortcut = b.last();
      const int64_t inner = stage.expansion * inputs, stride = block == 0 ? stage.stride : 1;
      if (inner > inputs) b.LinearConv({inner, inputs, 1, 1}, density, 0).ClipAtSix();
      b.LinearConv({inner, 1, 3, 3}, 1, 1, stride, inner).ClipAtSix();
      b.LinearConv({stage.outputs, inner, 1, 1}, density, 0);
      if (stride == 1 && stage.outputs == inputs) b.Add("Add", {}, {shortcut});
      inputs = stage.outputs;
    }
  }
  b.LinearConv({1280, inputs, 1, 1}, density, 0).ClipAtSix();
  b.Add("GlobalAveragePool").Add("Flatten").FullyConnected(1000, 1280, 1).Add("Softmax");
  return b.Finish();
}

StatusOr<Graph> WithSyntheticWeights(Graph declared,
                                     const std::map<std::string, WeightStatistics>& statistics) {
  for (const ValueInfo& parameter : declared.uninitialized) {
    const auto found = statistics.find(parameter.name);
    if (found != statistics.end()) {
      DC_ASSIGN_OR_RETURN(const QuantizedWeight weight,
                          SyntheticWeight(parameter.shape, found->second));
      declared.initializers[parameter.name] = Tensor::Zeros(DataType::kFloat32, parameter.shape);
      DC_RETURN_IF_ERROR(SetQuantizedWeight(&declared, parameter.name, weight));
      continue;
    }
    Rng rng(1);
    std::vector<float> values(static_cast<size_t>(ElementCount(parameter.shape)));
    for (float& value : values) value = static_cast<float>(0.1 * rng.Normal());
    declared.initializers[parameter.name] = Tensor::F32(parameter.shape, values);
  }
  declared.uninitialized.clear();
  return declared;
}

}  // namespace dc
