#include "runtime/kernels/kernel_set.h"

#include "hwy/highway.h"
#include "hwy/targets.h"

namespace dc::runtime {

const KernelSet& ReferenceKernels() {
  static constexpr KernelSet kKernels{
      SellGatherRef, SparseShiftRef, BlockPermuteRef, PanelDotRef, PanelShiftRef, LrnRef, true};
  return kKernels;
}

const KernelSet& SimdKernels() {
  static const KernelSet kKernels{SellGatherSimd, SparseShiftSimd,     BlockPermuteSimd,
                                  PanelDotSimd,   PanelShiftSimd,      LrnSimd,
                                  false,          BlockPermuteIsFast()};
  return kKernels;
}

std::string TargetName(const KernelSet& kernels) {
  if (kernels.reference) return "reference";
  // Better targets have lower bits.
  const int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(targets & -targets);
}

}  // namespace dc::runtime
