#include "model/block_network.h"

#include <string>
#include <utility>

#include "op/operator.h"

namespace dc {
namespace {

class Builder {
 public:
  Builder(int64_t channels, int64_t height, int64_t width, int64_t classes) {
    graph_.name = "blocks";
    graph_.inputs = {{"image", DataType::kFloat32, {-1, channels, height, width}}};
    graph_.outputs = {{"logits", DataType::kFloat32, {-1, classes}}};
    const float low = -1, high = 1;
    graph_.initializers["low"] = Tensor::F32({}, {&low, 1});
    graph_.initializers["high"] = Tensor::F32({}, {&high, 1});
  }

  void Parameter(const std::string& name, std::vector<int64_t> shape) {
    graph_.uninitialized.push_back({name, DataType::kFloat32, std::move(shape)});
  }

  void Add(std::string_view op, const std::string& output, std::vector<std::string> inputs,
           std::map<std::string, AttributeValue> attributes = {}) {
    Node node;
    node.op = op;
    node.name = output;
    node.inputs = std::move(inputs);
    node.outputs = {output};
    node.attributes = std::move(attributes);
    graph_.nodes.push_back(std::move(node));
  }

  void Normalize(const std::string& output, const std::string& x, int64_t channels) {
    std::vector<std::string> inputs = {x};
    for (const char* part : {"_scale", "_bias", "_mean", "_variance"}) {
      Parameter(output + part, {channels});
      inputs.push_back(output + part);
    }
    Add(op::kBatchNormalization.name, output, std::move(inputs),
        {{"epsilon", 1e-4f}, {"momentum", 0.9f}});
  }

  Graph graph_;
};

}  // namespace

Graph BlockNetwork(const std::vector<ConvolutionBlock>& blocks, int64_t channels, int64_t height,
                   int64_t width, int64_t classes) {
  using Ints = std::vector<int64_t>;
  Builder builder(channels, height, width, classes);
  std::string x = "image";
  char letter = 'a';
  for (const ConvolutionBlock& block : blocks) {
    for (int layer = 1; layer <= block.layers; ++layer) {
      const std::string name = std::string(1, letter) + std::to_string(layer);
      builder.Parameter("conv_" + name + "_weight", {block.filters, channels, 3, 3});
      builder.Add(op::kConv.name, "conv_" + name, {x, "conv_" + name + "_weight"},
                  {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}});
      builder.Normalize("norm_" + name, "conv_" + name, block.filters);
      builder.Add(op::kClip.name, "act_" + name, {"norm_" + name, "low", "high"});
      x = "act_" + name;
      channels = block.filters;
    }
    builder.Add(op::kMaxPool.name, std::string("pool_") + letter, {x},
                {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
    x = std::string("pool_") + letter++;
    height /= 2;
    width /= 2;
  }
  builder.Add(op::kFlatten.name, "features", {x}, {{"axis", int64_t{1}}});
  builder.Parameter("fc_weight", {channels * height * width, classes});
  builder.Add(op::kMatMul.name, "fc", {"features", "fc_weight"});
  builder.Normalize("logits", "fc", classes);
  return std::move(builder.graph_);
}

}  // namespace dc
