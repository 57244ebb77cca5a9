// Vector types and the epilogue that the shift kernels share; included once a SIMD target.
#if defined(DC_RUNTIME_KERNELS_STORE_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DC_RUNTIME_KERNELS_STORE_TILE_INL_H_
#undef DC_RUNTIME_KERNELS_STORE_TILE_INL_H_
#else
#define DC_RUNTIME_KERNELS_STORE_TILE_INL_H_
#endif

#include <cstring>

#include "hwy/highway.h"
#include "runtime/kernels/clamp.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());

// y[i] = clamp(sums[i] + bias) for the first `count` positions of the tile.
template <size_t kVectors>
HWY_ATTR HWY_INLINE void StoreTile(const V (&sums)[kVectors], float bias, Clamp clamp, size_t count,
                                   float* HWY_RESTRICT y) {
  const D d;
  const V b = hn::Set(d, bias);
  const V lo = hn::Set(d, clamp.lo);
  const V hi = hn::Set(d, clamp.hi);
  HWY_ALIGN float whole[kVectors * kLanes];
  float* out = count == kVectors * kLanes ? y : whole;
  for (size_t v = 0; v < kVectors; ++v) {
    hn::StoreU(hn::Min(hn::Max(hn::Add(sums[v], b), lo), hi), d, out + v * kLanes);
  }
  if (out == whole) memcpy(y, whole, count * sizeof(float));
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#endif
