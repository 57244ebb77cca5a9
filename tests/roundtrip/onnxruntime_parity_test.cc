// Every network of models/ through prune, quantize and encode: the runtime, executing codes,
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

constexpr int64_t kBatch = 5;

std::vector<std::string> ModelFolders() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(DC_MODELS_DIR)) {
    if (std::filesystem::exists(entry.path() / "model.onnxtxt")) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

class OnnxRuntimeParity : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto peer = OnnxRuntimeFolder();
    if (!peer.ok()) GTEST_SKIP() << peer.status().ToString();
    folder_ =
        std::filesystem::temp_directory_path() / ("onnxruntime_parity_" + std::to_string(getpid()));
    ASSERT_TRUE(MakeDirectories(folder_).ok());
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  // What ONNX Runtime makes of `input` with the model as it is.
  StatusOr<std::vector<float>> Expected(const Graph& graph, const std::vector<float>& input) {
    PeerTask task{.model = folder_ + "/quantized.onnx",
                  .input = folder_ + "/input.f32",
                  .scratch = folder_ + "/output.f32",
                  .shape = graph.inputs[0].shape};
    task.shape[0] = kBatch;
    DC_RETURN_IF_ERROR(SaveModel(graph, task.model));
    DC_RETURN_IF_ERROR(WriteFileAtomic(task.input, {reinterpret_cast<const uint8_t*>(input.data()),
                                                    input.size() * sizeof(float)}));
    DC_ASSIGN_OR_RETURN(const auto peer, StartOnnxRuntime(task));
    return peer->Output();
  }

  std::string folder_;
};

TEST_P(OnnxRuntimeParity, AgreesOnTheQuantizedModel) {
  for (const char* policy : {"kmeans", "ternary", "fixed_point"}) {
    auto graph = LoadModel(std::string(DC_MODELS_DIR) + "/" + GetParam() + "/model.onnxtxt");
    ASSERT_TRUE(graph.ok()) << graph.status().ToString();
    ASSERT_TRUE(InitializeParameters(&*graph, 7).ok());
    PruneOptions prune;
    prune.amounts = *LayerSettings::Parse("conv=0.4,fc=0.1");
    ASSERT_TRUE(RunPrune(prune, TrainOptions{.epochs = 0}, nullptr, &*graph, nullptr).ok());
    QuantizeOptions quantize;
    quantize.policy = *LayerSettings::Parse(policy);
    const auto quantized =
        RunQuantize(quantize, TrainOptions{.epochs = 0}, nullptr, &*graph, nullptr);
    ASSERT_TRUE(quantized.ok()) << quantized.status().ToString();

    const auto file = EncodeModel(*graph, EncodeOptions(), nullptr, nullptr);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    auto session = Session::Load(*file, SessionOptions());
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    size_t inputs = 1;
    for (size_t d = 1; d < graph->inputs[0].shape.size(); ++d) {
      inputs *= static_cast<size_t>(graph->inputs[0].shape[d]);
    }
    std::vector<float> input(kBatch * inputs);
    Rng rng(11);
    for (float& x : input) x = static_cast<float>(rng.Uniform());
    const auto expected = Expected(*graph, input);
    ASSERT_TRUE(expected.ok()) << expected.status().ToString();

    std::vector<float> output(expected->size());
    ASSERT_TRUE(session->Run(kBatch, input, output).ok());
    float largest = 0;
    for (float y : *expected) largest = std::max(largest, std::abs(y));
    ASSERT_GT(largest, 0);
    for (size_t i = 0; i < output.size(); ++i) {
      EXPECT_NEAR(output[i], (*expected)[i], 1e-4f * largest) << policy << ", output " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, OnnxRuntimeParity, ::testing::ValuesIn(ModelFolders()),
                         [](const auto& model) { return model.param; });

}  // namespace
}  // namespace dc
