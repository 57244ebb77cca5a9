// Vector types that kernels over planes and batches share; included once per SIMD target.
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

// The first `count` of kLanes floats; what comes after them is neither read nor written, as it may
// belong to another thread.
HWY_ATTR HWY_INLINE V LoadFirst(const float* HWY_RESTRICT from, size_t count) {
  if (HWY_LIKELY(count == kLanes)) return hn::LoadU(D(), from);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  // These instruction sets neither read nor write what a mask leaves out.
  return hn::MaskedLoad(hn::FirstN(D(), count), D(), from);
#else
  HWY_ALIGN float whole[kLanes] = {};
  for (size_t i = 0; i < count; ++i) whole[i] = from[i];
  return hn::Load(D(), whole);
#endif
}

HWY_ATTR HWY_INLINE void StoreFirst(V value, size_t count, float* HWY_RESTRICT to) {
  if (HWY_LIKELY(count == kLanes)) return hn::StoreU(value, D(), to);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(value, hn::FirstN(D(), count), D(), to);
#else
  HWY_ALIGN float whole[kLanes];
  hn::Store(value, D(), whole);
  for (size_t i = 0; i < count; ++i) to[i] = whole[i];
#endif
}

// Vectors of a line of `length` floats, and how many floats of the last one belong to it.
struct LineVectors {
  explicit LineVectors(size_t length)
      : count((length + kLanes - 1) / kLanes), last_floats(length - (count - 1) * kLanes) {}
  size_t count, last_floats;
  // For the tile that ends before vector `end`.
  size_t LastFloats(size_t end) const { return end == count ? last_floats : kLanes; }
};

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
