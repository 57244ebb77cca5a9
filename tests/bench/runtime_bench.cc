// The runtime against ONNX Runtime, Eigen and oneDNN: layers and whole networks, one core.
// bench_runtime [REGEX]: the cases whose names match. Writes a table and a chart into
// the build folder's "bench".
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <string>
#include <vector>

#include "bench/comparison.h"
#include "bench/convnets.h"
#include "bench/layer_models.h"
#include "bench/peer/onnxruntime_peer.h"
#include "bench/peer/session_peer.h"
#include "bench/result_table.h"
#include "dc/decode.h"
#include "dc/files.h"
#include "dc/import.h"
#include "dc/onnx.h"

namespace dc {
namespace {

using Cases = std::vector<ComparisonCase>;

// A fully connected layer of the paper's networks.
struct Layer {
  const char* name;
  int64_t outputs, inputs;
  double density;
  // How many times as fast as fp32 and int8, and in AVX2 alone; at batch 64.
  double fp32_target, int8_target, avx2_target, batch_target;
  int most_bits;  // of codes: from 4 on
};
constexpr Layer kLayers[] = {{"AlexNet fc6", 4096, 9216, 0.09, 20, 3, 12, 6, 5},
                             {"AlexNet fc7", 4096, 4096, 0.09, 18, 2.5, 0, 6, 4},
                             {"AlexNet fc8", 1000, 4096, 0.25, 5, 1.2, 0, 0, 4},
                             {"VGG-16 fc6", 4096, 25088, 0.04, 35, 8, 22, 11, 4}};

std::string NameOf(const Layer& layer) {
  return std::string(layer.name) + ", " + std::to_string(std::lround(100 * layer.density)) + " %";
}

void AddLayers(Cases* cases) {
  for (const Layer& layer : kLayers) {
    for (int bits = 4; bits <= layer.most_bits; ++bits) {
      for (const Positions positions : {Positions::kRandom, Positions::kClustered}) {
        const bool random = positions == Positions::kRandom, usual = random && bits == 4;
        cases->push_back(
            {.name = NameOf(layer) + ", " + std::to_string(1 << bits) + " centroids" +
                     (random ? "" : ", clustered"),
             .build =
                 [=] {
                   return FullyConnectedModel(
                       layer.outputs, layer.inputs,
                       {.density = layer.density, .bits = bits, .positions = positions});
                 },
             .fp32_target = layer.fp32_target,
             .int8_target = layer.int8_target,
             .fully_connected = true,
             .instruction_sets = usual,
             .avx2_target = layer.avx2_target,
             .two_threads = usual && layer.batch_target > 0});
      }
    }
  }
  // What EIE's table III (Han et al., arXiv 1602.01528) gives for this layer.
  constexpr double kActive = 0.183;
  const Layer& vgg = kLayers[3];
  cases->push_back({.name = NameOf(vgg) + ", 18 % of the inputs",
                    .build =
                        [vgg] {
                          return FullyConnectedModel(vgg.outputs, vgg.inputs,
                                                     {.density = vgg.density, .bits = 4});
                        },
                    .active = kActive,
                    .fully_connected = true});
  for (const Layer& layer : kLayers) {
    if (layer.batch_target <= 0) continue;
    cases->push_back({.name = NameOf(layer) + ", batch 64",
                      .build =
                          [=] {
                            return FullyConnectedModel(layer.outputs, layer.inputs,
                                                       {.density = layer.density, .bits = 4});
                          },
                      .batch = 64,
                      .fp32_target = layer.batch_target,
                      .fully_connected = true});
  }
}

// `name` with what its weights are: those of the file or folder that `variable` names, or made up.
std::string NameOf(const char* name, const char* variable) {
  return std::string(name) + (std::getenv(variable) ? ", real weights" : ", made up");
}

// The release itself where $DC_SQUEEZENET_DIR holds it.
StatusOr<Graph> SqueezeNetOrRelease() {
  const char* folder = std::getenv("DC_SQUEEZENET_DIR");
  if (!folder) return SqueezeNet();
  DC_ASSIGN_OR_RETURN(Graph graph, LoadModel(std::string(folder) + "/squeezenet1.0-dc.onnx"));
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file,
                      ReadFile(std::string(folder) + "/compressed_SqueezeNet.net"));
  DC_RETURN_IF_ERROR(ImportHanNet(file, &graph).status());
  return graph;
}

// The .dcz that `variable` names, or models/`folder` with made-up weights.
StatusOr<Graph> RecipeNetwork(const char* variable, const std::string& folder,
                              const std::map<std::string, WeightStatistics>& statistics) {
  if (const char* path = std::getenv(variable)) {
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, ReadFile(path));
    return DecodeModel(file);
  }
  DC_ASSIGN_OR_RETURN(Graph declared,
                      LoadModel(std::string(DC_MODELS_DIR) + "/" + folder + "/model.onnxtxt"));
  return WithSyntheticWeights(std::move(declared), statistics);
}

