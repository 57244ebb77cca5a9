// Every network of models/ through prune, quantize and encode: the runtime, executing codes,
// against the trainer's oneDNN executor on the quantized graph's own floats.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dc/encode.h"
#include "dc/quantized_weight.h"
#include "dc/runtime.h"
#include "roundtrip/shipped_models.h"
#include "train/dropout_ratios.h"
#include "train/executor.h"
#include "train/network.h"
#include "train/parameters.h"

namespace dc {
namespace {

constexpr int64_t kBatch = 5;

// Logits of the float graph for `input`, by oneDNN.
std::vector<float> Reference(const Graph& graph, const Dataset& data,
                             const std::vector<float>& input) {
  const auto network = train::FindNetwork(graph, data, Preprocess());
  EXPECT_TRUE(network.ok()) << network.status().ToString();
  auto parameters = train::Parameters::Load(*network);
  EXPECT_TRUE(parameters.ok()) << parameters.status().ToString();
  train::DropoutRatios dropout(1.0, {});
  auto executor = train::Executor::Make(*network, *parameters, &dropout, kBatch, false);
  EXPECT_TRUE(executor.ok()) << executor.status().ToString();
  std::copy(input.begin(), input.end(), (*executor)->input().begin());
  EXPECT_TRUE((*executor)->Forward({0, 0, 0}).ok());
  const auto logits = (*executor)->logits();
  return {logits.begin(), logits.end()};
}

class ShippedModel : public ::testing::TestWithParam<std::string> {};

TEST_P(ShippedModel, RunsFromItsCodesLikeItsQuantizedOnnx) {
  for (const char* policy : kShippedPolicies) {
    auto graph = QuantizedModel(GetParam(), policy);
    ASSERT_TRUE(graph.ok()) << graph.status().ToString();
    const auto file = EncodeModel(*graph, EncodeOptions(), nullptr, nullptr);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    auto session = Session::Load(*file, SessionOptions{.threads = 2});
    ASSERT_TRUE(session.ok()) << session.status().ToString();
    // At a density of 10 % gaps cost less than a code a position, and the layer must stay sparse.
    for (const LayerPlan& layer : session->plan()) {
      if (layer.op != "Gemm") continue;
      EXPECT_EQ(layer.form.rfind("sparse ", 0), 0u) << layer.name << " is " << layer.form;
    }

    Dataset data;
    data.classes = static_cast<int>(session->output().shape[1]);
    data.channels = session->input().shape[1];
    data.height = session->input().shape[2];
    data.width = session->input().shape[3];
    const std::vector<float> input = UniformInput(static_cast<size_t>(kBatch * data.sample_size()));
    std::vector<float> output(static_cast<size_t>(kBatch * data.classes));
    ASSERT_TRUE(session->Run(kBatch, input, output).ok());

    ASSERT_TRUE(DequantizeAll(&*graph).ok());
    ExpectClose(output, Reference(*graph, data, input), policy);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ShippedModel, ::testing::ValuesIn(ShippedModels()),
                         [](const auto& model) { return model.param; });

}  // namespace
}  // namespace dc
