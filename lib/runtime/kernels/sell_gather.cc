#include "runtime/kernels/sell_gather.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/sell_gather.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kSlots = 16;  // of a slice
using D = hn::CappedTag<float, kSlots>;
using DI = hn::Rebind<int32_t, D>;
using V = hn::Vec<D>;
using VI = hn::Vec<DI>;
constexpr size_t kLanes = hn::MaxLanes(D());

// How codes become centroids: by gather, or by permuting registers that hold the codebook.
class GatherLookup {
 public:
  HWY_ATTR explicit GatherLookup(const float* codebook) : codebook_(codebook) {}
  HWY_ATTR HWY_INLINE V operator()(VI codes) const {
    return hn::GatherIndex(D(), codebook_, codes);
  }

 private:
  const float* codebook_;
};

class OneRegisterLookup {
 public:
  HWY_ATTR explicit OneRegisterLookup(const float* codebook) : table_(hn::LoadU(D(), codebook)) {}
  HWY_ATTR HWY_INLINE V operator()(VI codes) const {
    return hn::TableLookupLanes(table_, hn::IndicesFromVec(D(), codes));
  }

 private:
  V table_;
};

class TwoRegisterLookup {
 public:
  HWY_ATTR explicit TwoRegisterLookup(const float* codebook)
      : low_(hn::LoadU(D(), codebook)), high_(hn::LoadU(D(), codebook + kLanes)) {}
  HWY_ATTR HWY_INLINE V operator()(VI codes) const {
#if HWY_TARGET == HWY_AVX3
    // One instruction that this version of Highway has no name for; it ignores the upper bits.
    return V{_mm512_permutex2var_ps(low_.raw, codes.raw, high_.raw)};
#else
    const VI last = hn::Set(DI(), static_cast<int32_t>(kLanes) - 1);
    const auto index = hn::IndicesFromVec(D(), hn::And(codes, last));
    const auto is_high = hn::RebindMask(D(), hn::Gt(codes, last));
    return hn::IfThenElse(is_high, hn::TableLookupLanes(high_, index),
                          hn::TableLookupLanes(low_, index));
#endif
  }

 private:
  V low_, high_;
};

#if HWY_TARGET == HWY_AVX3
// 64 centroids: worth it only where two registers take one instruction.
class FourRegisterLookup {
 public:
  HWY_ATTR explicit FourRegisterLookup(const float* codebook)
      : low_(codebook), high_(codebook + 2 * kLanes) {}
  HWY_ATTR HWY_INLINE V operator()(VI codes) const {
    const VI last = hn::Set(DI(), 2 * static_cast<int32_t>(kLanes) - 1);
    return hn::IfThenElse(hn::RebindMask(D(), hn::Gt(codes, last)), high_(codes), low_(codes));
  }

 private:
  TwoRegisterLookup low_, high_;
};
#endif

// The sums of slots [part * kLanes, (part + 1) * kLanes) of a slice of `steps` steps.
template <class Lookup, typename Code>
HWY_ATTR HWY_INLINE V SumSlots(const Lookup& lookup, const uint8_t* HWY_RESTRICT gaps,
                               const Code* HWY_RESTRICT codes, size_t steps,
                               const float* HWY_RESTRICT x) {
  const D d;
  const DI di;
  const hn::Rebind<uint8_t, D> d_gap;
  const hn::Rebind<Code, D> d_code;
  VI column = hn::Zero(di);
  V sum = hn::Zero(d);
  for (size_t step = 0; step < steps; ++step) {
    column = hn::Add(column, hn::PromoteTo(di, hn::LoadU(d_gap, gaps + step * kSlots)));
    const VI code = hn::PromoteTo(di, hn::LoadU(d_code, codes + step * kSlots));
    sum = hn::MulAdd(lookup(code), hn::GatherIndex(d, x, column), sum);
  }
  return sum;
}

// Stores the rows of a slice; one piece of code for all lookups.
HWY_ATTR HWY_NOINLINE void StoreSlice(const SellMatrix& w, size_t slice, const Epilogue& epilogue,
                                      float* HWY_RESTRICT sums, float* y) {
  const Epilogue own = epilogue;  // a copy, which writes to y cannot change
  if (own.has_scale()) ScaleSlice(w, slice, own.scale, sums);
  const uint32_t* rows = w.slot_rows.data() + slice * kSlots;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const uint32_t row = rows[slot];
    if (row != w.rows) y[row] = own.Limit(sums[slot] + own.bias[row]);
  }
}

template <class Lookup, typename Code>
HWY_ATTR void Slices(const SellMatrix& w, const Code* codes, size_t first_slice, size_t last_slice,
                     const float* x, const Epilogue& epilogue, float* y) {
  const Lookup lookup(w.codebook.data());
  HWY_ALIGN float sums[kSlots];
  for (size_t slice = first_slice; slice < last_slice; ++slice) {
    const size_t begin = w.slice_begin[slice] * kSlots;
    const size_t steps = w.slice_begin[slice + 1] - w.slice_begin[slice];
    for (size_t part = 0; part < kSlots; part += kLanes) {
      hn::Store(SumSlots(lookup, w.gaps.data() + begin + part, codes + begin + part, steps, x), D(),
                sums + part);
    }
    StoreSlice(w, slice, epilogue, sums, y);
  }
}

}  // namespace

HWY_ATTR void SellGatherTarget(const SellMatrix& w, size_t first_slice, size_t last_slice,
                               const float* x, const Epilogue& epilogue, float* y) {
  const uint8_t* const codes = w.codes8.data();
  if (!w.codes16.empty()) {
    Slices<GatherLookup>(w, w.codes16.data(), first_slice, last_slice, x, epilogue, y);
  } else if (w.codebook_entries <= kLanes) {
    Slices<OneRegisterLookup>(w, codes, first_slice, last_slice, x, epilogue, y);
  } else if (w.codebook_entries <= 2 * kLanes) {
    Slices<TwoRegisterLookup>(w, codes, first_slice, last_slice, x, epilogue, y);
#if HWY_TARGET == HWY_AVX3
  } else if (w.codebook_entries <= 4 * kLanes) {
    Slices<FourRegisterLookup>(w, codes, first_slice, last_slice, x, epilogue, y);
#endif
  } else {
    Slices<GatherLookup>(w, codes, first_slice, last_slice, x, epilogue, y);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(SellGatherTarget);

void SellGatherSimd(const SellMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                    const Epilogue& epilogue, float* y) {
  HWY_DYNAMIC_DISPATCH(SellGatherTarget)(w, first_slice, last_slice, x, epilogue, y);
}

}  // namespace dc::runtime
#endif
