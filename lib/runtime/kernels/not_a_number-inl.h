// Minima and maxima that keep NaN, as ONNX's operators do; included once per SIMD target.
//
// What is not a number stays that in every product, sum, clamp and maximum, and infinity times zero
// is NaN. What a sparse weight's zeros would make of it forms/dense_product.h adds.
#if defined(DC_RUNTIME_KERNELS_NOT_A_NUMBER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DC_RUNTIME_KERNELS_NOT_A_NUMBER_INL_H_
#undef DC_RUNTIME_KERNELS_NOT_A_NUMBER_INL_H_
#else
#define DC_RUNTIME_KERNELS_NOT_A_NUMBER_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

// The smaller and the larger of `v` and a limit that is a number; NaN where `v` is. On x86 the
// instructions return their second operand where one of the two is NaN, on Arm the number.
template <class V>
HWY_ATTR HWY_INLINE V AtMost(V limit, V v) {
#if HWY_ARCH_X86
  return hwy::HWY_NAMESPACE::Min(limit, v);
#else
  return hwy::HWY_NAMESPACE::IfThenElse(hwy::HWY_NAMESPACE::Lt(limit, v), limit, v);
#endif
}

template <class V>
HWY_ATTR HWY_INLINE V AtLeast(V limit, V v) {
#if HWY_ARCH_X86
  return hwy::HWY_NAMESPACE::Max(limit, v);
#else
  return hwy::HWY_NAMESPACE::IfThenElse(hwy::HWY_NAMESPACE::Lt(v, limit), limit, v);
#endif
}

// The larger of two; NaN where one of them is.
template <class V>
HWY_ATTR HWY_INLINE V Larger(V a, V b) {
  namespace hn = hwy::HWY_NAMESPACE;
#if HWY_ARCH_X86
  return hn::IfThenElse(hn::IsNaN(a), a, hn::Max(a, b));
#else
  return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::Lt(b, a)), a, b);
#endif
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#endif
