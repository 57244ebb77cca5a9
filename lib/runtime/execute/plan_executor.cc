#include "runtime/execute/plan_executor.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "base/text.h"
#include "runtime/kernels/build.h"
#include "runtime/load/attempt.h"

namespace dc::runtime {
namespace {

size_t MostInputs(const Plan& plan) {
  size_t most = 1;
  for (const Step& step : plan.steps) most = std::max(most, step.inputs.size());
  return most;
}

std::vector<CallerLayout> LayoutsOf(const std::vector<PlanValue>& values) {
  std::vector<CallerLayout> layouts;
  for (const PlanValue& value : values) layouts.emplace_back(value.whole);
  return layouts;
}

[[gnu::cold]] Status WrongCount([[maybe_unused]] size_t buffers, [[maybe_unused]] size_t values,
                                [[maybe_unused]] const char* what) {
  return UsageError(DC_ERROR_TEXT("more or fewer buffers than values", buffers, " buffers for ",
                                  values, " ", what, "s"),
                    "Session::Run", "give one for each");
}

[[gnu::cold]] Status WrongSize([[maybe_unused]] size_t size, [[maybe_unused]] size_t right,
                               [[maybe_unused]] int64_t batch, [[maybe_unused]] const char* what,
                               [[maybe_unused]] size_t i) {
  return UsageError(DC_ERROR_TEXT("a buffer of the wrong size", "a buffer of ", size,
                                  " floats for ", what, " ", i, " and a batch of ", batch),
                    "Session::Run",
                    DC_ERROR_TEXT("its shape times the batch is right", "it takes ", right));
}

// UsageError where the buffers do not have the `floats` that each value takes.
template <typename Buffers>
Status CheckBuffers(const Buffers& buffers, const std::vector<CallerLayout>& layouts, int64_t batch,
                    bool may_be_empty, const char* what) {
  if (buffers.size() != layouts.size()) return WrongCount(buffers.size(), layouts.size(), what);
  for (size_t i = 0; i < layouts.size(); ++i) {
    const size_t floats = layouts[i].Floats(batch);
    if (buffers[i].size() == floats || (may_be_empty && buffers[i].empty())) continue;
    return WrongSize(buffers[i].size(), floats, batch, what, i);
  }
  return OkStatus();
}

}  // namespace

PlanExecutor::PlanExecutor(Plan&& plan, std::unique_ptr<ThreadPool> pool, ModelMemory* memory)
    : plan_(std::move(plan)),
      pool_(std::move(pool)),
      memory_(memory),
      inputs_(LayoutsOf(plan_.inputs)),
      outputs_(LayoutsOf(plan_.outputs)),
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

bool PlanExecutor::RunBlock(const Block& block, const CallerBuffers& buffers, size_t worker,
                            bool alone, ExecutionContext* context) const {
  const size_t lanes = kLaneChoices[block.choice];
  const PlanMemory& memory = plan_.memory[block.choice];
  float* arena = context->arena(worker);
  const size_t samples = static_cast<size_t>(block.samples);
  const size_t first = static_cast<size_t>(block.first);
  for (size_t i = 0; i < inputs_.size(); ++i) {
    inputs_[i].ToLanes(buffers.inputs[i].data(), buffers.batch, first, samples, lanes,
                       arena + memory.buffers[plan_.inputs[i].buffer]);
  }
  for (size_t s = 0; s < plan_.steps.size(); ++s) {
    if (cancelled_.load(std::memory_order_relaxed)) return false;
    RunStep(s, block, worker, alone, context);
  }
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (buffers.outputs[i].empty()) continue;
    outputs_[i].FromLanes(arena + memory.buffers[plan_.outputs[i].buffer], buffers.batch, first,
                          samples, lanes, buffers.outputs[i].data());
  }
  return true;
}

void PlanExecutor::DropBatch() const {
  for (const Step& step : plan_.steps) {
    if (step.owned) step.kernel->DropBatch();
  }
}