void AddNetworks(Cases* cases) {
  cases->push_back(
      {.name = "AlexNet conv3, 35 %",
       .build = [] { return ConvolutionModel(384, 256, 13, {.density = 0.35, .bits = 8}); },
       .fp32_target = 1.4,
       .own_dense = true});
  cases->push_back({.name = "AlexNet, whole", .build = AlexNet, .fp32_target = 3, .loading = true});
  cases->push_back({.name = "VGG-16, whole", .build = Vgg16, .fp32_target = 1.5});
  cases->push_back({.name = NameOf("SqueezeNet 1.0", "DC_SQUEEZENET_DIR"),
                    .build = SqueezeNetOrRelease,
                    .fp32_target = 1.1});
  // Densities and bits as the recipes of models/ leave them.
  cases->push_back({.name = NameOf("LeNet-300-100", "DC_LENET_300_100"),
                    .build =
                        [] {
                          return RecipeNetwork("DC_LENET_300_100", "lenet_300_100",
                                               {{"fc1_weight", {.density = 0.05, .bits = 4}},
                                                {"fc2_weight", {.density = 0.09, .bits = 4}},
                                                {"fc3_weight", {.density = 0.26, .bits = 4}}});
                        },
                    .fp32_target = 4,
                    .small = true});
  cases->push_back({.name = NameOf("LeNet-5", "DC_LENET_5"),
                    .build =
                        [] {
                          return RecipeNetwork("DC_LENET_5", "lenet_5",
                                               {{"conv1_weight", {.density = 0.66, .bits = 6}},
                                                {"conv2_weight", {.density = 0.20, .bits = 6}},
                                                {"fc1_weight", {.density = 0.0585, .bits = 4}},
                                                {"fc2_weight", {.density = 0.20, .bits = 4}}});
                        },
                    .fp32_target = 4,
                    .small = true});
}

