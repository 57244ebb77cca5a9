#include "runtime/kernels/rest_gather.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/rest_gather.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/register_table-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3

namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The inputs of 16 entries: by the instruction for it.
struct Gathered {
  HWY_ATTR HWY_INLINE V operator()(const float* x, const uint32_t* entries) const {
    const auto column = hn::ShiftRight<RestMatrix::kCodeBits>(hn::LoadU(DU(), entries));
    return hn::GatherIndex(D(), x, hn::BitCast(hn::Rebind<int32_t, D>(), column));
  }
};

// One by one.
struct Loaded {
  HWY_ATTR HWY_INLINE V operator()(const float* x, const uint32_t* entries) const {
    const auto at = [&](size_t i)
                        HWY_ATTR { return _mm_load_ss(x + (entries[i] >> RestMatrix::kCodeBits)); };
    const auto four = [&](size_t i) HWY_ATTR {
      return _mm_movelh_ps(_mm_unpacklo_ps(at(i), at(i + 1)),
                           _mm_unpacklo_ps(at(i + 2), at(i + 3)));
    };
    const auto eight = [&](size_t i) HWY_ATTR {
      return _mm256_insertf128_ps(_mm256_castps128_ps256(four(i)), four(i + 4), 1);
    };
    const __m512d low = _mm512_castpd256_pd512(_mm256_castps_pd(eight(0)));
    return V{_mm512_castpd_ps(_mm512_insertf64x4(low, _mm256_castps_pd(eight(8)), 1))};
  }
};

template <class Inputs>
HWY_ATTR void Slices(const RestMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                     const Epilogue& epilogue, float* y) {
  constexpr size_t kRows = RestMatrix::kRows;
  const D d;
  const Table codebook = LoadTable(w.codebook.data());
  HWY_ALIGN float sums[kRows];
  for (size_t slice = first_slice; slice < last_slice; ++slice) {
    const uint32_t* entries = w.entries.data() + w.slice_begin[slice] * kRows;
    const uint32_t* const end = w.entries.data() + w.slice_begin[slice + 1] * kRows;
    V sum = hn::Zero(d);
    for (; entries != end; entries += kRows) {
      sum = hn::MulAdd(codebook[hn::LoadU(DU(), entries)], Inputs()(x, entries), sum);
    }
    hn::Store(sum, d, sums);
    const uint32_t* rows = w.slot_rows.data() + slice * kRows;
    for (size_t i = 0; i < kRows; ++i) {
      if (rows[i] != w.rows) y[rows[i]] = epilogue(rows[i], sums[i]);
    }
  }
}

}  // namespace

HWY_ATTR void RestGatherTarget(const RestMatrix& w, size_t first_slice, size_t last_slice,
                               const float* x, const Epilogue& epilogue, float* y, bool gathers) {
  if (gathers) {
    Slices<Gathered>(w, first_slice, last_slice, x, epilogue, y);
  } else {
    Slices<Loaded>(w, first_slice, last_slice, x, epilogue, y);
  }
}

#else

// Only matrices for AVX-512 have a rest.
void RestGatherTarget(const RestMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                      const Epilogue& epilogue, float* y, bool) {
  RestGatherRef(w, first_slice, last_slice, x, epilogue, y);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(RestGatherTarget);

void RestGatherSimd(const RestMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                    const Epilogue& epilogue, float* y) {
  HWY_DYNAMIC_DISPATCH(RestGatherTarget)(w, first_slice, last_slice, x, epilogue, y, true);
}

void RestLoadSimd(const RestMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                  const Epilogue& epilogue, float* y) {
  HWY_DYNAMIC_DISPATCH(RestGatherTarget)(w, first_slice, last_slice, x, epilogue, y, false);
}

}  // namespace dc::runtime
#endif
