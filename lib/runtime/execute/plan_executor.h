// Takes batches through a plan.
#ifndef DC_RUNTIME_EXECUTE_PLAN_EXECUTOR_H_
#define DC_RUNTIME_EXECUTE_PLAN_EXECUTOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "dc/runtime.h"
#include "dc/status.h"
#include "runtime/execute/batch_blocks.h"
#include "runtime/execute/caller_layout.h"
#include "runtime/execute/execution_context.h"
#include "runtime/load/model_memory.h"
#include "runtime/plan/plan.h"

namespace dc::runtime {

// What a call of Session::Run hands in.
struct CallerBuffers {
  int64_t batch = 1;
  std::span<const std::span<const float>> inputs;
  std::span<const std::span<float>> outputs;  // an empty one: not wanted
};

// A plan, the threads that execute it, and the memory of the calls that run.
class PlanExecutor {
 public:
  // Without `pool` calls stay on their thread. `memory` outlives the executor.
  PlanExecutor(Plan&& plan, std::unique_ptr<ThreadPool> pool, ModelMemory* memory);

  const Plan& plan() const { return plan_; }

  // See Session::Run: a buffer for every input and output. Safe from many threads at once.
  Status Run(int64_t batch, std::span<const std::span<const float>> inputs,
             std::span<const std::span<float>> outputs);
  // See Session::Cancel.
  void Cancel(bool on) { cancelled_.store(on, std::memory_order_relaxed); }
  // See Session::Measure.
  StatusOr<StepTimes> Measure(int64_t batch, int repetitions);

 private:
  size_t threads() const {
    return kHasThreads && pool_ ? static_cast<size_t>(pool_->threads()) : 1;
  }
  // Makes the operators ready for blocks of several samples: once, when the first comes.
  Status PrepareBatch();
  void DropBatch() const;
  // Floats of activations of a block of up to kLaneChoices[largest] samples.
  uint64_t FloatsOfBlock(size_t largest) const;
  // A context for blocks of up to kLaneChoices[largest] samples, `workers` of them at a time.
  StatusOr<ContextPool::Lease> TakeContext(size_t workers, size_t largest);
  // Takes one block through the network in part `worker` of `context`; false where it was cancelled
  // on the way. `alone`: no other block of the batch runs, so that the operators may use the pool.
  bool RunBlock(const Block& block, const CallerBuffers& buffers, size_t worker, bool alone,
                ExecutionContext* context) const;
  // The same for step `s` of it.
  void RunStep(size_t s, const Block& block, size_t worker, bool alone,
               ExecutionContext* context) const;

  Plan plan_;
  std::unique_ptr<ThreadPool> pool_;  // null with one thread
  ModelMemory* memory_;
  std::vector<CallerLayout> inputs_, outputs_;  // beside the plan's
  ContextPool contexts_;
  std::mutex batch_mutex_;
  std::atomic<bool> batch_ready_{false};
  std::atomic<bool> cancelled_{false};
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_EXECUTE_PLAN_EXECUTOR_H_
