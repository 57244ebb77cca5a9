#include "hwy/cache_control.h"
#include "runtime/kernels/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/winograd_product.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/winograd_points-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

#if DC_HAS_WINOGRAD

namespace {

// kColumns columns by the rows of two vectors.
template <size_t kColumns>
HWY_ATTR HWY_INLINE void Product(const float* HWY_RESTRICT u, const float* HWY_RESTRICT v,
                                 size_t v_pitch, size_t channels, bool add, float* HWY_RESTRICT m) {
  const D d;
  V sums[kColumns][2];
  for (size_t i = 0; i < kColumns; ++i) {
    for (size_t r = 0; r < 2; ++r) {
      sums[i][r] = add ? hn::LoadU(d, m + i * kRows + r * kLanes) : hn::Zero(d);
    }
  }
  for (size_t c = 0; c < channels; ++c, u += kRows, v += v_pitch) {
    // The columns of the next position.
    hwy::Prefetch(v + channels * v_pitch);
    const V u0 = hn::LoadU(d, u), u1 = hn::LoadU(d, u + kLanes);
    for (size_t i = 0; i < kColumns; ++i) {
      const V value = hn::Set(d, v[i]);
      sums[i][0] = hn::MulAdd(u0, value, sums[i][0]);
      sums[i][1] = hn::MulAdd(u1, value, sums[i][1]);
    }
  }
  for (size_t i = 0; i < kColumns; ++i) {
    for (size_t r = 0; r < 2; ++r) hn::StoreU(sums[i][r], d, m + i * kRows + r * kLanes);
  }
}

template <size_t kColumns>
HWY_ATTR void Products(const float* u, const float* v, size_t v_pitch, size_t channels,
                       size_t columns, bool add, float* m) {
  for (size_t row = 0; row < kRows; row += 2 * kLanes) {
    for (size_t column = 0; column < columns; column += kColumns) {
      Product<kColumns>(u + row, v + column, v_pitch, channels, add, m + column * kRows + row);
    }
  }
}

}  // namespace

HWY_ATTR void MultiplyTarget(const float* u, const float* v, size_t v_pitch, size_t channels,
                             size_t columns, bool add, float* m) {
  constexpr size_t kWide = kManyRegisters ? 8 : 6, kNarrow = kWide - 1;
  const auto padded = [columns](size_t unit) { return (columns + unit - 1) / unit * unit; };
  if (padded(kNarrow) < padded(kWide)) {
    Products<kNarrow>(u, v, v_pitch, channels, columns, add, m);
  } else {
    Products<kWide>(u, v, v_pitch, channels, columns, add, m);
  }
}

#else

void MultiplyTarget(const float*, const float*, size_t, size_t, size_t, bool, float*) {}

#endif

bool WinogradIsCoveredTarget() { return DC_HAS_WINOGRAD; }

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(MultiplyTarget);
HWY_EXPORT(WinogradIsCoveredTarget);

void WinogradMultiplySimd(const float* u, const float* v, size_t v_pitch, size_t channels,
                          size_t columns, bool add, float* m) {
  HWY_DYNAMIC_DISPATCH(MultiplyTarget)(u, v, v_pitch, channels, columns, add, m);
}

bool WinogradIsCovered() { return HWY_DYNAMIC_DISPATCH(WinogradIsCoveredTarget)(); }

}  // namespace dc::runtime
#endif
