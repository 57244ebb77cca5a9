#include "runtime/kernels/block_permute.h"

#include "hwy/cache_control.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/block_permute.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3

namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::FixedTag<float, 16>;
using DU = hn::Rebind<uint32_t, D>;
using V = hn::Vec<D>;
using VU = hn::Vec<DU>;

// A table of 32 numbers. Lookups ignore the bits of an index above the low five.
struct Table {
  V low, high;
  HWY_ATTR HWY_INLINE V operator[](VU index) const {
    return V{_mm512_permutex2var_ps(low.raw, index.raw, high.raw)};
  }
};

HWY_ATTR HWY_INLINE V AddWord(VU word, const Table& x, const Table& codebook, V sum) {
  sum = hn::MulAdd(x[word], codebook[hn::ShiftRight<5>(word)], sum);
  sum = hn::MulAdd(x[hn::ShiftRight<10>(word)], codebook[hn::ShiftRight<15>(word)], sum);
  return hn::MulAdd(x[hn::ShiftRight<20>(word)], codebook[hn::ShiftRight<25>(word)], sum);
}

// The inputs of one block; zeros beyond `columns`.
HWY_ATTR HWY_INLINE Table LoadInputs(const float* x, size_t columns) {
  const D d;
  if (columns >= 32) return {hn::LoadU(d, x), hn::LoadU(d, x + 16)};
  const auto at = [&](size_t begin) HWY_ATTR {
    const size_t count = columns > begin ? columns - begin : 0;
    return hn::MaskedLoad(hn::FirstN(d, count), d, x + (count > 0 ? begin : 0));
  };
  return {at(0), at(16)};
}

// `kSlices` slices at a time share the loads of their inputs. `words` of a block, 0 for any number.
template <size_t kSlices>
HWY_ATTR void Slices(const BlockMatrix& w, size_t slice, const float* x, const float* bias,
                     float* y) {
  constexpr size_t kRows = BlockMatrix::kRows, kColumns = BlockMatrix::kColumns;
  // The words of a block reach the cache before they are needed.
  constexpr size_t kAhead = 48 * kRows;
  const D d;
  const DU du;
  const Table codebook = {hn::LoadU(d, w.codebook.data()), hn::LoadU(d, w.codebook.data() + 16)};
  const size_t words = w.words, stride = w.blocks * words * kRows;
  const uint32_t* at = w.slots.data() + slice * stride;
  V sums[kSlices];
  for (size_t s = 0; s < kSlices; ++s) sums[s] = hn::Zero(d);
  for (size_t block = 0; block < w.blocks; ++block) {
    const Table inputs = LoadInputs(x + block * kColumns, w.columns - block * kColumns);
    for (size_t word = 0; word < words; ++word, at += kRows) {
      for (size_t s = 0; s < kSlices; ++s) {
        hwy::Prefetch(at + s * stride + kAhead);
        sums[s] = AddWord(hn::LoadU(du, at + s * stride), inputs, codebook, sums[s]);
      }
    }
  }
  for (size_t s = 0; s < kSlices; ++s) {
    const size_t row = (slice + s) * kRows;
    const auto rows = hn::FirstN(d, w.rows - row);
    const V result = hn::Add(sums[s], hn::MaskedLoad(rows, d, bias + row));
    hn::BlendedStore(result, rows, d, y + row);
  }
}

}  // namespace

HWY_ATTR void BlockPermuteTarget(const BlockMatrix& w, size_t first_slice, size_t last_slice,
                                 const float* x, const float* bias, float* y) {
  size_t slice = first_slice;
  for (; slice + 2 <= last_slice; slice += 2) Slices<2>(w, slice, x, bias, y);
  if (slice < last_slice) Slices<1>(w, slice, x, bias, y);
}

#else

void BlockPermuteTarget(const BlockMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                        const float* bias, float* y) {
  BlockPermuteRef(w, first_slice, last_slice, x, bias, y);
}

#endif

bool BlockPermuteIsFastTarget() { return HWY_TARGET == HWY_AVX3; }

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(BlockPermuteTarget);
HWY_EXPORT(BlockPermuteIsFastTarget);

void BlockPermuteSimd(const BlockMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                      const float* bias, float* y) {
  HWY_DYNAMIC_DISPATCH(BlockPermuteTarget)(w, first_slice, last_slice, x, bias, y);
}

bool BlockPermuteIsFast() { return HWY_DYNAMIC_DISPATCH(BlockPermuteIsFastTarget)(); }

}  // namespace dc::runtime
#endif
