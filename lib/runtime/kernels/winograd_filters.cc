#include <cstring>

#include "runtime/kernels/winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/winograd_filters.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/winograd_points-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

#if DC_HAS_WINOGRAD

namespace {

using DI = hn::Rebind<int32_t, D>;

constexpr size_t kFilterTaps = kTaps * kTaps;

// G g: the filter as a polynomial in each point, over the product of its distances to the others.
HWY_ATTR HWY_INLINE void FilterPoints(const V g[kTaps], V u[kSide]) {
  constexpr float kOverA = 1 / (2 * kASquare * (kASquare - kBSquare));
  constexpr float kOverB = 1 / (2 * kBSquare * (kBSquare - kASquare));
  const V even_a = Times(kOverA, AddTimes(g[0], kASquare, g[2]));
  const V even_b = Times(kOverB, AddTimes(g[0], kBSquare, g[2]));
  u[0] = g[0];
  u[1] = AddTimes(even_a, kOverA * kA, g[1]);
  u[2] = AddTimes(even_a, -kOverA * kA, g[1]);
  u[3] = AddTimes(even_b, kOverB * kB, g[1]);
  u[4] = AddTimes(even_b, -kOverB * kB, g[1]);
  u[5] = g[kTaps - 1];
}

// The filters of a channel in kPanelRows rows: weights[tap][row].
HWY_ATTR HWY_NOINLINE void Decode(const CodePanels& w, const uint8_t* HWY_RESTRICT codes,
                                  float* HWY_RESTRICT weights) {
  const D d;
  const DI di;
  const hn::Rebind<uint8_t, D> d_code;
  const hn::CappedTag<uint8_t, kPanelRows / 2> d_half;
  const float* codebook = w.codebook.data();
  const V table = hn::LoadU(d, codebook);
  HWY_ALIGN uint8_t unpacked[kPanelRows];
  for (size_t tap = 0; tap < kFilterTaps; ++tap, codes += w.column_bytes()) {
    const uint8_t* HWY_RESTRICT from = codes;
    if (w.nibbles) {
      const auto bytes = hn::LoadU(d_half, codes);
      hn::Store(hn::And(bytes, hn::Set(d_half, 15)), d_half, unpacked);
      hn::Store(hn::ShiftRight<4>(bytes), d_half, unpacked + kPanelRows / 2);
      from = unpacked;
    }
    if (w.nibbles && kLanes == kPanelRows) {
      const auto code = hn::PromoteTo(di, hn::LoadU(d_code, from));
      hn::Store(hn::TableLookupLanes(table, hn::IndicesFromVec(d, code)), d, weights);
    } else {
      // One by one: on processors of AMD gathers take three times as long, and nowhere less.
      for (size_t row = 0; row < kPanelRows; row += sizeof(uint64_t)) {
        uint64_t eight;
        std::memcpy(&eight, from + row, sizeof(eight));
        for (size_t i = 0; i < sizeof(eight); ++i)
          weights[row + i] = codebook[eight >> 8 * i & 255];
      }
    }
    weights += kPanelRows;
  }
}

// Rows [0, kLanes) of `weights`.
HWY_ATTR HWY_INLINE void Transform(const float* HWY_RESTRICT weights, size_t position_stride,
                                   float* HWY_RESTRICT u) {
  V lines[kSide][kTaps];
  for (size_t x = 0; x < kTaps; ++x) {
    V g[kTaps], points[kSide];
    for (size_t y = 0; y < kTaps; ++y) {
      g[y] = hn::LoadU(D(), weights + (y * kTaps + x) * kPanelRows);
    }
    FilterPoints(g, points);
    for (size_t i = 0; i < kSide; ++i) lines[i][x] = points[i];
  }
  for (size_t i = 0; i < kSide; ++i) {
    V points[kSide];
    FilterPoints(lines[i], points);
    for (size_t j = 0; j < kSide; ++j) {
      hn::StoreU(points[j], D(), u + (i * kSide + j) * position_stride);
    }
  }
}

}  // namespace

HWY_ATTR void TransformFiltersTarget(const CodePanels& w, size_t panel, size_t first, size_t last,
                                     size_t position_stride, float* u) {
  HWY_ALIGN float weights[kFilterTaps * kPanelRows];
  for (size_t p = 0; p < kRows / kPanelRows; ++p) {
    // A row of the product that does not exist must be some number, but no NaN of old memory that
    // would slow it down.
    const size_t existing = HWY_MIN(panel + p, w.panels() - 1);
    for (size_t channel = first; channel < last; ++channel) {
      const float* HWY_RESTRICT from = weights;
      if (w.values.empty()) {
        Decode(w, w.Column(existing, channel * kFilterTaps), weights);
      } else {
        from = w.Values(existing, channel * kFilterTaps);
      }
      for (size_t part = 0; part < kPanelRows; part += kLanes) {
        Transform(from + part, position_stride,
                  u + (channel - first) * kRows + p * kPanelRows + part);
      }
    }
  }
}

#else

void TransformFiltersTarget(const CodePanels&, size_t, size_t, size_t, size_t, float*) {}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(TransformFiltersTarget);

void WinogradTransformFiltersSimd(const CodePanels& w, size_t panel, size_t first, size_t last,
                                  size_t position_stride, float* u) {
  HWY_DYNAMIC_DISPATCH(TransformFiltersTarget)(w, panel, first, last, position_stride, u);
}

}  // namespace dc::runtime
#endif
