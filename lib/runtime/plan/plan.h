// From a manifest to a list of operators over numbered buffers.
#ifndef DC_RUNTIME_PLAN_PLAN_H_
#define DC_RUNTIME_PLAN_PLAN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include "dc/runtime.h"
#include "dc/status.h"
#include "format/manifest.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/load/constant.h"
#include "runtime/load/sample_shape.h"
#include "runtime/operators/operator_kernel.h"

namespace dc::runtime {

// How many samples the operators may process at once; see RunContext. Multiples of 16 fill whole
// vectors on every machine.
inline constexpr auto kLaneChoices = [] {
  if constexpr (kHasLanes) {
    return std::array<size_t, 4>{1, 16, 32, 64};
  } else {
    return std::array<size_t, 1>{1};
  }
}();

struct PlanOptions {
  const KernelSet* kernels = nullptr;
  size_t max_chunks = 1;  // that an operator may split its work into; 1 without threads
  // Where weights as they are executed come from; outlives the plan. Null: the heap.
  std::pmr::memory_resource* memory = nullptr;
  // What the plan may ask for, per sample: see limits.h.
  double max_work = std::numeric_limits<double>::infinity();
  uint64_t max_activation_bytes = uint64_t{1} << 32;
  // Not null: planning goes on after a node that cannot be executed, as far as shapes are known,
  // and this gets all reasons.
  std::vector<Status>* reasons = nullptr;
};

struct Step {
  OperatorKernel* kernel = nullptr;
  std::unique_ptr<OperatorKernel> owned;  // the kernel, unless an earlier step has it
  std::vector<uint32_t> inputs;           // buffers
  uint32_t output = 0;                    // a buffer
  bool joins = false;                     // the output is the inputs, one after the other
  std::string name;                       // the operator's
  int64_t layer = -1;                     // in Plan::layers, where the step has weights
};

// A buffer is itself, or lies `offset` values of a sample after the start of another, `whole`.
struct BufferPart {
  uint32_t whole = 0;
  uint64_t offset = 0;
};

// Where everything lies for one number of lanes.
struct PlanMemory {
  std::vector<uint64_t> buffers;  // offset of each buffer in the arena, in floats
  std::vector<uint64_t> scratch;  // of each step's working memory
  uint64_t floats = 0;            // of the arena
  uint64_t reread = 0;  // most floats that a step goes over many times; see OperatorKernel::Rereads
};

// An input or output of the plan.
struct PlanValue {
  op::Shape whole;  // the batch a symbol
  uint32_t buffer = 0;
};

struct Plan {
  std::vector<PlanValue> inputs, outputs;  // beside the manifest's
  std::vector<Step> steps;
  std::vector<uint64_t> buffer_sizes;                  // values of a sample
  std::vector<BufferPart> parts;                       // beside buffer_sizes
  std::vector<LayerPlan> layers;                       // kernels with weights, in order
  std::array<PlanMemory, kLaneChoices.size()> memory;  // beside kLaneChoices
};

// Checks every node that an output depends on, infers shapes by the operators' records, merges
// biases, batch normalization and activations into the layers before them, loads weights through
// `load` and plans memory. Dimension 0 of every input that has dimensions is the batch, unless the
// manifest says that shapes are fixed. Errors name the node by its number and name: BadInput where
// the manifest contradicts itself, Unsupported for what is not covered, sizes beyond kMaxSampleSize
// and more work or activations than `options` allow among it.
StatusOr<Plan> BuildPlan(const format::Manifest& manifest, const ConstantLoader& load,
                         const PlanOptions& options);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_PLAN_PLAN_H_
