// Vector types that the shift kernels share; included once a SIMD target.
#if defined(DC_RUNTIME_KERNELS_SHIFT_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DC_RUNTIME_KERNELS_SHIFT_VECTORS_INL_H_
#undef DC_RUNTIME_KERNELS_SHIFT_VECTORS_INL_H_
#else
#define DC_RUNTIME_KERNELS_SHIFT_VECTORS_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"
#include "runtime/kernels/shift.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kShiftUnit>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());

// Whether the target has 32 vector registers; else 16.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_ARCH_ARM_A64
constexpr bool kManyRegisters = true;
#else
constexpr bool kManyRegisters = false;
#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#endif
