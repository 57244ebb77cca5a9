// The points of Winograd's method and arithmetic with them; included once per SIMD target.
#if defined(DC_RUNTIME_KERNELS_WINOGRAD_POINTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef DC_RUNTIME_KERNELS_WINOGRAD_POINTS_INL_H_
#undef DC_RUNTIME_KERNELS_WINOGRAD_POINTS_INL_H_
#else
#define DC_RUNTIME_KERNELS_WINOGRAD_POINTS_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"
#include "runtime/kernels/shift_vectors-inl.h"
#include "runtime/kernels/winograd.h"

// Machines of before 2013 convolve directly: their kernels would be a third of the code.
#undef DC_HAS_WINOGRAD
#define DC_HAS_WINOGRAD (HWY_TARGET != HWY_SSE4)

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

constexpr size_t kSide = kWinogradSide, kOutputs = kWinogradOutputs, kTaps = kWinogradTaps;
constexpr size_t kRows = kWinogradRows;
// The points are 0, +-kA, +-kB and infinity; kASquare * kBSquare is 1.
constexpr float kA = 0.70710678f, kASquare = 0.5f, kB = 1.41421356f, kBSquare = 2.0f;

HWY_ATTR HWY_INLINE V Times(float factor, V v) { return hn::Mul(hn::Set(D(), factor), v); }
HWY_ATTR HWY_INLINE V AddTimes(V sum, float factor, V v) {
  return hn::MulAdd(hn::Set(D(), factor), v, sum);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#endif
