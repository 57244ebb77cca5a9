// Convolution with stride 1 by Winograd's minimal filtering, from a weight that stays codes.
#ifndef DC_RUNTIME_OPERATORS_WINOGRAD_OP_H_
#define DC_RUNTIME_OPERATORS_WINOGRAD_OP_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/clamp.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/operators/operator_kernel.h"
#include "runtime/operators/sliding_window.h"

namespace dc::runtime {

// About how long one sample takes, over what the dense kernel takes for the convolution itself.
// Infinity where the window is not 3x3 with strides and dilations of 1.
double WinogradCost(const SlidingWindow& window, int64_t channels, int64_t rows, int64_t groups);

// How a WinogradOp runs.
struct WinogradOptions {
  Clamp clamp;
  size_t max_chunks = 1;
  const KernelSet& kernels;
};

// The operator; `weight` has filters, one a group of the `channels` of the input.
std::unique_ptr<OperatorKernel> MakeWinograd(LayerWeight weight, std::vector<float> bias,
                                             const SlidingWindow& window, int64_t channels,
                                             const WinogradOptions& options);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_WINOGRAD_OP_H_
