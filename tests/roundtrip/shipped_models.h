// Every network of models/, pruned and quantized in one shot, for the tests that run them.
#ifndef DC_TESTS_ROUNDTRIP_SHIPPED_MODELS_H_
#define DC_TESTS_ROUNDTRIP_SHIPPED_MODELS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/rng.h"
#include "dc/onnx.h"
#include "dc/stages.h"
#include "dc/weights.h"

namespace dc {

inline constexpr const char* kShippedPolicies[] = {"kmeans", "ternary", "fixed_point"};

// The folders' names.
inline std::vector<std::string> ShippedModels() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(DC_MODELS_DIR)) {
    if (std::filesystem::exists(entry.path() / "model.onnxtxt")) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The network of folder `name` with random weights, 40 % of them kept in convolutions and 10 % in
// fully connected layers, quantized by `policy`.
inline StatusOr<Graph> QuantizedModel(const std::string& name, const std::string& policy) {
  DC_ASSIGN_OR_RETURN(Graph graph, LoadModel(DC_MODELS_DIR "/" + name + "/model.onnxtxt"));
  DC_RETURN_IF_ERROR(InitializeParameters(&graph, 7));
  PruneOptions prune;
  for (const WeightRef& weight : ListWeights(graph)) {
    prune.amounts.SetName(weight.name, weight.kind == LayerKind::kConv ? "0.4" : "0.1");
  }
  DC_RETURN_IF_ERROR(RunPrune(prune, TrainOptions{.epochs = 0}, nullptr, &graph, nullptr).status());
  QuantizeOptions quantize;
  DC_ASSIGN_OR_RETURN(quantize.policy, LayerSettings::Parse(policy));
  DC_RETURN_IF_ERROR(
      RunQuantize(quantize, TrainOptions{.epochs = 0}, nullptr, &graph, nullptr).status());
  return graph;
}

inline std::vector<float> UniformInput(size_t count) {
  std::vector<float> input(count);
  Rng rng(11);
  for (float& x : input) x = static_cast<float>(rng.Uniform());
  return input;
}

// Expects outputs that agree within 1e-4 of the largest.
inline void ExpectClose(const std::vector<float>& output, const std::vector<float>& expected,
                        const std::string& policy) {
  ASSERT_EQ(output.size(), expected.size());
  float largest = 0;
  for (float y : expected) largest = std::max(largest, std::abs(y));
  ASSERT_GT(largest, 0);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(output[i], expected[i], 1e-4f * largest) << policy << ", output " << i;
  }
}

}  // namespace dc

#endif  // DC_TESTS_ROUNDTRIP_SHIPPED_MODELS_H_
