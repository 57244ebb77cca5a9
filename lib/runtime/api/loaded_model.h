// What a Session holds: a plan that never changes, and the memory of the calls that execute it.
#ifndef DC_RUNTIME_API_LOADED_MODEL_H_
#define DC_RUNTIME_API_LOADED_MODEL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "dc/runtime.h"
#include "dc/status.h"
#include "runtime/execute/batch_blocks.h"
#include "runtime/execute/execution_context.h"
#include "runtime/load/model_memory.h"
#include "runtime/plan/plan.h"

namespace dc::runtime {

// UsageError for an allocator that has one of its two functions.
Status CheckAllocator(const Allocator& allocator);

class LoadedModel {
 public:
  // See Session::Load.
  static StatusOr<std::unique_ptr<LoadedModel>> Load(std::span<const uint8_t> bytes,
                                                     const SessionOptions& options);

  const SessionInput& input() const { return input_; }
  const std::string& output_name() const { return output_name_; }
  const std::vector<int64_t>& output_shape() const { return output_shape_; }
  const std::vector<LayerPlan>& layers() const { return plan_.layers; }

  // See Session::Run. Safe from many threads at once.
  Status Run(int64_t batch, std::span<const float> input, std::span<float> output);
  // See Session::Measure.
  StatusOr<StepTimes> Measure(int64_t batch, int repetitions);

 private:
  explicit LoadedModel(const Allocator& allocator) : memory_(allocator) {}

  // Builds the plan, and what follows from it.
  Status Build(std::span<const uint8_t> bytes, const SessionOptions& options);
  size_t threads() const { return pool_ ? static_cast<size_t>(pool_->threads()) : 1; }
  // Makes the operators ready for blocks of several samples: once, when the first comes.
  Status PrepareBatch();
  // A context for blocks of up to kLaneChoices[largest] samples, `workers` of them at a time.
  StatusOr<ContextPool::Lease> TakeContext(size_t workers, size_t largest);
  // Takes one block through the network in part `worker` of `context`. `alone`: no other block of
  // the batch runs, so that the operators may use the pool.
  void RunBlock(const Block& block, size_t worker, bool alone, ExecutionContext* context,
                const float* in, float* out) const;
  // The same for step `s` of it.
  void RunStep(size_t s, const Block& block, size_t worker, bool alone,
               ExecutionContext* context) const;

  ModelMemory memory_;  // outlives the others
  Plan plan_;
  SessionInput input_;
  std::string output_name_;
  std::vector<int64_t> output_shape_;
  size_t input_size_ = 0, output_size_ = 0;  // values of a sample
  std::unique_ptr<ThreadPool> pool_;         // null with one thread
  std::optional<ContextPool> contexts_;
  std::mutex batch_mutex_;
  std::atomic<bool> batch_ready_{false};
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_API_LOADED_MODEL_H_
