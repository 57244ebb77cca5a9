// Normalizations over channels, or over an axis.
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

OperatorCase BatchNorm(const std::string& name, std::vector<int64_t> sample,
                       Attributes attributes = {}, int64_t opset = 13) {
  const std::vector<int64_t> channels = {sample[0]};
  return {.name = "batch_normalization_" + name,
          .opset = opset,
          .sample = std::move(sample),
          .nodes = {{"BatchNormalization",
                     {"x", "scale", "bias", "mean", "variance"},
                     std::move(attributes)}},
          .weights = {{"scale", channels, 0.2},
                      {"bias", channels},
                      {"mean", channels},
                      {"variance", channels, 1.5}}};
}

OperatorCase Lrn(const std::string& name, std::vector<int64_t> sample, Attributes attributes) {
  return {.name = "lrn_" + name,
          .sample = std::move(sample),
          .nodes = {{"LRN", {"x"}, std::move(attributes)}}};
}

// Softmax or LogSoftmax over every axis of every rank, as opset 13 and as older ones mean it.
void AddNormalizing(const std::string& op, bool covered, std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, int64_t opset, std::vector<int64_t> sample,
                       Attributes attributes, bool over_the_batch = false) {
    cases->push_back({.name = op + "_" + name,
                      .opset = opset,
                      .sample = std::move(sample),
                      .nodes = {{op, {"x"}, std::move(attributes)}},
                      .trained = covered && !over_the_batch,
                      .executed = covered && !over_the_batch});
  };
  add("matrix", 13, {7}, {});
  add("images", 13, {3, 4, 5}, {});
  for (const int axis : {-3, -2, -1, 1, 2, 3}) {
    const std::string name = (axis < 0 ? "m" : "") + std::to_string(std::abs(axis));
    add("axis_" + name, 13, {3, 4, 5}, {{"axis", axis}});
    add("opset_11_axis_" + name, 11, {3, 4, 5}, {{"axis", axis}});
  }
  add("over_the_batch", 13, {7}, {{"axis", 0}}, true);
  add("opset_7", 7, {7}, {});
  add("opset_7_images", 7, {3, 4, 5}, {});
  add("opset_12_lines", 12, {4, 5}, {{"axis", 1}});
  add("opset_12_over_the_batch", 12, {7}, {{"axis", 0}}, true);
  cases->push_back({.name = op + "_of_large_values",
                    .sample = {7},
                    .nodes = {{"Mul", {"x", "c"}, {}, "m"}, {op, {"m"}}},
                    .constants = {{"c", Number(60.0f)}},
                    .trained = covered,
                    .executed = covered});
  cases->push_back(
      {.name = op + "_opset_11_inside",
       .opset = 11,
       .sample = {3, 4, 5},
       .nodes = {{"Relu", {"x"}, {}, "r"}, {op, {"r"}, {{"axis", 2}}, "s"}, {"Tanh", {"s"}}},
       .trained = covered,
       .executed = covered});
}

}  // namespace

std::vector<OperatorCase> ChannelCases() {
  std::vector<OperatorCase> cases = {
      BatchNorm("matrix", {7}),
      BatchNorm("lines", {3, 5}),
      BatchNorm("images", {3, 4, 5}),
      BatchNorm("volumes", {2, 3, 2, 3}),
      BatchNorm("epsilon", {3, 4, 5}, {{"epsilon", 0.25}}),
      BatchNorm("momentum", {3, 4, 5}, {{"momentum", 0.5}}),
      BatchNorm("opset_7", {3, 4, 5}, {{"spatial", 1}}, 7),
      BatchNorm("opset_8", {3, 4, 5}, {{"epsilon", 0.25}}, 8),
      BatchNorm("opset_9", {7}, {}, 9),
      BatchNorm("opset_15", {3, 4, 5}, {{"training_mode", 0}}, 15),

      Lrn("plain", {7, 3, 4}, {{"size", 3}}),
      Lrn("of_one_channel", {7, 3, 4}, {{"size", 1}}),
      Lrn("even", {7, 3, 4}, {{"size", 4}}),
      Lrn("more_channels_than_there_are", {4, 3, 4}, {{"size", 9}}),
      Lrn("alpha", {7, 3, 4}, {{"size", 5}, {"alpha", 0.5}}),
      Lrn("beta", {7, 3, 4}, {{"size", 5}, {"alpha", 0.5}, {"beta", 0.6}}),
      Lrn("lines", {7, 5}, {{"size", 3}, {"alpha", 0.5}}),
      Lrn("volumes", {7, 2, 3, 2}, {{"size", 3}, {"alpha", 0.5}}),
      Lrn("bias", {7, 3, 4}, {{"size", 5}, {"alpha", 0.5}, {"beta", 0.6}, {"bias", 2.0}}),
  };
  for (OperatorCase& row : cases) {
    // ONNX Runtime covers odd sizes of images alone.
    if (row.name == "lrn_even") row.trained = false;
    if (row.name == "lrn_even" || row.name == "lrn_lines" || row.name == "lrn_volumes") {
      row.judge = Judge::kOverruled;
    }
  }
  AddNormalizing("Softmax", true, &cases);
  AddNormalizing("LogSoftmax", true, &cases);
  return cases;
}

}  // namespace dc
