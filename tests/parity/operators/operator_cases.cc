#include "parity/operators/operator_cases.h"

#include "base/rng.h"
#include "model/canonical/canonical.h"
#include "model/shapes.h"

namespace dc {

const std::vector<OperatorCase>& AllCases() {
  static const std::vector<OperatorCase> all = [] {
    std::vector<OperatorCase> cases;
    for (auto* family :
         {ValueCases, FunctionCases, ArithmeticCases, PairCases, ReductionCases, ConvolutionCases,
          PoolingCases, MatrixCases, ChannelCases, LayerCases, MoveCases, ShapeCases,
          QuantizerCases, IntegerCases, QonnxCases, ExportCases}) {
      for (OperatorCase& row : family()) cases.push_back(std::move(row));
    }
    return cases;
  }();
  return all;
}

namespace {

// The number of dimensions of the last node's output.
size_t OutputRank(Graph graph) {
  static_cast<void>(Canonicalize(&graph));
  const GraphShapes shapes = InferGraphShapes(graph);
  const auto shape = shapes.of.find(graph.outputs[0].name);
  return shape != shapes.of.end() ? shape->second.size() : graph.inputs[0].shape.size();
}

}  // namespace

Graph CaseGraph(const OperatorCase& row) {
  Graph graph;
  graph.name = row.name;
  graph.opset = row.opset;
  std::vector<int64_t> shape = row.sample;
  shape.insert(shape.begin(), row.fixed_batch > 0 ? row.fixed_batch : -1);
  graph.inputs = {{"x", DataType::kFloat32, shape}};
  uint64_t seed = row.name.size();
  for (const CaseWeight& weight : row.weights) {
    Tensor tensor = Tensor::Zeros(DataType::kFloat32, weight.shape);
    Rng rng(++seed);
    for (float& v : tensor.f32()) v = static_cast<float>(weight.mean + 0.3 * rng.Normal());
    graph.initializers[weight.name] = std::move(tensor);
  }
  for (const auto& [name, tensor] : row.constants) graph.initializers[name] = tensor;
  for (const CaseNode& node : row.nodes) {
    Node made;
    made.op = node.op;
    made.domain = node.domain;
    made.name = node.output + "_node";
    made.inputs = node.inputs;
    made.outputs = {node.output};
    made.outputs.insert(made.outputs.end(), node.more_outputs.begin(), node.more_outputs.end());
    for (const auto& [name, attribute] : node.attributes) made.attributes[name] = attribute.value;
    graph.nodes.push_back(std::move(made));
  }
  graph.outputs = {{graph.nodes.back().outputs[0], DataType::kFloat32, shape}};
  graph.outputs[0].shape.assign(OutputRank(graph), -1);
  return graph;
}

}  // namespace dc
