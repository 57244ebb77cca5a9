#include "runtime/kernels/block_permute.h"

#include "hwy/cache_control.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/block_permute.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/register_table-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3

namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The centroids and the inputs of one block.
struct Tables {
  Table codebook, first, second;
};

// What has been added up so far, a sum for each slot of a word: three chains of additions, because
// one takes longer than the lookups do.
struct Sums {
  V slot0, slot1, slot2;
};

// A word whose slots are all of the half with the inputs `x`.
HWY_ATTR HWY_INLINE void AddWord(VU word, const Table& x, const Table& codebook, Sums* sums) {
  sums->slot0 = hn::MulAdd(x[word], codebook[hn::ShiftRight<5>(word)], sums->slot0);
  sums->slot1 =
      hn::MulAdd(x[hn::ShiftRight<10>(word)], codebook[hn::ShiftRight<15>(word)], sums->slot1);
  sums->slot2 =
      hn::MulAdd(x[hn::ShiftRight<20>(word)], codebook[hn::ShiftRight<25>(word)], sums->slot2);
}

HWY_ATTR HWY_INLINE void AddSharedWord(VU word, const Tables& t, Sums* sums) {
  sums->slot0 = hn::MulAdd(t.first[word], t.codebook[hn::ShiftRight<5>(word)], sums->slot0);
  sums->slot1 = hn::MulAdd(t.second[hn::ShiftRight<10>(word)], t.codebook[hn::ShiftRight<15>(word)],
                           sums->slot1);
  static_assert(BlockMatrix::kSecondHalf == 1u << 31);
  const auto is_second = hn::MaskFromVec(hn::BitCast(D(), word));
  const VU column = hn::ShiftRight<20>(word);
  const V x = hn::IfThenElse(is_second, t.second[column], t.first[column]);
  sums->slot2 = hn::MulAdd(x, t.codebook[hn::ShiftRight<25>(word)], sums->slot2);
}

// The inputs from x on; zeros beyond `columns`.
HWY_ATTR HWY_INLINE Table LoadInputs(const float* x, size_t columns) {
  const D d;
  if (columns >= 32) return LoadTable(x);
  const auto at = [&](size_t begin) HWY_ATTR {
    const size_t count = columns > begin ? columns - begin : 0;
    return hn::MaskedLoad(hn::FirstN(d, count), d, x + (count > 0 ? begin : 0));
  };
  return {at(0), at(16)};
}

// Two slices with as many words per block, which share the loads of their inputs. Without `both`
// only the first one, computed twice: hardly ever, and not worth code of its own.
HWY_ATTR void Slices(const BlockMatrix& w, size_t slice, bool both, const float* x,
                     const Epilogue& epilogue, float* y) {
  constexpr size_t kSlices = 2, kRows = BlockMatrix::kRows, kHalf = BlockMatrix::kHalf;
  // The words of a block reach the cache before they are needed.
  constexpr size_t kAhead = 48 * kRows;
  const D d;
  const DU du;
  const size_t words = w.words(slice), stride = both ? w.blocks * words * kRows : 0;
  const uint32_t* at = w.slots.data() + w.slice_begin[slice] * kRows;
  const auto next_word = [&](size_t s) HWY_ATTR {
    hwy::Prefetch(at + s * stride + kAhead);
    VU word = hn::LoadU(du, at + s * stride);
    // Five shifts of one register; compilers make them five loads, which take longer.
    asm("" : "+v"(word.raw));
    return word;
  };
  Tables t;
  t.codebook = LoadTable(w.codebook.data());
  Sums sums[kSlices];
  for (size_t s = 0; s < kSlices; ++s) sums[s] = {hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  for (size_t column = 0; words > 0 && column < w.columns; column += 2 * kHalf) {
    t.first = LoadInputs(x + column, w.columns - column);
    t.second = w.columns - column > kHalf
                   ? LoadInputs(x + column + kHalf, w.columns - column - kHalf)
                   : Table{hn::Zero(d), hn::Zero(d)};
    for (size_t i = 0; i < words / 2; ++i, at += kRows) {
      for (size_t s = 0; s < kSlices; ++s) AddWord(next_word(s), t.first, t.codebook, &sums[s]);
    }
    for (size_t i = 0; i < words / 2; ++i, at += kRows) {
      for (size_t s = 0; s < kSlices; ++s) AddWord(next_word(s), t.second, t.codebook, &sums[s]);
    }
    if (words % 2 == 0) continue;
    for (size_t s = 0; s < kSlices; ++s) AddSharedWord(next_word(s), t, &sums[s]);
    at += kRows;
  }
  HWY_ALIGN float stored[kSlices * kRows];
  for (size_t s = 0; s < kSlices; ++s) {
    const V sum = hn::Add(hn::Add(sums[s].slot0, sums[s].slot1), sums[s].slot2);
    hn::Store(sum, d, stored + s * kRows);
  }
  const uint32_t* rows = w.slot_rows.data() + slice * kRows;
  for (size_t i = 0; i < (both ? kSlices : 1) * kRows; ++i) {
    if (rows[i] != w.rows) y[rows[i]] = epilogue(rows[i], stored[i]);
  }
}

}  // namespace

HWY_ATTR void BlockPermuteTarget(const BlockMatrix& w, size_t first_slice, size_t last_slice,
                                 const float* x, const Epilogue& epilogue, float* y) {
  for (size_t slice = first_slice; slice < last_slice;) {
    const bool both = slice + 1 < last_slice && w.words(slice) == w.words(slice + 1);
    Slices(w, slice, both, x, epilogue, y);
    slice += both ? 2 : 1;
  }
}

#else

void BlockPermuteTarget(const BlockMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                        const Epilogue& epilogue, float* y) {
  BlockPermuteRef(w, first_slice, last_slice, x, epilogue, y);
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
                      const Epilogue& epilogue, float* y) {
  HWY_DYNAMIC_DISPATCH(BlockPermuteTarget)(w, first_slice, last_slice, x, epilogue, y);
}

bool BlockPermuteIsFast() { return HWY_DYNAMIC_DISPATCH(BlockPermuteIsFastTarget)(); }

}  // namespace dc::runtime
#endif
