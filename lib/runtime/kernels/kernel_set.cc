#include "runtime/kernels/kernel_set.h"

#include "base/cpu.h"
#include "hwy/highway.h"
#include "hwy/targets.h"

namespace dc::runtime {

namespace {
constexpr KernelSet kReferenceKernels{.all_finite = AllFiniteRef,
                                      .sell_gather = SellGatherRef,
                                      .sparse_shift = SparseShiftRef,
                                      .block_permute = BlockPermuteRef,
                                      .rest_gather = RestGatherRef,
                                      .collect_active = CollectActiveRef,
                                      .column_scatter = ColumnScatterRef,
                                      .panel_dot = PanelDotRef,
                                      .panel_shift = PanelShiftRef,
                                      .reference = true};

constexpr KernelSet WithBytes(KernelSet set, QuantizeBytes* quantize, BytePermute* permute) {
  if (kHasBytes) {
    set.quantize_bytes = quantize;
    set.byte_permute = permute;
  }
  return set;
}
}  // namespace

const KernelSet& ReferenceKernels() { return kReferenceKernels; }

// Not made a second time for the set that has bytes, too.
[[gnu::noinline]] const KernelSet& SimdKernels() {
  static const KernelSet kKernels = [] {
    KernelSet set{.all_finite = kForSize ? AllFiniteRef : AllFiniteSimd,
                  .sell_gather = SellGatherSimd,
                  .sparse_shift = SparseShiftSimd,
                  .block_permute = kHasBlocks ? BlockPermuteSimd : nullptr,
                  .rest_gather = !kHasBlocks        ? nullptr
                                 : HasFastGathers() ? RestGatherSimd
                                                    : RestLoadSimd,
                  .collect_active = kForSize ? nullptr : CollectActiveSimd,
                  .column_scatter = kForSize ? nullptr : ColumnScatterSimd,
                  .panel_dot = PanelDotSimd,
                  .panel_shift = PanelShiftSimd,
                  .fast_blocks = kHasBlocks && BlockPermuteIsFast()};
    if (!kForSize) {
      set.winograd = WinogradIsCovered();
      set.winograd_transform_input = WinogradTransformInputSimd;
      set.winograd_transform_filters = WinogradTransformFiltersSimd;
      set.winograd_multiply = WinogradMultiplySimd;
      set.winograd_transform_output = WinogradTransformOutputSimd;
    }
    return set;
  }();
  return kKernels;
}

const KernelSet& ReferenceByteKernels() {
  static constexpr KernelSet kKernels =
      WithBytes(kReferenceKernels, QuantizeBytesRef, BytePermuteRef);
  return kKernels;
}

const KernelSet& SimdByteKernels() {
  static const KernelSet kKernels =
      BytePermuteIsFast() ? WithBytes(SimdKernels(), QuantizeBytesSimd, BytePermuteSimd)
                          : SimdKernels();
  return kKernels;
}

std::string TargetName(const KernelSet& kernels) {
  if (kernels.reference) return "reference";
  // Better targets have lower bits.
  const int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(targets & -targets);
}

}  // namespace dc::runtime
