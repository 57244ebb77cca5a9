// The runtime against ONNX Runtime, layer by layer and on whole networks, one core: bench_runtime
// [FILTER]. Rounds take turns; outputs are compared before anything is timed. The peer is looked
// for in $DC_PEER_DIR/node_modules (./dev bench installs it).
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/rng.h"
#include "bench/alexnet.h"
#include "bench/peer/onnxruntime_peer.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "dc/runtime.h"
#include "dc/weights.h"

namespace dc {
namespace {

constexpr int kRounds = 9;
constexpr double kSeconds = 0.15;  // of a round, for each competitor

double Microseconds(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
      .count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Case {
  std::string name;
  Graph graph;                 // quantized
  std::vector<int64_t> shape;  // of the input
  int64_t batch = 1;
  int threads = 1;
};

// Gemm with random survivors and `entries` centroids; bias and all.
Graph FullyConnected(int64_t outputs, int64_t inputs, double density, uint32_t entries) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, inputs}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, outputs}}};
  Rng rng(1);
  QuantizedWeight weight{.shape = {outputs, inputs}, .policy = "kmeans", .bits = 5};
  weight.codebook = {0.0f};
  while (weight.codebook.size() < entries) {
    weight.codebook.push_back(static_cast<float>(0.02 * rng.Normal()));
  }
  weight.codes.assign(static_cast<size_t>(outputs * inputs), 0);
  for (uint16_t& code : weight.codes) {
    if (rng.Uniform() < density) code = static_cast<uint16_t>(1 + rng.Below(entries - 1));
  }
  std::vector<float> bias(static_cast<size_t>(outputs));
  for (float& value : bias) value = static_cast<float>(0.1 * rng.Normal());
  graph.initializers["b"] = Tensor::F32({outputs}, bias);
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, weight.shape);
  Node node;
  node.op = node.name = "Gemm";
  node.inputs = {"x", "w", "b"};
  node.outputs = {"y"};
  node.attributes["transB"] = int64_t{1};
  graph.nodes.push_back(std::move(node));
  const Status status = SetQuantizedWeight(&graph, "w", weight);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return graph;
}

// Values as a network has them behind a ReLU: 35 % of them are not zero.
std::vector<float> Activations(size_t count) {
  Rng rng(2);
  std::vector<float> values(count);
  for (float& value : values) {
    const double drawn = std::fabs(rng.Normal());
    value = rng.Uniform() < 0.35 ? static_cast<float>(drawn) : 0.0f;
  }
  return values;
}

Status Run(const Case& c, const std::string& peer_folder, const std::string& scratch) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, EncodeModel(c.graph, {}, nullptr, nullptr));
  Graph dense = c.graph;
  DC_RETURN_IF_ERROR(DequantizeAll(&dense));
  const std::string model = scratch + "/dense.onnx", input_file = scratch + "/input.f32";
  DC_RETURN_IF_ERROR(SaveModel(dense, model));

  std::vector<double> loads;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    DC_RETURN_IF_ERROR(Session::Load(file, {.threads = c.threads}).status());
    loads.push_back(Microseconds(begin) / 1000);
  }
  DC_ASSIGN_OR_RETURN(Session session, Session::Load(file, {.threads = c.threads}));
  int64_t resident = 0, dense_bytes = 0;
  for (const LayerPlan& layer : session.plan()) {
    resident += layer.resident_bytes;
    dense_bytes += 4 * layer.weights;
  }
  size_t sample = 1, outputs = 1;
  for (size_t d = 1; d < c.shape.size(); ++d) sample *= static_cast<size_t>(c.shape[d]);
  for (size_t d = 1; d < session.output_shape().size(); ++d) {
    outputs *= static_cast<size_t>(session.output_shape()[d]);
  }
  const size_t batch = static_cast<size_t>(c.batch);
  const std::vector<float> input = Activations(batch * sample);
  std::vector<float> output(batch * outputs);
  DC_RETURN_IF_ERROR(WriteFileAtomic(
      input_file, {reinterpret_cast<const uint8_t*>(input.data()), input.size() * sizeof(float)}));
  DC_RETURN_IF_ERROR(session.Run(c.batch, input, output));

  DC_ASSIGN_OR_RETURN(OnnxRuntimePeer peer, OnnxRuntimePeer::Start(peer_folder, model, input_file,
                                                                   c.shape, c.batch, c.threads));
  DC_ASSIGN_OR_RETURN(const std::vector<float> expected, peer.Output(scratch + "/output.f32"));
  if (expected.size() != output.size()) return Internal("outputs of different size", c.name, "");
  double largest = 0, difference = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max<double>(largest, std::fabs(expected[i]));
    difference = std::max<double>(difference, std::fabs(expected[i] - output[i]));
  }
  if (!(difference <= 1e-4 * largest)) {
    return Internal("outputs differ by " + std::to_string(difference / largest), c.name, "");
  }

  std::vector<double> ours_min, ours_median, peer_min, peer_median;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> times;
    const auto begin = std::chrono::steady_clock::now();
    while (times.size() < 3 || Microseconds(begin) < kSeconds * 1e6) {
      const auto start = std::chrono::steady_clock::now();
      DC_RETURN_IF_ERROR(session.Run(c.batch, input, output));
      times.push_back(Microseconds(start));
    }
    ours_min.push_back(*std::min_element(times.begin(), times.end()));
    ours_median.push_back(Median(times));
    DC_ASSIGN_OR_RETURN(const PeerTimes theirs, peer.Time(kSeconds));
    peer_min.push_back(theirs.min_us);
    peer_median.push_back(theirs.median_us);
  }
  const double ours = *std::min_element(ours_min.begin(), ours_min.end());
  const double theirs = *std::min_element(peer_min.begin(), peer_min.end());
  std::printf(
      "%-32s %10.1f %10.1f %7.2fx   %10.1f %10.1f %7.2fx   %8.1f %8.1f %7.1fx   1/%.1f  %s\n",
      c.name.c_str(), ours, theirs, theirs / ours, Median(ours_median), Median(peer_median),
      Median(peer_median) / Median(ours_median), Median(loads), peer.load_ms(),
      peer.load_ms() / Median(loads),
      static_cast<double>(dense_bytes) / static_cast<double>(resident),
      session.plan()[0].kernel.c_str());
  std::fflush(stdout);
  return OkStatus();
}

