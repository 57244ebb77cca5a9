#include "unit/train/gradient_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "unit/train/graph_builder.h"

namespace dc::train {

Dataset DataFor(const Graph& graph, int classes) {
  Dataset data;
  data.name = "synthetic";
  data.classes = classes;
  std::vector<int64_t> sample(graph.inputs[0].shape.begin() + 1, graph.inputs[0].shape.end());
  if (sample.size() == 3) {
    data.channels = sample[0];
    data.height = sample[1];
    data.width = sample[2];
  } else {
    data.channels = data.height = 1;
    data.width = ElementCount(sample);
  }
  return data;
}

Harness::Harness(Graph graph, int64_t batch, bool training, double dropout_scale)
    : graph_(std::move(graph)), dropout_(dropout_scale, {}) {
  auto network = FindNetwork(graph_, DataFor(graph_, 10), Preprocess());
  EXPECT_TRUE(network.ok()) << network.status().ToString();
  network_ = *network;
  // Constants of the formula have gradients, too, where they are trained.
  TrainChoice constants;
  for (const auto& [name, role] : FindRoles(graph_).of) {
    const Tensor* tensor = graph_.Constant(name);
    const bool floats = tensor == nullptr || tensor->type == DataType::kFloat32;
    if (role == op::Role::kSetting || !floats) continue;
    if (name.starts_with(GraphBuilder::kFixed)) {
      constants.freeze.push_back(name);
    } else if (role == op::Role::kOperand) {
      constants.train.push_back(name);
    }
  }
  auto parameters = Parameters::Load(network_, constants);
  EXPECT_TRUE(parameters.ok()) << parameters.status().ToString();
  parameters_ = std::move(*parameters);
  auto executor = Executor::Make(network_, parameters_, &dropout_, batch, training);
  EXPECT_TRUE(executor.ok()) << executor.status().ToString();
  executor_ = std::move(*executor);
}

std::vector<float> Harness::Forward(const std::vector<float>& input, const StepContext& context) {
  EXPECT_EQ(input.size(), executor_->input().size());
  std::copy(input.begin(), input.end(), executor_->input().begin());
  const Status status = executor_->Forward(context);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return {executor_->logits().begin(), executor_->logits().end()};
}

std::vector<float> Harness::Gradient(const std::string& parameter) {
  const Parameter* p = parameters_.Find(parameter);
  EXPECT_NE(p, nullptr) << parameter;
  const auto all = executor_->gradients().subspan(p->offset, p->size);
  return {all.begin(), all.end()};
}

std::vector<float> GridValues(size_t count, double step, uint64_t seed) {
  std::vector<uint32_t> order(count);
  for (size_t i = 0; i < count; ++i) order[i] = static_cast<uint32_t>(i);
  Rng(seed).Shuffle(order);
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>((order[i] - static_cast<double>(count / 2) + 0.5) * step);
  }
  return values;
}

void CheckGradients(const Graph& graph, int64_t batch, const std::vector<float>& input, double h,
                    double tolerance) {
  Harness harness(graph, batch, true);
  const size_t outputs = harness.Forward(input).size();
  Rng rng(11);
  std::vector<float> r(outputs);
  for (float& v : r) v = static_cast<float>(rng.Normal());
  const auto loss = [&] {
    const std::vector<float> logits = harness.Forward(input);
    double sum = 0;
    for (size_t i = 0; i < outputs; ++i) sum += static_cast<double>(r[i]) * logits[i];
    return sum;
  };

  std::copy(r.begin(), r.end(), harness.executor().logits_gradient().begin());
  const Status status = harness.executor().Backward();
  ASSERT_TRUE(status.ok()) << status.ToString();
  for (const Parameter& parameter : harness.parameters().list()) {
    if (parameter.role != Role::kTrained) continue;
    const std::vector<float> computed = harness.Gradient(parameter.name);
    float* values = harness.parameters().Values(parameter).data();
    std::vector<double> measured(parameter.size);
    double largest = 0;
    // Of a large tensor a sample: about 400 values, at a stride that is odd.
    const size_t stride = parameter.size / 400 | 1;
    for (size_t i = 0; i < parameter.size; i += stride) {
      const float before = values[i];
      values[i] = static_cast<float>(before + h);
      const double up_at = values[i], up = loss();
      values[i] = static_cast<float>(before - h);
      const double down_at = values[i], down = loss();
      values[i] = before;
      measured[i] = (up - down) / (up_at - down_at);
      largest = std::max(largest, std::abs(measured[i]));
    }
    EXPECT_GT(largest, 1e-4) << parameter.name << " does not reach the loss";
    for (size_t i = 0; i < parameter.size; i += stride) {
      ASSERT_NEAR(computed[i], measured[i], tolerance * largest)
          << "gradient of " << parameter.name << "[" << i << "]";
    }
  }
}

void CheckOneInput(const std::vector<int64_t>& sample, const std::string& op,
                   std::map<std::string, AttributeValue> attributes, double step, double h,
                   int64_t batch) {
  GraphBuilder b(sample);
  AddShift(b, sample).Add(op, "tested", {}, std::move(attributes)).Add("Flatten", "flat");
  const size_t values = static_cast<size_t>(batch * ElementCount(sample));
  CheckGradients(b.Build(), batch, GridValues(values, step), h, kTolerance);
}

}  // namespace dc::train
