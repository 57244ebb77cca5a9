// Lookups in two registers of AVX-512; included once per SIMD target, and of use in one.
#if defined(DC_RUNTIME_KERNELS_REGISTER_TABLE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DC_RUNTIME_KERNELS_REGISTER_TABLE_INL_H_
#undef DC_RUNTIME_KERNELS_REGISTER_TABLE_INL_H_
#else
#define DC_RUNTIME_KERNELS_REGISTER_TABLE_INL_H_
#endif

#include "hwy/highway.h"

#if HWY_TARGET == HWY_AVX3
HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

using D = hwy::HWY_NAMESPACE::FixedTag<float, 16>;
using DU = hwy::HWY_NAMESPACE::Rebind<uint32_t, D>;
using V = hwy::HWY_NAMESPACE::Vec<D>;
using VU = hwy::HWY_NAMESPACE::Vec<DU>;

// A table of 32 numbers. Lookups ignore the bits of an index above the low five.
struct Table {
  V low, high;
  HWY_ATTR HWY_INLINE V operator[](VU index) const {
    return V{_mm512_permutex2var_ps(low.raw, index.raw, high.raw)};
  }
};

// The 32 numbers at `from`.
HWY_ATTR HWY_INLINE Table LoadTable(const float* from) {
  return {hwy::HWY_NAMESPACE::LoadU(D(), from), hwy::HWY_NAMESPACE::LoadU(D(), from + 16)};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();
#endif

#endif
