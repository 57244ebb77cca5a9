// Manifests that say something else than was meant: each is refused, or what runs stays inside its
// buffers. Every buffer is an allocation of its own here, so that a sanitizer sees the first byte
// outside.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "runtime/kernels/shift.h"
#include "runtime/plan/plan.h"
#include "unit/runtime/small_networks.h"

namespace dc::runtime {
namespace {

// One number of the manifest becomes another.
void Damage(format::Manifest* manifest, Rng& rng) {
  constexpr int64_t kNumbers[] = {-1, 0, 1, 2, 3, 4, 5, 7, 16, 100, 1 << 20, int64_t{1} << 40};
  const int64_t number = kNumbers[rng.Below(std::size(kNumbers))];
  const auto pick = [&](auto& list) -> auto& {
    return list[rng.Below(static_cast<uint32_t>(list.size()))];
  };
  format::Node& node = pick(manifest->nodes);
  switch (rng.Below(6)) {
    case 0:
      pick(manifest->inputs[0].shape) = number;
      break;
    case 1:
      pick(node.inputs) = static_cast<uint32_t>(rng.Below(40));
      break;
    case 2:
      node.op = static_cast<format::Op>(rng.Below(23));
      break;
    case 3:
      manifest->outputs[0].value = rng.Below(40);
      break;
    case 4:
      if (!node.floats.empty()) pick(node.floats) = static_cast<float>(number);
      break;
    default:
      if (!node.ints.empty()) pick(node.ints) = number;
      break;
  }
}

// Runs the plan on zeros, unless that takes more than a few megabytes.
void RunInSeparateBuffers(const Plan& plan, size_t lanes) {
  uint64_t floats = 0;
  for (uint64_t size : plan.buffer_sizes) floats += size * lanes;
  for (const Step& step : plan.steps) floats += step.kernel->ScratchFloats(lanes);
  if (floats > 2'000'000) return;
  std::vector<std::vector<float>> buffers;
  for (uint64_t size : plan.buffer_sizes) {
    buffers.emplace_back(static_cast<size_t>(size * lanes) + kReadSlack, 0.0f);
  }
  for (const Step& step : plan.steps) {
    std::vector<const float*> inputs;
    for (uint32_t buffer : step.inputs) inputs.push_back(buffers[buffer].data());
    std::vector<float> scratch(static_cast<size_t>(step.kernel->ScratchFloats(lanes)) + kReadSlack);
    std::vector<float>& output = buffers[step.output];
    const std::vector<float> slack(output.end() - kReadSlack, output.end());
    step.kernel->Run(
        {.lanes = lanes, .inputs = inputs, .output = output.data(), .scratch = scratch.data()});
    EXPECT_TRUE(std::equal(slack.begin(), slack.end(), output.end() - kReadSlack));
  }
}

TEST(DamagedPlanTest, IsRefusedOrStaysInsideItsBuffers) {
  Rng rng(21);
  int refused = 0, planned = 0;
  for (auto make : {LeNet5, Branches}) {
    NetBuilder net = make();
    const ConstantLoader load = [&](size_t tensor) { return net.Load(tensor); };
    for (int round = 0; round < 600; ++round) {
      format::Manifest manifest = net.manifest();
      for (uint32_t i = 0; i <= rng.Below(3); ++i) Damage(&manifest, rng);
      const auto plan = BuildPlan(manifest, load, {.kernels = &SimdKernels()});
      if (!plan.ok()) {
        ++refused;
        EXPECT_FALSE(plan.status().what().empty());
        EXPECT_FALSE(plan.status().where().empty());
        continue;
      }
      ++planned;
      for (size_t lanes : {1, 16}) RunInSeparateBuffers(*plan, lanes);
    }
  }
  // Both must happen, or the test tests nothing.
  EXPECT_GT(refused, 100);
  EXPECT_GT(planned, 100);
}

}  // namespace
}  // namespace dc::runtime
