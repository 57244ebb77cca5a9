// The memory that one call of Session::Run works in. Calls at the same time have one each; after a
// call it waits for the next.
#ifndef DC_RUNTIME_EXECUTE_EXECUTION_CONTEXT_H_
#define DC_RUNTIME_EXECUTE_EXECUTION_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "dc/status.h"
#include "runtime/load/model_memory.h"

namespace dc::runtime {

class ExecutionContext {
 public:
  // For up to `blocks` blocks at the same time and steps with up to `most_inputs` inputs.
  ExecutionContext(size_t blocks, size_t most_inputs);

  // The activations of block `block`.
  float* arena(size_t block) const { return arenas_[block].data(); }
  // Room for pointers to the inputs of a step of block `block`.
  std::span<const float*> inputs(size_t block) {
    return std::span(inputs_).subspan(block * most_inputs_, most_inputs_);
  }

 private:
  friend class ContextPool;

  // Whether each of the first `blocks` blocks has `floats` floats.
  bool Fits(size_t blocks, uint64_t floats) const;
  // Makes it so; NoMemory where there are none.
  Status Grow(size_t blocks, uint64_t floats, ModelMemory* memory);
  uint64_t TotalFloats() const;

  size_t most_inputs_;
  std::vector<FloatBlock> arenas_;
  std::vector<const float*> inputs_;
  ExecutionContext* next_ = nullptr;  // in the list of those that wait
};

// The contexts of a model: as many as there were calls at the same time.
class ContextPool {
 public:
  // Contexts are for up to `blocks` blocks and `most_inputs` inputs. `memory` outlives the pool.
  ContextPool(ModelMemory* memory, size_t blocks, size_t most_inputs)
      : memory_(memory), blocks_(blocks), most_inputs_(most_inputs) {}
  // No call may be running.
  ~ContextPool();
  ContextPool(const ContextPool&) = delete;
  ContextPool& operator=(const ContextPool&) = delete;

  // Brings a context back to its pool.
  struct Return {
    ContextPool* pool;
    void operator()(ExecutionContext* context) const;
  };
  using Lease = std::unique_ptr<ExecutionContext, Return>;

  // A context with `floats` floats in each of its first `blocks` blocks: the smallest of those that
  // wait and fit, so that calls of several sizes keep finding theirs; else the largest that waits,
  // made larger; else a new one. NoMemory.
  StatusOr<Lease> Take(size_t blocks, uint64_t floats);

 private:
  // Removes the context that Take describes from the list; null where none waits.
  ExecutionContext* TakeWaiting(size_t blocks, uint64_t floats);

  ModelMemory* memory_;
  size_t blocks_, most_inputs_;
  std::mutex mutex_;
  ExecutionContext* waiting_ = nullptr;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_EXECUTE_EXECUTION_CONTEXT_H_
