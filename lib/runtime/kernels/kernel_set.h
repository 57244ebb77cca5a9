// The kernels that a session uses: those of weights as one table, those that one operator alone
// calls by its choice between two.
#ifndef DC_RUNTIME_KERNELS_KERNEL_SET_H_
#define DC_RUNTIME_KERNELS_KERNEL_SET_H_

#include <string>

#include "runtime/kernels/all_finite.h"
#include "runtime/kernels/block_permute.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/byte_permute.h"
#include "runtime/kernels/column_scatter.h"
#include "runtime/kernels/panel_dot.h"
#include "runtime/kernels/panel_shift.h"
#include "runtime/kernels/rest_gather.h"
#include "runtime/kernels/sell_gather.h"
#include "runtime/kernels/sparse_shift.h"
#include "runtime/kernels/winograd.h"

namespace dc::runtime {

struct KernelSet {
  AllFinite* all_finite;
  SellGather* sell_gather;
  SparseShift* sparse_shift;
  BlockPermute* block_permute;
  RestGather* rest_gather;
  CollectActive* collect_active;
  ColumnScatter* column_scatter;
  PanelDot* panel_dot;
  PanelShift* panel_shift;
  bool winograd = false;  // whether there are the following
  WinogradTransformInput* winograd_transform_input = nullptr;
  WinogradTransformFilters* winograd_transform_filters = nullptr;
  WinogradMultiply* winograd_multiply = nullptr;
  WinogradTransformOutput* winograd_transform_output = nullptr;
  // Null: inputs are floats.
  QuantizeBytes* quantize_bytes = nullptr;
  BytePermute* byte_permute = nullptr;
  bool reference = false;
  bool fast_blocks = false;  // whether block_permute is worth its layout here
};

// Of a kernel that is not in the table, so that a build without the operator is without it.
template <typename Kernel>
Kernel* ChooseKernel(const KernelSet& kernels, Kernel* reference, Kernel* simd) {
  return kHasReference && kernels.reference ? reference : simd;
}

// Plain loops: they define what the others compute.
const KernelSet& ReferenceKernels();
// Highway, for the best instruction set of this machine.
const KernelSet& SimdKernels();
// The same with inputs of 8 bits for sparse fully connected layers; without them where the
// processor has no instructions that make it worth while, and in builds for size.
const KernelSet& ReferenceByteKernels();
const KernelSet& SimdByteKernels();

// "reference", or the instruction set that SimdKernels runs on here ("AVX3", "NEON", ...).
std::string TargetName(const KernelSet& kernels);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_KERNEL_SET_H_
