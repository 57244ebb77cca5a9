// Small float graphs for the training tests.
#ifndef DC_TESTS_UNIT_TRAIN_GRAPH_BUILDER_H_
#define DC_TESTS_UNIT_TRAIN_GRAPH_BUILDER_H_

#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "dc/graph.h"
#include "model/canonical/canonical.h"

namespace dc::train {

// Adds nodes one after the other; each reads the output of the one before it.
class GraphBuilder {
 public:
  // `sample_shape` is the input's shape without the batch.
  explicit GraphBuilder(std::vector<int64_t> sample_shape, uint64_t seed = 1) : rng_(seed) {
    sample_shape.insert(sample_shape.begin(), -1);
    graph_.inputs = {{"x", DataType::kFloat32, std::move(sample_shape)}};
    last_ = "x";
  }

  // A normally distributed initializer with this deviation and mean.
  std::string Random(const std::string& name, std::vector<int64_t> shape, double deviation = 0.5,
                     double mean = 0.0) {
    Tensor tensor = Tensor::Zeros(DataType::kFloat32, std::move(shape));
    for (float& v : tensor.f32()) v = static_cast<float>(mean + deviation * rng_.Normal());
    graph_.initializers[name] = std::move(tensor);
    return name;
  }
  std::string Values(const std::string& name, std::vector<int64_t> shape,
                     std::vector<float> values) {
    graph_.initializers[name] = Tensor::F32(std::move(shape), values);
    return name;
  }
  // Values that the gradient checks do not train: kFixed is put before the name.
  static constexpr char kFixed[] = "fixed_";
  std::string Fixed(const std::string& name, std::vector<int64_t> shape,
                    std::vector<float> values) {
    return Values(kFixed + name, std::move(shape), std::move(values));
  }
  std::string Integers(const std::string& name, std::vector<int64_t> values) {
    graph_.initializers[name] = Tensor::I64(values);
    return name;
  }

  // Adds a node that reads the last value, then `more`. Its name and output are `name`.
  GraphBuilder& Add(const std::string& op, const std::string& name,
                    std::vector<std::string> more = {},
                    std::map<std::string, AttributeValue> attributes = {}) {
    more.insert(more.begin(), last_);
    return AddOn(op, name, std::move(more), std::move(attributes));
  }
  // The same with all inputs given.
  GraphBuilder& AddOn(const std::string& op, const std::string& name,
                      std::vector<std::string> inputs,
                      std::map<std::string, AttributeValue> attributes = {}) {
    graph_.nodes.push_back({name, op, "", std::move(inputs), {name}, std::move(attributes)});
    last_ = name;
    return *this;
  }
  // Gemm with transB, random weight NAME.weight [outputs, inputs] and bias NAME.bias.
  GraphBuilder& Dense(const std::string& name, int64_t inputs, int64_t outputs,
                      double deviation = 0.3) {
    const std::string weight = Random(name + ".weight", {outputs, inputs}, deviation);
    const std::string bias = Random(name + ".bias", {outputs}, 0.1);
    return Add("Gemm", name, {weight, bias}, {{"transB", int64_t{1}}});
  }
  // Conv with random weight NAME.weight [outputs, inputs, kernel, kernel] and bias NAME.bias.
  GraphBuilder& Conv(const std::string& name, int64_t inputs, int64_t outputs, int64_t kernel,
                     std::map<std::string, AttributeValue> attributes = {},
                     double deviation = 0.3) {
    const std::string weight =
        Random(name + ".weight", {outputs, inputs, kernel, kernel}, deviation);
    const std::string bias = Random(name + ".bias", {outputs}, 0.1);
    return Add("Conv", name, {weight, bias}, std::move(attributes));
  }

  const std::string& last() const { return last_; }
  // The graph, its output being the last value.
  Graph Build() { return Build({{last_, DataType::kFloat32, {-1, -1}}}); }
  // The same with outputs given.
  Graph Build(std::vector<ValueInfo> outputs) {
    Graph graph = graph_;
    graph.outputs = std::move(outputs);
    static_cast<void>(Canonicalize(&graph));  // as import does
    return graph;
  }

 private:
  Graph graph_;
  Rng rng_;
  std::string last_;
};

}  // namespace dc::train

#endif  // DC_TESTS_UNIT_TRAIN_GRAPH_BUILDER_H_
