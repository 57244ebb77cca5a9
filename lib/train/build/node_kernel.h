// What the executor knows of a node: forward and backward on memory bound when it was made.
#ifndef DC_TRAIN_BUILD_NODE_KERNEL_H_
#define DC_TRAIN_BUILD_NODE_KERNEL_H_

#include <cstdint>
#include <dnnl.hpp>

namespace dc::train {

// Which random numbers a step draws.
struct StepContext {
  uint64_t seed = 0;
  int64_t step = 0;  // over the whole run
  int shard = 0;     // part of the batch
};

// One node of the network for one batch size. Neither function allocates.
class OperatorKernel {
 public:
  virtual ~OperatorKernel() = default;
  // Inputs -> outputs. In training it also keeps what Backward needs.
  virtual void Forward(dnnl::stream& stream, const StepContext& context) = 0;
  // Gradients of the outputs -> gradients of inputs and parameters, for the values of the last
  // Forward. Only called in training.
  virtual void Backward(dnnl::stream& stream) = 0;
};

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_NODE_KERNEL_H_
