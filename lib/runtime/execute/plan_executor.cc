#include "runtime/execute/plan_executor.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "runtime/execute/lane_transpose.h"

namespace dc::runtime {
namespace {

size_t MostInputs(const Plan& plan) {
  size_t most = 1;
  for (const Step& step : plan.steps) most = std::max(most, step.inputs.size());
  return most;
}

}  // namespace

PlanExecutor::PlanExecutor(Plan&& plan, std::unique_ptr<ThreadPool> pool, ModelMemory* memory)
    : plan_(std::move(plan)),
      pool_(std::move(pool)),
      memory_(memory),
      input_size_(plan_.buffer_sizes[plan_.input]),
      output_size_(plan_.buffer_sizes[plan_.output]),
      contexts_(memory, threads(), MostInputs(plan_)) {}

void PlanExecutor::RunStep(size_t s, const Block& block, size_t worker, bool alone,
                           ExecutionContext* context) const {
  const Step& step = plan_.steps[s];
  const PlanMemory& memory = plan_.memory[block.choice];
  float* arena = context->arena(worker);
  const std::span<const float*> inputs = context->inputs(worker);
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    inputs[i] = arena + memory.buffers[step.inputs[i]];
  }
  step.kernel->Run({.lanes = kLaneChoices[block.choice],
                    .inputs = inputs.first(step.inputs.size()),
                    .output = arena + memory.buffers[step.output],
                    .scratch = arena + memory.scratch[s],
                    .pool = alone ? pool_.get() : nullptr});
}

void PlanExecutor::RunBlock(const Block& block, size_t worker, bool alone,
                            ExecutionContext* context, const float* in, float* out) const {
  const size_t lanes = kLaneChoices[block.choice];
  const PlanMemory& memory = plan_.memory[block.choice];
  const float* arena = context->arena(worker);
  const size_t samples = static_cast<size_t>(block.samples);
  const size_t first = static_cast<size_t>(block.first);
  ToLanes(in + first * input_size_, samples, input_size_, lanes,
          context->arena(worker) + memory.buffers[plan_.input]);
  for (size_t s = 0; s < plan_.steps.size(); ++s) RunStep(s, block, worker, alone, context);
  FromLanes(arena + memory.buffers[plan_.output], samples, output_size_, lanes,
            out + first * output_size_);
}

Status PlanExecutor::PrepareBatch() {
  if (batch_ready_) return OkStatus();
  const std::lock_guard<std::mutex> lock(batch_mutex_);
  if (batch_ready_) return OkStatus();
  for (Step& step : plan_.steps) step.kernel->PrepareBatch();
  if (memory_->refused()) {
    for (Step& step : plan_.steps) step.kernel->DropBatch();
    memory_->ForgetRefusal();
    return NoMemory("the allocator has no memory for the weights of batches", "Session::Run",
                    "give it more, or run single samples");
  }
  batch_ready_ = true;
  return OkStatus();
}

StatusOr<ContextPool::Lease> PlanExecutor::TakeContext(size_t workers, size_t largest) {
  // Every smaller batch fits, too.
  uint64_t floats = 0;
  for (size_t i = 0; i <= largest; ++i) floats = std::max(floats, plan_.memory[i].floats);
  if (largest > 0) DC_RETURN_IF_ERROR(PrepareBatch());
  return contexts_.Take(workers, floats);
}

StatusOr<StepTimes> PlanExecutor::Measure(int64_t batch, int repetitions) {
  if (batch < 1 || repetitions < 1) {
    return UsageError(
        "a batch of " + std::to_string(batch) + ", " + std::to_string(repetitions) + " repetitions",
        "Session::Measure", "both start at 1");
  }
  const size_t largest = ChooseLanes(batch, threads(), plan_.memory);
  const Block block = BatchBlocks(batch, largest)[0];
  const size_t lanes = kLaneChoices[block.choice];
  DC_ASSIGN_OR_RETURN(const ContextPool::Lease context, TakeContext(1, largest));
  StepTimes times{.block = block.samples};
  for (const Step& step : plan_.steps) {
    times.steps.push_back({.op = step.name,
                           .layer = step.layer,
                           .microseconds = std::numeric_limits<double>::infinity(),
                           .resident_bytes = step.kernel->ResidentBytes()});
  }
  float* const input = context->arena(0) + plan_.memory[block.choice].buffers[plan_.input];
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    // The arena reuses the input's place. No kernel's time depends on the values.
    for (size_t i = 0; i < input_size_ * lanes; ++i) input[i] = static_cast<float>(i % 7) / 8;
    for (size_t s = 0; s < plan_.steps.size(); ++s) {
      const auto begin = std::chrono::steady_clock::now();
      RunStep(s, block, 0, /*alone=*/true, context.get());
      const std::chrono::duration<double, std::micro> taken =
          std::chrono::steady_clock::now() - begin;
      times.steps[s].microseconds = std::min(times.steps[s].microseconds, taken.count());
    }
  }
  return times;
}

Status PlanExecutor::Run(int64_t batch, std::span<const float> input, std::span<float> output) {
  const auto fits = [&](size_t size, size_t sample) {
    return size % sample == 0 && size / sample == static_cast<size_t>(batch);
  };
  if (batch < 1 || !fits(input.size(), input_size_) || !fits(output.size(), output_size_)) {
    return UsageError("buffers of " + std::to_string(input.size()) + " and " +
                          std::to_string(output.size()) + " floats for a batch of " +
                          std::to_string(batch),
                      "Session::Run",
                      "a sample takes " + std::to_string(input_size_) + " floats in and " +
                          std::to_string(output_size_) + " out");
  }
  const size_t largest = ChooseLanes(batch, threads(), plan_.memory);
  const BatchBlocks blocks(batch, largest);
  const size_t workers =
      static_cast<size_t>(std::min<int64_t>(batch, static_cast<int64_t>(threads())));
  DC_ASSIGN_OR_RETURN(const ContextPool::Lease context, TakeContext(workers, largest));

  std::atomic<int64_t> next{0};
  const auto work = [&](size_t worker) {
    for (int64_t i = next++; i < blocks.count(); i = next++) {
      RunBlock(blocks[i], worker, blocks.count() == 1, context.get(), input.data(), output.data());
    }
  };
  if (workers == 1 || blocks.count() == 1) {
    work(0);
  } else {
    pool_->ParallelFor(std::min(workers, static_cast<size_t>(blocks.count())), work);
  }
  return OkStatus();
}

}  // namespace dc::runtime
