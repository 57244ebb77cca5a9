// Convolution with stride 1 by Winograd's minimal filtering, from a weight that stays codes.
#ifndef DC_RUNTIME_OPERATORS_WINOGRAD_OP_H_
#define DC_RUNTIME_OPERATORS_WINOGRAD_OP_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/operators/operator_kernel.h"
#include "runtime/operators/sliding_window.h"

namespace dc::runtime {

// What the method has to do for a sample: nothing it covers where the window is not 3x3 with
// strides and dilations of 1.
WinogradUse WinogradUseOf(const SlidingWindow& window, int64_t channels);

// The operator; the form of `weight` has filters, one matrix per group of the `channels` of the
// input.
std::unique_ptr<OperatorKernel> MakeWinograd(LayerWeight weight, const SlidingWindow& window,
                                             int64_t channels, size_t max_chunks,
                                             const KernelSet& kernels);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_WINOGRAD_OP_H_
