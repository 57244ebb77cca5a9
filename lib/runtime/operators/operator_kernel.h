// One step of a plan: an operator with its weights laid out.
#ifndef DC_RUNTIME_OPERATORS_OPERATOR_KERNEL_H_
#define DC_RUNTIME_OPERATORS_OPERATOR_KERNEL_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "runtime/kernels/lanes.h"

namespace dc::runtime {

// Activations of `lanes` samples lie as [value of the sample][sample]: value i of sample s is at
// i * lanes + s, values in row-major order of the sample's shape. One sample is the plain row-major
// array; with more, vector lanes run over the samples whatever the operator does.
struct RunContext {
  Lanes lanes = 1;
  std::span<const float* const> inputs;  // activations only, in the node's order
  float* output = nullptr;
  float* scratch = nullptr;    // ScratchFloats(lanes) floats
  ThreadPool* pool = nullptr;  // null: stay on this thread
};

class OperatorKernel {
 public:
  virtual ~OperatorKernel() = default;

  // Floats of working memory that Run needs for that many lanes.
  virtual uint64_t ScratchFloats(Lanes lanes) const {
    static_cast<void>(lanes);
    return 0;
  }

  // Bytes of its weight, in all forms that it has by now.
  virtual int64_t ResidentBytes() const { return 0; }

  // Whether Run goes over its activations many times, so that they should fit a cache.
  virtual bool Rereads() const { return false; }

  // Called before the first Run with more than one lane. Runs with one lane may be going on.
  virtual void PrepareBatch() {}
  // Undoes it, there having been too little memory.
  virtual void DropBatch() {}

  // Computes the output. Inputs and scratch are readable kReadSlack floats beyond their ends. The
  // result of a sample depends neither on the pool nor on the number of lanes above 1.
  virtual void Run(const RunContext& context) const = 0;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_OPERATOR_KERNEL_H_