Status PlanExecutor::PrepareBatch() {
  if (batch_ready_) return OkStatus();
  const std::lock_guard<std::mutex> lock(batch_mutex_);
  if (batch_ready_) return OkStatus();
  const auto prepare = [](const void* self) {
    for (const Step& step : static_cast<const PlanExecutor*>(self)->plan_.steps) {
      if (step.owned) step.kernel->PrepareBatch();
    }
    return OkStatus();
  };
  const auto drop = [](const void* self) { static_cast<const PlanExecutor*>(self)->DropBatch(); };
  DC_RETURN_IF_ERROR(Attempt(memory_, {prepare, this}, drop));
  if (memory_->refused()) {
    DropBatch();
    memory_->ForgetRefusal();
    return NoMemory("the allocator has no memory for the weights of batches", "Session::Run",
                    "give it more, or run single samples");
  }
  batch_ready_ = true;
  return OkStatus();
}

uint64_t PlanExecutor::FloatsOfBlock(size_t largest) const {
  // Every smaller batch fits, too.
  uint64_t floats = 0;
  for (size_t i = 0; i <= largest; ++i) floats = std::max(floats, plan_.memory[i].floats);
  return floats;
}

StatusOr<ContextPool::Lease> PlanExecutor::TakeContext(size_t workers, size_t largest) {
  if (kHasLanes && largest > 0) DC_RETURN_IF_ERROR(PrepareBatch());
  return contexts_.Take(workers, FloatsOfBlock(largest));
}

StatusOr<StepTimes> PlanExecutor::Measure(int64_t batch, int repetitions) {
  if (batch < 1 || repetitions < 1) {
    return UsageError(DC_ERROR_TEXT("no batch, or no repetitions", "a batch of ", batch, ", ",
                                    repetitions, " repetitions"),
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
                           .resident_bytes = step.owned ? step.kernel->ResidentBytes() : 0});
  }
  // What takes long need not be repeated to be measured.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    if (repetition > 0 && std::chrono::steady_clock::now() > end) break;
    // The arena reuses the inputs' places. No kernel's time depends on the values.
    for (const PlanValue& value : plan_.inputs) {
      float* const input = context->arena(0) + plan_.memory[block.choice].buffers[value.buffer];
      const uint64_t floats = plan_.buffer_sizes[value.buffer] * lanes;
      for (uint64_t i = 0; i < floats; ++i) input[i] = static_cast<float>(i % 7) / 8;
    }
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

Status PlanExecutor::Run(int64_t batch, std::span<const std::span<const float>> inputs,
                         std::span<const std::span<float>> outputs) {
  if (batch < 1) {
    return UsageError(DC_ERROR_TEXT("a batch of none", "a batch of ", batch), "Session::Run",
                      "it starts at 1");
  }
  DC_RETURN_IF_ERROR(CheckBuffers(inputs, inputs_, batch, false, "input"));
  DC_RETURN_IF_ERROR(CheckBuffers(outputs, outputs_, batch, true, "output"));
  const size_t largest = ChooseLanes(batch, threads(), plan_.memory);
  const BatchBlocks blocks(batch, largest);
  const size_t workers = ChooseWorkers(batch, threads(), FloatsOfBlock(largest));
  DC_ASSIGN_OR_RETURN(const ContextPool::Lease context, TakeContext(workers, largest));

  const CallerBuffers buffers{batch, inputs, outputs};
  std::atomic<int64_t> next{0};
  std::atomic<bool> stopped{false};
  const auto work = [&](size_t worker) {
    for (int64_t i = next++; i < blocks.count() && !stopped; i = next++) {
      if (!RunBlock(blocks[i], buffers, worker, blocks.count() == 1, context.get())) stopped = true;
    }
  };
  if (!kHasThreads || workers == 1 || blocks.count() == 1) {
    work(0);
  } else {
    pool_->ParallelFor(std::min(workers, static_cast<size_t>(blocks.count())), work);
  }
  if (stopped) return Cancelled("cancelled", "Session::Run");
  return OkStatus();
}

}  // namespace dc::runtime
