#include "parity/operators/engines.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "bench/peer/onnxruntime_peer.h"
#include "dc/data.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/quantized_weight.h"
#include "train/executor.h"
#include "train/network.h"
#include "train/parameters.h"

namespace dc {
namespace {

// A set of data whose samples fit the graph's input.
Dataset DataOf(const Graph& graph) {
  std::vector<int64_t> sample = graph.inputs[0].shape;
  sample.erase(sample.begin());
  Dataset data;
  data.channels = data.height = 1;
  data.width = ElementCount(sample);
  if (sample.size() == 3) {
    data.channels = sample[0];
    data.height = sample[1];
    data.width = sample[2];
  }
  return data;
}

void Append(const std::string& op, std::vector<std::string> more, Graph* graph) {
  Node node;
  node.op = op;
  node.name = graph->FreshName("appended");
  node.inputs = {graph->outputs[0].name};
  node.inputs.insert(node.inputs.end(), more.begin(), more.end());
  node.outputs = {node.name};
  graph->outputs[0] = {node.name, DataType::kFloat32, {-1, -1}};
  graph->nodes.push_back(std::move(node));
}

// The trainer ends in [batch, classes], and leaves out a final Softmax or Sigmoid, whatever
// reshapes it: a product with 1 makes it one inside the network.
Graph WithRowsAsOutput(Graph graph) {
  const float one = 1;
  const std::string name = graph.FreshName("one");
  graph.initializers[name] = Tensor::F32({}, {&one, 1});
  Append("Flatten", {}, &graph);
  Append("Mul", {name}, &graph);
  return graph;
}

}  // namespace

Batch Batch::Part(int64_t first, int64_t count) const {
  const auto begin = values.begin() + first * static_cast<int64_t>(size());
  return {count, {begin, begin + count * static_cast<int64_t>(size())}};
}

StatusOr<std::vector<float>> RunTrainer(const Graph& graph, const Batch& input) {
  Graph rows = WithRowsAsOutput(graph);
  DC_RETURN_IF_ERROR(DequantizeAll(&rows));  // as stages do before they train
  DC_ASSIGN_OR_RETURN(const train::Network network,
                      train::FindNetwork(rows, DataOf(rows), Preprocess()));
  DC_ASSIGN_OR_RETURN(const train::Parameters parameters, train::Parameters::Load(network));
  train::DropoutRatios dropout(1.0, {});
  DC_ASSIGN_OR_RETURN(const auto executor,
                      train::Executor::Make(network, parameters, &dropout, input.samples,
                                            /*training=*/false));
  if (executor->input().size() != input.values.size()) return Internal("another input size");
  std::copy(input.values.begin(), input.values.end(), executor->input().begin());
  DC_RETURN_IF_ERROR(executor->Forward({}));
  return std::vector<float>(executor->logits().begin(), executor->logits().end());
}

StatusOr<Session> LoadInRuntime(const Graph& graph, const SessionOptions& options) {
  DC_ASSIGN_OR_RETURN(const auto file, EncodeModel(graph, EncodeOptions(), nullptr, nullptr));
  return Session::Load(file, options);
}

StatusOr<std::vector<float>> RunSession(const Session& session, const Batch& input,
                                        int64_t at_once) {
  const std::vector<int64_t>& shape = session.input().shape;
  if (shape.empty() || shape[0] > 0) {  // the file fixes the batch
    std::vector<float> y(FloatsOf(session.output().shape, 1));
    DC_RETURN_IF_ERROR(session.Run(1, input.values, y));
    return y;
  }
  // Samples lie one after the other only where the batch comes first.
  if (session.output().shape[0] > 0) at_once = input.samples;
  std::vector<float> output;
  for (int64_t first = 0; first < input.samples; first += at_once) {
    const Batch part = input.Part(first, std::min(at_once, input.samples - first));
    std::vector<float> y(FloatsOf(session.output().shape, part.samples));
    DC_RETURN_IF_ERROR(session.Run(part.samples, part.values, y));
    output.insert(output.end(), y.begin(), y.end());
  }
  return output;
}

std::unique_ptr<OnnxRuntimeJudge> OnnxRuntimeJudge::Make() {
  const std::string folder = std::filesystem::temp_directory_path() /
                             ("operator_parity_judge_" + std::to_string(getpid()));
  if (!OnnxRuntimeFolder().ok() || !MakeDirectories(folder).ok()) return nullptr;
  return std::unique_ptr<OnnxRuntimeJudge>(new OnnxRuntimeJudge(folder));
}

OnnxRuntimeJudge::~OnnxRuntimeJudge() { std::filesystem::remove_all(folder_); }

StatusOr<std::vector<float>> OnnxRuntimeJudge::Run(const std::string& path, const Graph& graph,
                                                   const Batch& input) {
  if (graph.inputs[0].shape[0] != 1) return RunOnce(path, graph, input);
  std::vector<float> output;
  for (int64_t i = 0; i < input.samples; ++i) {
    DC_ASSIGN_OR_RETURN(const std::vector<float> y, RunOnce(path, graph, input.Part(i, 1)));
    output.insert(output.end(), y.begin(), y.end());
  }
  return output;
}

StatusOr<std::vector<float>> OnnxRuntimeJudge::RunOnce(const std::string& path, const Graph& graph,
                                                       const Batch& input) {
  PeerTask task{.model = path,
                .input = folder_ + "/input.f32",
                .scratch = folder_ + "/output.f32",
                .shape = graph.inputs[0].shape};
  task.shape[0] = input.samples;
  DC_RETURN_IF_ERROR(
      WriteFileAtomic(task.input, {reinterpret_cast<const uint8_t*>(input.values.data()),
                                   input.values.size() * sizeof(float)}));
  if (process_) {
    DC_RETURN_IF_ERROR(process_->Open(task));
  } else {
    DC_ASSIGN_OR_RETURN(process_, StartOnnxRuntime(task));
  }
  return process_->Output();
}

}  // namespace dc
