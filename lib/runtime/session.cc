#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include "base/thread_pool.h"
#include "dc/runtime.h"
#include "runtime/arena.h"
#include "runtime/batch_blocks.h"
#include "runtime/constant_file.h"
#include "runtime/kernels/shift.h"
#include "runtime/lane_transpose.h"
#include "runtime/plan.h"

namespace dc {

using runtime::BatchBlocks;
using runtime::Block;
using runtime::FloatBlock;
using runtime::kLaneChoices;

struct Session::State {
  runtime::Plan plan;
  SessionInput input;
  std::vector<int64_t> output_shape;
  size_t input_size = 0, output_size = 0;  // values of a sample
  size_t most_inputs = 1;                  // of any step
  bool batch_ready = false;                // whether the operators can run more than one lane
  std::unique_ptr<ThreadPool> pool;        // null with one thread
  std::vector<FloatBlock> arenas;          // one a block that runs at the same time
  // Pointers to the inputs of a step, one row a block that runs at the same time.
  std::vector<std::vector<const float*>> step_inputs;

  size_t threads() const { return pool ? static_cast<size_t>(pool->threads()) : 1; }

  Status Prepare(int64_t batch, size_t largest);
  void RunBlock(const Block& block, size_t worker, bool alone, const float* in, float* out);
};

// Makes sure that there is memory for `batch` samples in blocks of up to kLaneChoices[largest], and
// for every smaller batch too.
Status Session::State::Prepare(int64_t batch, size_t largest) {
  const size_t blocks =
      static_cast<size_t>(std::min<int64_t>(batch, static_cast<int64_t>(threads())));
  if (largest > 0 && !batch_ready) {
    for (const runtime::Step& step : plan.steps) step.op->PrepareBatch();
    batch_ready = true;
  }
  uint64_t floats = 0;
  for (size_t i = 0; i <= largest; ++i) floats = std::max(floats, plan.memory[i].floats);
  while (arenas.size() < blocks) {
    arenas.emplace_back();
    step_inputs.emplace_back(most_inputs);
  }
  for (size_t i = 0; i < blocks; ++i) {
    if (arenas[i].ok() && arenas[i].floats() >= floats) continue;
    arenas[i] = FloatBlock();
    arenas[i] = FloatBlock(floats);
    if (!arenas[i].ok()) {
      return Unsupported("not enough memory for activations of " +
                             std::to_string(floats * sizeof(float)) + " bytes",
                         "Session::Run", "run smaller batches, or use fewer threads");
    }
  }
  return OkStatus();
}

// Takes one block through the network, in arena `worker`. `alone`: no other block runs, so that
// the operators may use the pool.
void Session::State::RunBlock(const Block& block, size_t worker, bool alone, const float* in,
                              float* out) {
  const size_t lanes = kLaneChoices[block.choice];
  const runtime::PlanMemory& memory = plan.memory[block.choice];
  float* arena = arenas[worker].data();
  const size_t samples = static_cast<size_t>(block.samples);
  const size_t first = static_cast<size_t>(block.first);
  runtime::ToLanes(in + first * input_size, samples, input_size, lanes,
                   arena + memory.buffers[plan.input]);
  std::vector<const float*>& inputs = step_inputs[worker];
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    const runtime::Step& step = plan.steps[s];
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      inputs[i] = arena + memory.buffers[step.inputs[i]];
    }
    step.op->Run({.lanes = lanes,
                  .inputs = std::span(inputs).first(step.inputs.size()),
                  .output = arena + memory.buffers[step.output],
                  .scratch = arena + memory.scratch[s],
                  .pool = alone ? pool.get() : nullptr});
  }
  runtime::FromLanes(arena + memory.buffers[plan.output], samples, output_size, lanes,
                     out + first * output_size);
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

StatusOr<Session> Session::Load(std::span<const uint8_t> bytes, const SessionOptions& options) {
  constexpr int kMaxThreads = 1024;
  if (options.threads < 0 || options.threads > kMaxThreads) {
    return UsageError(std::to_string(options.threads) + " threads", "Session::Load",
                      "give 0 for one a core, or up to " + std::to_string(kMaxThreads));
  }
  DC_ASSIGN_OR_RETURN(const format::File file, runtime::OpenFile(bytes));
  const format::Manifest& manifest = file.manifest();
  auto state = std::make_unique<State>();
  if (options.threads != 1) state->pool = std::make_unique<ThreadPool>(options.threads);
  if (state->threads() == 1) state->pool.reset();
  // A few parts a thread even out cores of unequal speed.
  const size_t max_chunks = state->pool ? 4 * state->threads() : 1;
  const runtime::KernelSet& kernels =
      options.reference_kernels ? runtime::ReferenceKernels() : runtime::SimdKernels();
  const runtime::ConstantLoader load = [&](size_t tensor) {
    return runtime::LoadConstant(file, tensor);
  };
  DC_ASSIGN_OR_RETURN(
      state->plan,
      runtime::BuildPlan(manifest, load, {.kernels = &kernels, .max_chunks = max_chunks}));

  const auto with_batch = [](const runtime::Shape& shape) {
    std::vector<int64_t> result = {-1};
    result.insert(result.end(), shape.begin(), shape.end());
    return result;
  };
  state->input = {.name = manifest.inputs[0].name,
                  .shape = with_batch(state->plan.input_shape),
                  .scale = manifest.scaling.scale,
                  .mean = manifest.scaling.mean,
                  .deviation = manifest.scaling.deviation,
                  .channels_last = manifest.scaling.channels_last,
                  .reverse_channels = manifest.scaling.reverse_channels};
  state->output_shape = with_batch(state->plan.output_shape);
  state->input_size = state->plan.buffer_sizes[state->plan.input];
  for (const runtime::Step& step : state->plan.steps) {
    state->most_inputs = std::max(state->most_inputs, step.inputs.size());
  }
  state->output_size = state->plan.buffer_sizes[state->plan.output];
  return Session(std::move(state));
}

const SessionInput& Session::input() const { return state_->input; }
const std::vector<int64_t>& Session::output_shape() const { return state_->output_shape; }
const std::vector<LayerPlan>& Session::plan() const { return state_->plan.layers; }

Status Session::Run(int64_t batch, std::span<const float> input, std::span<float> output) {
  State& state = *state_;
  const auto fits = [&](size_t size, size_t sample) {
    return size % sample == 0 && size / sample == static_cast<size_t>(batch);
  };
  if (batch < 1 || !fits(input.size(), state.input_size) ||
      !fits(output.size(), state.output_size)) {
    return UsageError("buffers of " + std::to_string(input.size()) + " and " +
                          std::to_string(output.size()) + " floats for a batch of " +
                          std::to_string(batch),
                      "Session::Run",
                      "a sample takes " + std::to_string(state.input_size) + " floats in and " +
                          std::to_string(state.output_size) + " out");
  }
  const size_t largest = ChooseLanes(batch, state.threads(), state.plan.memory);
  const BatchBlocks blocks(batch, largest);
  const size_t workers =
      static_cast<size_t>(std::min<int64_t>(blocks.count(), static_cast<int64_t>(state.threads())));
  DC_RETURN_IF_ERROR(state.Prepare(batch, largest));

  std::atomic<int64_t> next{0};
  const auto work = [&](size_t worker) {
    for (int64_t i = next++; i < blocks.count(); i = next++) {
      state.RunBlock(blocks[i], worker, blocks.count() == 1, input.data(), output.data());
    }
  };
  if (workers == 1) {
    work(0);
  } else {
    state.pool->ParallelFor(workers, std::cref(work));
  }
  return OkStatus();
}

}  // namespace dc
