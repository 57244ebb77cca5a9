// AlexNet at the densities of Deep Compression with made-up weights, for benchmarks.
#ifndef DC_TESTS_BENCH_ALEXNET_H_
#define DC_TESTS_BENCH_ALEXNET_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "bench/symbol_streams.h"
#include "dc/graph.h"
#include "dc/quantize.h"
#include "dc/quantized_weight.h"
#include "dc/status.h"

namespace dc {

// Builds a network node by node; every layer reads the output of the one before it.
class AlexNetBuilder {
 public:
  // The grouped network of Caffe, on 227x227 pixels: 61 M weights, 11 % of them kept, 8-bit codes
  // in convolutions and 5-bit codes in fully connected layers. Survivors lie anywhere alike.
  static StatusOr<Graph> Build() {
    using Ints = std::vector<int64_t>;
    AlexNetBuilder b;
    b.Layer("Conv", {96, 3, 11, 11}, 0.84, {{"strides", Ints{4, 4}}});
    b.Add("Relu").Normalize().Pool();
    b.Layer("Conv", {256, 48, 5, 5}, 0.38, {{"pads", Ints{2, 2, 2, 2}}, {"group", int64_t{2}}});
    b.Add("Relu").Normalize().Pool();
    b.Layer("Conv", {384, 256, 3, 3}, 0.35, {{"pads", Ints{1, 1, 1, 1}}}).Add("Relu");
    b.Layer("Conv", {384, 192, 3, 3}, 0.37, {{"pads", Ints{1, 1, 1, 1}}, {"group", int64_t{2}}});
    b.Add("Relu");
    b.Layer("Conv", {256, 192, 3, 3}, 0.37, {{"pads", Ints{1, 1, 1, 1}}, {"group", int64_t{2}}});
    b.Add("Relu").Pool().Add("Flatten");
    b.Layer("Gemm", {4096, 9216}, 0.09, {{"transB", int64_t{1}}}).Add("Relu");
    b.Layer("Gemm", {4096, 4096}, 0.09, {{"transB", int64_t{1}}}).Add("Relu");
    b.Layer("Gemm", {1000, 4096}, 0.25, {{"transB", int64_t{1}}}).Add("Softmax");
    b.graph_.outputs = {{b.last_, DataType::kFloat32, {-1, 1000}}};
    if (!b.status_.ok()) return b.status_;
    return std::move(b.graph_);
  }

 private:
  using Attributes = std::map<std::string, AttributeValue>;

  AlexNetBuilder() {
    graph_.name = "alexnet";
    graph_.inputs = {{"data", DataType::kFloat32, {-1, 3, 227, 227}}};
  }

  AlexNetBuilder& Add(const std::string& op, Attributes attributes = {},
                      std::vector<std::string> constants = {}) {
    Node node;
    node.op = op;
    node.name = op + std::to_string(graph_.nodes.size());
    node.inputs = {last_};
    node.inputs.insert(node.inputs.end(), constants.begin(), constants.end());
    node.outputs = {last_ = node.name + "_output"};
    node.attributes = std::move(attributes);
    graph_.nodes.push_back(std::move(node));
    return *this;
  }
  AlexNetBuilder& Normalize() {
    return Add("LRN", {{"size", int64_t{5}}, {"alpha", 1e-4f}, {"beta", 0.75f}, {"bias", 1.0f}});
  }
  AlexNetBuilder& Pool() {
    return Add("MaxPool", {{"kernel_shape", std::vector<int64_t>{3, 3}},
                           {"strides", std::vector<int64_t>{2, 2}}});
  }

  // A layer whose weight has `shape` and whose bias is random.
  AlexNetBuilder& Layer(const std::string& op, const std::vector<int64_t>& shape, double density,
                        Attributes attributes) {
    ++layers_;
    const std::string name = op + "_weight" + std::to_string(layers_);
    Rng rng(1, layers_);
    std::vector<float> bias(static_cast<size_t>(shape[0]));
    for (float& value : bias) value = static_cast<float>(0.1 * rng.Normal());
    graph_.initializers[name + "_bias"] = Tensor::F32({shape[0]}, bias);

    const int bits = op == "Conv" ? 8 : 5;
    std::vector<float> values(static_cast<size_t>(ElementCount(shape)), 0.0f);
    std::vector<size_t> kept;
    for (size_t i = 0; i < values.size(); ++i) {
      if (rng.Uniform() < density) kept.push_back(i);
    }
    const std::vector<float> survivors = PrunedLaplacian(kept.size(), density, layers_);
    for (size_t i = 0; i < kept.size(); ++i) values[kept[i]] = 0.01f * survivors[i];
    graph_.initializers[name] = Tensor::F32(shape, values);
    Add(op, std::move(attributes), {name, name + "_bias"});
    auto weight = QuantizeWeight(graph_.initializers[name], "kmeans", bits, CodebookInit::kLinear,
                                 1, nullptr);
    Status status = weight.ok() ? SetQuantizedWeight(&graph_, name, *weight) : weight.status();
    if (status_.ok()) status_ = std::move(status);
    return *this;
  }

  Graph graph_;
  std::string last_ = "data";
  uint64_t layers_ = 0;
  Status status_;
};

}  // namespace dc

#endif  // DC_TESTS_BENCH_ALEXNET_H_