int Main(const std::string& filter) {
  // Both competitors stay on one core with one thread: the child inherits it.
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(1, &one);
  sched_setaffinity(0, sizeof(one), &one);
  const char* folder = std::getenv("DC_PEER_DIR");
  const std::string peer_folder = folder ? folder : ".";
  const std::string scratch = std::filesystem::temp_directory_path() / "dc_runtime_bench";
  std::filesystem::create_directories(scratch);
  std::printf("%-32s %10s %10s %8s   %10s %10s %8s   %8s %8s %8s   %s\n", "one core, microseconds",
              "ours min", "ORT min", "ratio", "median", "ORT median", "ratio", "load ms",
              "ORT load", "ratio", "weights in memory / f32, first kernel");
  struct Layer {
    const char* name;
    int64_t outputs, inputs;
    double density;
    uint32_t entries;
    int64_t batch;
  };
  const Layer layers[] = {{"alexnet fc6, 16 centroids", 4096, 9216, 0.09, 16, 1},
                          {"alexnet fc6, 32 centroids", 4096, 9216, 0.09, 32, 1},
                          {"alexnet fc7, 16 centroids", 4096, 4096, 0.09, 16, 1},
                          {"alexnet fc8, 16 centroids", 1000, 4096, 0.25, 16, 1},
                          {"vgg16 fc6, 16 centroids", 4096, 25088, 0.04, 16, 1},
                          {"alexnet fc6, batch 64", 4096, 9216, 0.09, 16, 64},
                          {"alexnet fc7, batch 64", 4096, 4096, 0.09, 16, 64},
                          {"vgg16 fc6, batch 64", 4096, 25088, 0.04, 16, 64}};
  int failures = 0;
  const auto run = [&](const Case& c) {
    const Status status = Run(c, peer_folder, scratch);
    if (status.ok()) return;
    std::printf("%-32s %s\n", c.name.c_str(), status.ToString().c_str());
    ++failures;
  };
  for (const Layer& layer : layers) {
    if (std::string(layer.name).find(filter) == std::string::npos) continue;
    run({layer.name,
         FullyConnected(layer.outputs, layer.inputs, layer.density, layer.entries),
         {-1, layer.inputs},
         layer.batch});
  }
  if (std::string("alexnet whole").find(filter) != std::string::npos) {
    auto graph = AlexNetBuilder::Build();
    if (graph.ok()) run({"alexnet whole", *std::move(graph), {-1, 3, 227, 227}});
  }
  std::filesystem::remove_all(scratch);
  return failures > 0;
}

}  // namespace
}  // namespace dc

int main(int argc, char** argv) { return dc::Main(argc > 1 ? argv[1] : ""); }
