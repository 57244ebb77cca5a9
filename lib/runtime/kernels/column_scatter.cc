#include "runtime/kernels/column_scatter.h"

#include <algorithm>

#include "hwy/cache_control.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/column_scatter.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

namespace {

namespace hn = hwy::HWY_NAMESPACE;

// How many columns ahead entries are fetched: columns of zeros lie between them, which the machine
// cannot foresee.
constexpr size_t kAhead = 8;

// Fetches about as many entries as a column has: a fixed number, which the machine foresees.
struct Fetch {
  explicit Fetch(const ColumnMatrix& w)
      : lines(w.entry_rows.size() / w.begin.size() * sizeof(uint16_t) / 64 + 1) {}
  HWY_ATTR HWY_INLINE void operator()(const uint16_t* rows, const uint8_t* codes) const {
    for (size_t i = 0; i < lines; ++i) hwy::Prefetch(rows + i * 32);
    for (size_t i = 0; i < lines; i += 2) hwy::Prefetch(codes + i * 32);
  }
  size_t lines;  // of 64 bytes of rows; codes have half as many
};

#if HWY_TARGET == HWY_AVX3

using D = hn::FixedTag<float, 16>;
using DI = hn::Rebind<int32_t, D>;
constexpr size_t kLanes = 16;

// The centroids times one input.
struct Products {
  HWY_ATTR Products(const float* codebook, float factor)
      : low(hn::Mul(hn::LoadU(D(), codebook), hn::Set(D(), factor))),
        high(hn::Mul(hn::LoadU(D(), codebook + kLanes), hn::Set(D(), factor))) {}
  hn::Vec<D> low, high;
};

// Adds products[code] of the entries [begin, end) of a column to the rows of its band.
HWY_ATTR HWY_INLINE void AddColumn(const uint16_t* HWY_RESTRICT rows,
                                   const uint8_t* HWY_RESTRICT codes, size_t begin, size_t end,
                                   const Products& products, float* HWY_RESTRICT y) {
  const DI di;
  for (size_t i = begin; i < end; i += kLanes) {
    const auto row = hn::PromoteTo(di, hn::LoadU(hn::Rebind<uint16_t, D>(), rows + i));
    const auto code = hn::PromoteTo(di, hn::LoadU(hn::Rebind<uint8_t, D>(), codes + i));
    const size_t left = end - i;
    const __mmask16 mask = left < kLanes ? static_cast<__mmask16>((1u << left) - 1) : 0xffff;
    const __m512 term = _mm512_permutex2var_ps(products.low.raw, code.raw, products.high.raw);
    const __m512 sum =
        _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, row.raw, y, sizeof(float));
    _mm512_mask_i32scatter_ps(y, mask, row.raw, _mm512_add_ps(sum, term), sizeof(float));
  }
}

// Returns how many of the leading elements were looked at, and counts what it found.
HWY_ATTR HWY_INLINE size_t CollectVectors(const float* x, size_t count, uint32_t* active,
                                          size_t* found) {
  const D d;
  const DI di;
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const auto numbers = hn::Iota(di, static_cast<int32_t>(i));
    // NaN counts: of AVX-512's two ways to be different, Ne takes the one that leaves it out.
    const auto is_active = hn::Not(hn::Eq(hn::LoadU(d, x + i), hn::Zero(d)));
    *found += hn::CompressStore(numbers, hn::RebindMask(di, is_active), di,
                                reinterpret_cast<int32_t*>(active + *found));
  }
  return i;
}

#else

struct Products {
  HWY_ATTR Products(const float* codebook, float factor) {
    const hn::CappedTag<float, 8> d;
    for (size_t i = 0; i < ColumnMatrix::kCodebook; i += hn::Lanes(d)) {
      hn::Store(hn::Mul(hn::LoadU(d, codebook + i), hn::Set(d, factor)), d, of + i);
    }
  }
  HWY_ALIGN float of[ColumnMatrix::kCodebook];
};

HWY_ATTR HWY_INLINE void AddColumn(const uint16_t* HWY_RESTRICT rows,
                                   const uint8_t* HWY_RESTRICT codes, size_t begin, size_t end,
                                   const Products& products, float* HWY_RESTRICT y) {
  // Rows of a column differ. Reading a few before any is written frees the machine from finding out
  // whether one reads what another wrote.
  constexpr size_t kTogether = 8;
  size_t i = begin;
  for (; i + kTogether <= end; i += kTogether) {
    float sums[kTogether];
    for (size_t k = 0; k < kTogether; ++k) sums[k] = y[rows[i + k]] + products.of[codes[i + k]];
    for (size_t k = 0; k < kTogether; ++k) y[rows[i + k]] = sums[k];
  }
  for (; i < end; ++i) y[rows[i]] += products.of[codes[i]];
}

HWY_ATTR HWY_INLINE size_t CollectVectors(const float*, size_t, uint32_t*, size_t*) { return 0; }

#endif

}  // namespace

HWY_ATTR size_t CollectActiveTarget(const float* x, size_t count, uint32_t* active) {
  size_t found = 0;
  for (size_t i = CollectVectors(x, count, active, &found); i < count; ++i) {
    active[found] = static_cast<uint32_t>(i);
    found += x[i] != 0.0f;
  }
  return found;
}

HWY_ATTR void ColumnScatterTarget(const ColumnMatrix& w, size_t first_band, size_t last_band,
                                  std::span<const uint32_t> active, const float* x,
                                  const Epilogue& epilogue, float* y) {
  const Epilogue own = epilogue;  // a copy, which writes to y cannot change
  const Fetch fetch(w);
  const uint16_t* const rows = w.entry_rows.data();
  const uint8_t* const codes = w.entry_codes.data();
  for (size_t band = first_band; band < last_band; ++band) {
    const uint32_t* HWY_RESTRICT begin = w.begin.data() + band * w.columns;
    const size_t first_row = band * w.band_rows;
    const size_t last_row = std::min<size_t>(w.rows, first_row + w.band_rows);
    std::fill(y + first_row, y + last_row, 0.0f);
    for (size_t i = 0; i < active.size(); ++i) {
      if (i + kAhead < active.size()) {
        const uint32_t next = begin[active[i + kAhead]];
        fetch(rows + next, codes + next);
      }
      const uint32_t column = active[i];
      AddColumn(rows, codes, begin[column], begin[column + 1],
                Products(w.codebook.data(), x[column]), y + first_row);
    }
    for (size_t row = first_row; row < last_row; ++row) y[row] = own(row, y[row]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(CollectActiveTarget);
HWY_EXPORT(ColumnScatterTarget);

size_t CollectActiveSimd(const float* x, size_t count, uint32_t* active) {
  return HWY_DYNAMIC_DISPATCH(CollectActiveTarget)(x, count, active);
}

void ColumnScatterSimd(const ColumnMatrix& w, size_t first_band, size_t last_band,
                       std::span<const uint32_t> active, const float* x, const Epilogue& epilogue,
                       float* y) {
  HWY_DYNAMIC_DISPATCH(ColumnScatterTarget)(w, first_band, last_band, active, x, epilogue, y);
}

}  // namespace dc::runtime
#endif
