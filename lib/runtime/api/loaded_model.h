// What a Session holds: a .dcz that was opened, planned and is ready to be executed.
#ifndef DC_RUNTIME_API_LOADED_MODEL_H_
#define DC_RUNTIME_API_LOADED_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dc/runtime.h"
#include "dc/status.h"
#include "runtime/execute/plan_executor.h"
#include "runtime/load/model_memory.h"

namespace dc::runtime {

// UsageError for an allocator that has one of its two functions.
Status CheckAllocator(const Allocator& allocator);

class LoadedModel {
 public:
  // See Session::Load.
  static StatusOr<std::unique_ptr<LoadedModel>> Load(std::span<const uint8_t> bytes,
                                                     const SessionOptions& options);

  const std::vector<SessionInput>& inputs() const { return inputs_; }
  const std::vector<SessionOutput>& outputs() const { return outputs_; }
  const std::vector<LayerPlan>& layers() const { return executor_->plan().layers; }
  bool int8_activations() const { return int8_activations_; }

  // See Session::Run. Safe from many threads at once.
  Status Run(int64_t batch, std::span<const std::span<const float>> inputs,
             std::span<const std::span<float>> outputs) {
    return executor_->Run(batch, inputs, outputs);
  }
  Status RunFirst(int64_t batch, std::span<const float> input, std::span<float> output);
  // See Session::Cancel.
  void Cancel(bool on) { executor_->Cancel(on); }
  // See Session::Measure.
  StatusOr<StepTimes> Measure(int64_t batch, int repetitions) {
    return executor_->Measure(batch, repetitions);
  }

 private:
  explicit LoadedModel(const SessionOptions& options)
      : memory_(options.allocator, options.memory_limit) {}

  // Builds the plan, and what follows from it.
  Status Build(std::span<const uint8_t> bytes, const SessionOptions& options);

  ModelMemory memory_;                    // outlives the executor
  std::unique_ptr<ThreadPool> pool_;      // while it is loaded; then the executor's
  std::optional<PlanExecutor> executor_;  // once it is built
  std::vector<SessionInput> inputs_;
  std::vector<SessionOutput> outputs_;
  bool int8_activations_ = false;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_API_LOADED_MODEL_H_
