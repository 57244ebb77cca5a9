#include "runtime/kernels/copy_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/copy_rows.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
// Rows of up to that many vectors whose floats lie one after the other: every vector is stored
// where one begins in the row, with zeros in the lanes that are not copied. These instruction sets
// read nothing that a mask leaves out.
constexpr size_t kMostVectors = 8;
bool IsMasked(const RowsToCopy& rows) {
  return !kForSize && rows.stride == 1 &&
         rows.before + rows.count + rows.after <= kMostVectors * kLanes;
}

HWY_ATTR void CopyMasked(const RowsToCopy& rows, const float* HWY_RESTRICT from,
                         float* HWY_RESTRICT to) {
  const D d;
  const LineVectors vectors(rows.before + rows.count + rows.after);
  hn::Mask<D> masks[kMostVectors];
  for (size_t v = 0; v < vectors.count; ++v) {
    const auto lanes_before = [v](size_t end) {
      return HWY_MIN(end > v * kLanes ? end - v * kLanes : 0, kLanes);
    };
    masks[v] = hn::AndNot(hn::FirstN(d, lanes_before(rows.before)),
                          hn::FirstN(d, lanes_before(rows.before + rows.count)));
  }
  const ptrdiff_t before = static_cast<ptrdiff_t>(rows.before);
  for (size_t row = 0; row < rows.rows; ++row) {
    for (size_t v = 0; v < vectors.count; ++v) {
      const ptrdiff_t at = static_cast<ptrdiff_t>(v * kLanes);
      StoreFirst(hn::MaskedLoad(masks[v], d, from + (at - before)), vectors.LastFloats(v + 1),
                 to + at);
    }
    from += rows.from_pitch;
    to += rows.to_pitch;
  }
}
#else
bool IsMasked(const RowsToCopy&) { return false; }
void CopyMasked(const RowsToCopy&, const float*, float*) {}
#endif

}  // namespace

HWY_ATTR void CopyRowsTarget(const RowsToCopy& rows, const float* HWY_RESTRICT from,
                             float* HWY_RESTRICT to) {
  if (IsMasked(rows)) {
    CopyMasked(rows, from, to);
    return;
  }
  const D d;
  const RowsToCopy own = rows;  // a copy, which writes cannot change
  const size_t whole = own.count / kLanes * kLanes, rest = own.count - whole;
  for (size_t row = 0; row < own.rows; ++row, from += own.from_pitch, to += own.to_pitch) {
    for (size_t i = 0; i < own.before; ++i) to[i] = 0;
    float* HWY_RESTRICT out = to + own.before;
    if (own.stride == 1) {
      for (size_t i = 0; i < whole; i += kLanes) hn::StoreU(hn::LoadU(d, from + i), d, out + i);
      if (rest > 0) StoreFirst(hn::LoadU(d, from + whole), rest, out + whole);
    } else if (!kForSize && own.stride == 2) {
      for (size_t i = 0; i < own.count; i += kLanes) {
        V even, odd;
        hn::LoadInterleaved2(d, from + 2 * i, even, odd);
        StoreFirst(even, HWY_MIN(kLanes, own.count - i), out + i);
      }
    } else {
      for (size_t i = 0; i < own.count; ++i) out[i] = from[i * own.stride];
    }
    out += own.count;
    for (size_t i = 0; i < own.after; ++i) out[i] = 0;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(CopyRowsTarget);

void CopyRowsSimd(const RowsToCopy& rows, const float* from, float* to) {
  HWY_DYNAMIC_DISPATCH(CopyRowsTarget)(rows, from, to);
}

}  // namespace dc::runtime
#endif
