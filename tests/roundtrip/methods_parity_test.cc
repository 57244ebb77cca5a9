// Methods of networks of few bits on a convolutional network: what the runtime makes of the .dcz
// against ONNX Runtime on the quantized ONNX file. Skipped where npm cannot install it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/rng.h"
#include "bench/peer/onnxruntime_peer.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/runtime.h"
#include "dc/stages.h"

namespace dc {
namespace {

constexpr int64_t kBatch = 8;

struct Case {
  const char* method;
  const char* bits;
};

// Batch normalization as after some training: scales of both signs, means that are not 0.
void Unsettle(Graph* graph) {
  Rng rng(3);
  for (const Node& node : graph->nodes) {
    if (node.op != "BatchNormalization") continue;
    for (float& v : graph->initializers.at(node.inputs[1]).f32()) {
      v = static_cast<float>(rng.Normal());
    }
    for (size_t i = 2; i < 4; ++i) {
      for (float& v : graph->initializers.at(node.inputs[i]).f32()) {
        v = static_cast<float>(0.5 * rng.Normal());
      }
    }
  }
}

class MethodsParity : public ::testing::TestWithParam<Case> {};

TEST_P(MethodsParity, TheRuntimeComputesWhatOnnxRuntimeDoes) {
  const auto peer_folder = OnnxRuntimeFolder();
  if (!peer_folder.ok()) GTEST_SKIP() << peer_folder.status().ToString();
  auto graph = LoadModel(DC_MODELS_DIR "/redbit_lenet/model.onnxtxt");
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  ASSERT_TRUE(InitializeParameters(&*graph, 1).ok());
  Unsettle(&*graph);
  QuantizeOptions options;
  options.method = {.name = GetParam().method, .bits = GetParam().bits, .skip = "first,last"};
  TrainOptions none;
  none.epochs = 0;
  const auto report = RunQuantize(options, none, nullptr, &*graph, nullptr);
  ASSERT_TRUE(report.ok()) << report.status().ToString();

  const std::string folder =
      std::filesystem::temp_directory_path() / ("methods_parity_" + std::to_string(getpid()));
  ASSERT_TRUE(MakeDirectories(folder).ok());
  std::vector<float> input(kBatch * 784);
  Rng rng(5);
  for (float& v : input) v = static_cast<float>(rng.Uniform());
  PeerTask task{.model = folder + "/quantized.onnx",
                .input = folder + "/input.f32",
                .scratch = folder + "/output.f32",
                .shape = {kBatch, 1, 28, 28}};
  ASSERT_TRUE(SaveModel(*graph, task.model).ok());
  ASSERT_TRUE(WriteFileAtomic(task.input, {reinterpret_cast<const uint8_t*>(input.data()),
                                           input.size() * sizeof(float)})
                  .ok());
  std::vector<float> expected;
  {
    auto peer = StartOnnxRuntime(task);
    ASSERT_TRUE(peer.ok()) << peer.status().ToString();
    auto output = (*peer)->Output();
    ASSERT_TRUE(output.ok()) << output.status().ToString();
    expected = *std::move(output);
  }
  // The file that was read back, too.
  for (const bool from_file : {false, true}) {
    Graph source = *graph;
    if (from_file) {
      auto read = LoadModel(task.model);
      ASSERT_TRUE(read.ok()) << read.status().ToString();
      source = *std::move(read);
    }
    const auto file = EncodeModel(source, EncodeOptions(), nullptr, nullptr);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    auto session = Session::Load(*file, SessionOptions());
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    std::vector<float> actual(kBatch * 10);
    ASSERT_TRUE(session->Run(kBatch, input, actual).ok());
    ASSERT_EQ(expected.size(), actual.size());
    float most = 0;
    for (const float v : expected) most = std::max(most, std::abs(v));
    // A float sum that falls on the edge of a grid may be rounded either way, and then a whole
    // sample differs: at most one may.
    int different = 0;
    for (int64_t s = 0; s < kBatch; ++s) {
      float difference = 0;
      for (int64_t c = 0; c < 10; ++c) {
        difference = std::max(difference, std::abs(expected[s * 10 + c] - actual[s * 10 + c]));
      }
      different += difference > 1e-4f * most;
    }
    EXPECT_LE(different, 1) << GetParam().method << (from_file ? ", read back" : "");
  }
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Methods, MethodsParity,
                         testing::Values(Case{"bnn", ""}, Case{"bnn", "w=2,a=2"}, Case{"bwn", ""},
                                         Case{"xnor-net", ""}, Case{"dorefa", "w=1,a=1"},
                                         Case{"dorefa", "w=3,a=2"}, Case{"twn", ""},
                                         Case{"ttq", ""}, Case{"inq", ""}, Case{"pow2-connect", ""},
                                         Case{"moons", "w=4,a=4"}, Case{"pact", "w=4,a=4"},
                                         Case{"qnn", "w=2,a=2"}, Case{"gupta", ""}),
                         [](const auto& row) {
                           std::string name = std::string(row.param.method) + "_" + row.param.bits;
                           for (char& c : name) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace dc