// Unpruned networks: the weights stay float32 as they are.
void AddDenseNetworks(Cases* cases) {
  cases->push_back(
      {.name = "MobileNetV2, unpruned", .build = [] { return MobileNetV2(1); }, .fp32_target = 1});
  cases->push_back({.name = "MobileNetV2, 1x1 layers 40 %",
                    .build = [] { return MobileNetV2(0.4); },
                    .fp32_target = 1.3});
  cases->push_back(
      {.name = "SqueezeNet 1.0, unpruned", .build = UnprunedSqueezeNet, .fp32_target = 1});
  cases->push_back({.name = "ResNet-20, unpruned", .build = ResNet20, .fp32_target = 1});
  // Files of a folder that a variable names.
  struct File {
    const char *variable, *path, *name;
    bool small;
  };
  constexpr File kFiles[] = {
      {"DC_MOBILENETV2_DIR", "mobilenet_v2_1.0_224.onnx", "MobileNetV2", false},
      {"DC_SQUEEZENET_DIR", "squeezenet1.0-dc.onnx", "SqueezeNet 1.0 as float32", false},
      {"DC_SQUEEZENET_DIR", "squeezenet1.1.onnx", "SqueezeNet 1.1", false},
      {"DC_ONNX_WILD_DIR", "resnet20_cifar10.onnx", "ResNet-20", false},
      {"DC_ONNX_WILD_DIR", "super-resolution-10.onnx", "super-resolution-10", false},
      {"DC_ONNX_WILD_DIR", "mnist-8.onnx", "mnist-8", true},
      {"DC_ONNX_WILD_DIR", "mnist-12-3outputs.onnx", "mnist-12-3outputs", true},
      {"DC_ONNX_WILD_DIR", "lenet5_mnist.onnx", "lenet5_mnist", true},
      {"DC_ONNX_WILD_DIR", "mnist_keras_1k.onnx", "mnist_keras_1k", true},
      {"DC_ONNX_WILD_DIR", "kws_dnn_s.onnx", "kws_dnn_s", true},
      {"DC_ONNX_WILD_DIR", "fraud_mlp.onnx", "fraud_mlp", true}};
  for (const File& file : kFiles) {
    const char* folder = std::getenv(file.variable);
    if (!folder) continue;
    const std::string path = std::string(folder) + "/" + file.path;
    cases->push_back({.name = std::string(file.name) + ", real weights, unpruned",
                      .build = [path] { return LoadModel(path); },
                      .fp32_target = 1,
                      .small = file.small});
  }
}

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

// What heads the table. To be called before the machine is busy with this.
std::string Remarks() {
  double load = 0;
  getloadavg(&load, 1);
  char text[256];
  std::snprintf(
      text, sizeof(text),
      "%s, one core; load average %.1f at the start. Fastest calls of alternating rounds.",
      ProcessorName().c_str(), load);
  return text;
}

Status Main(const std::string& pattern) {
  std::regex chosen;
  try {
    chosen = std::regex(pattern, std::regex::icase);
  } catch (const std::regex_error& error) {
    return UsageError("'" + pattern + "' is no regular expression", "", error.what());
  }
  DC_RETURN_IF_ERROR(OnnxRuntimeFolder().status());
  const std::string out = DC_BENCH_OUT_DIR, scratch = out + "/scratch";
  DC_RETURN_IF_ERROR(MakeDirectories(scratch));
  Cases cases;
  AddLayers(&cases);
  AddNetworks(&cases);
  AddDenseNetworks(&cases);
  const std::string title = "The runtime against ONNX Runtime 1.20.1", remarks = Remarks();
  std::printf("%s\n", remarks.c_str());
  ResultTable table;
  int compared = 0;
  for (const ComparisonCase& comparison : cases) {
    if (!std::regex_search(comparison.name, chosen)) continue;
    ++compared;
    const Status status = Compare(comparison, scratch, &table);
    if (!status.ok()) table.AddFailure(comparison.name, status);
  }
  std::filesystem::remove_all(scratch);
  if (compared == 0) return UsageError("no case matches '" + pattern + "'");

  // A selection does not overwrite the whole table.
  const std::string name = out + (pattern.empty() ? "/runtime" : "/runtime_selection");
  DC_RETURN_IF_ERROR(WriteFileAtomic(name + ".md", table.Markdown(title, remarks)));
  DC_RETURN_IF_ERROR(WriteFileAtomic(name + ".svg", table.Chart(title, remarks)));
  std::printf("%d of %d targets met; table and chart: %s.md, %s.svg\n", table.met(),
              table.targets(), name.c_str(), name.c_str());
  if (table.failures() == 0) return OkStatus();
  return Internal(std::to_string(table.failures()) + " cases failed", "", "see the lines above");
}

}  // namespace
}  // namespace dc

int main(int argc, char** argv) {
  int exit_code = 0;
  if (dc::ServedSession(argc, argv, &exit_code)) return exit_code;
  const dc::Status status = dc::Main(argc > 1 ? argv[1] : "");
  if (!status.ok()) std::cerr << "bench_runtime: error: " << status.ToString() << "\n";
  return dc::ExitCode(status.code());
}
