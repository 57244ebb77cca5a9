// Every network of models/ through prune, quantize and encode: the runtime, executing codes,
// against ONNX Runtime on the quantized ONNX file. Skipped where npm cannot install it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "bench/peer/onnxruntime_peer.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/runtime.h"
#include "roundtrip/shipped_models.h"

namespace dc {
namespace {

constexpr int64_t kBatch = 5;

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
  for (const char* policy : kShippedPolicies) {
    const auto graph = QuantizedModel(GetParam(), policy);
    ASSERT_TRUE(graph.ok()) << graph.status().ToString();
    const auto file = EncodeModel(*graph, EncodeOptions(), nullptr, nullptr);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    auto session = Session::Load(*file, SessionOptions());
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    size_t inputs = 1;
    for (size_t d = 1; d < graph->inputs[0].shape.size(); ++d) {
      inputs *= static_cast<size_t>(graph->inputs[0].shape[d]);
    }
    const std::vector<float> input = UniformInput(kBatch * inputs);
    const auto expected = Expected(*graph, input);
    ASSERT_TRUE(expected.ok()) << expected.status().ToString();

    std::vector<float> output(expected->size());
    ASSERT_TRUE(session->Run(kBatch, input, output).ok());
    ExpectClose(output, *expected, policy);
  }
}

INSTANTIATE_TEST_SUITE_P(All, OnnxRuntimeParity, ::testing::ValuesIn(ShippedModels()),
                         [](const auto& model) { return model.param; });

}  // namespace
}  // namespace dc
