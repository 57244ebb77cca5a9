#include "runtime/kernels/sparse_shift.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/sparse_shift.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/store_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

// What a tile needs of the matrix: the entries of its first slot and the distance between steps.
template <typename Code>
struct Entries {
  const uint8_t* gaps;
  const Code* codes;
  size_t steps, stride;
  const float* codebook;
};

// Shift::Offset with and without a table.
struct TableOffset {
  const uint32_t* offsets;
  size_t unit;
  HWY_ATTR HWY_INLINE size_t operator()(size_t column) const { return offsets[column] * unit; }
};

struct LinearOffset {
  size_t unit;
  HWY_ATTR HWY_INLINE size_t operator()(size_t column) const { return column * unit; }
};

// Sums for kRows slots at kVectors * kLanes positions from `x` on, held in registers throughout.
template <size_t kRows, size_t kVectors, typename Code, class Offset>
HWY_ATTR HWY_INLINE void SumTile(const Entries<Code>& entries, const Offset& offset,
                                 const float* HWY_RESTRICT x, V (&sums)[kRows][kVectors]) {
  const D d;
  size_t columns[kRows] = {};
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  const uint8_t* HWY_RESTRICT gaps = entries.gaps;
  const Code* HWY_RESTRICT codes = entries.codes;
  for (size_t step = 0; step < entries.steps; ++step) {
    for (size_t r = 0; r < kRows; ++r) {
      columns[r] += gaps[r];
      const V value = hn::Set(d, entries.codebook[codes[r]]);
      const float* HWY_RESTRICT shifted = x + offset(columns[r]);
      for (size_t v = 0; v < kVectors; ++v) {
        sums[r][v] = hn::MulAdd(value, hn::LoadU(d, shifted + v * kLanes), sums[r][v]);
      }
    }
    gaps += entries.stride;
    codes += entries.stride;
  }
}

// Everything that stays the same over the tiles of a call.
struct Job {
  const SparseMatrix& w;
  const Shift& shift;
  const float* bias;
  Clamp clamp;
};

// The tile of kVectors vectors at position `at` of line `line`, for all rows of a slice, kRows at a
// time.
template <size_t kRows, size_t kVectors, typename Code, class Offset>
HWY_ATTR void TileOfSlice(const Job& job, Entries<Code> entries, const Offset& offset, size_t slice,
                          size_t line, size_t at) {
  const SparseMatrix& w = job.w;
  const float* x = job.shift.x + line * job.shift.x_pitch + at;
  const size_t count = HWY_MIN(kVectors * kLanes, job.shift.length - at);
  const uint32_t* rows = w.slot_rows.data() + slice * w.slice_rows;
  // Slots that only fill up the slice come last.
  for (size_t slot = 0; slot < w.slice_rows && rows[slot] != w.rows; slot += kRows) {
    V sums[kRows][kVectors];
    SumTile<kRows, kVectors>(entries, offset, x, sums);
    for (size_t r = 0; r < kRows; ++r) {
      const uint32_t row = rows[slot + r];
      if (row == w.rows) break;
      float* y = job.shift.Y(row, line) + at;
      StoreTile<kVectors>(sums[r], job.bias[row], job.clamp, count, y);
    }
    entries.gaps += kRows;
    entries.codes += kRows;
  }
}

constexpr size_t kMaxVectors = 8;

// One row a slice (convolution): tiles as long as the registers allow.
struct SingleRows {
  template <typename Code, class Offset>
  HWY_ATTR static void Run(const Job& job, const Entries<Code>& entries, const Offset& offset,
                           size_t slice, size_t line, size_t at, size_t vectors) {
    switch (vectors) {
      case 1:
        return TileOfSlice<1, 1>(job, entries, offset, slice, line, at);
      case 2:
        return TileOfSlice<1, 2>(job, entries, offset, slice, line, at);
      case 3:
        return TileOfSlice<1, 3>(job, entries, offset, slice, line, at);
      case 4:
        return TileOfSlice<1, 4>(job, entries, offset, slice, line, at);
      case 5:
        return TileOfSlice<1, 5>(job, entries, offset, slice, line, at);
      case 6:
        return TileOfSlice<1, 6>(job, entries, offset, slice, line, at);
      case 7:
        return TileOfSlice<1, 7>(job, entries, offset, slice, line, at);
      default:
        return TileOfSlice<1, 8>(job, entries, offset, slice, line, at);
    }
  }
};

// 16 rows a slice (a batch): several rows run interleaved where few vectors a row would leave
// multiply-adds waiting for each other. A tile may be computed longer than it is: only what counts
// is stored.
struct SixteenRows {
  template <typename Code, class Offset>
  HWY_ATTR static void Run(const Job& job, const Entries<Code>& entries, const Offset& offset,
                           size_t slice, size_t line, size_t at, size_t vectors) {
    if (vectors == 1) return TileOfSlice<8, 1>(job, entries, offset, slice, line, at);
    if (vectors == 2) return TileOfSlice<4, 2>(job, entries, offset, slice, line, at);
    if (vectors <= 4) return TileOfSlice<2, 4>(job, entries, offset, slice, line, at);
    return TileOfSlice<1, 8>(job, entries, offset, slice, line, at);
  }
};

template <class Rows, typename Code, class Offset>
HWY_ATTR void Slices(const Job& job, const Code* codes, const Offset& offset, size_t first_slice,
                     size_t last_slice) {
  const SparseMatrix& w = job.w;
  const size_t vectors = (job.shift.length + kLanes - 1) / kLanes;
  const size_t tiles = (vectors + kMaxVectors - 1) / kMaxVectors;
  for (size_t slice = first_slice; slice < last_slice; ++slice) {
    const size_t begin = w.slice_begin[slice] * w.slice_rows;
    const Entries<Code> entries{w.gaps.data() + begin, codes + begin,
                                w.slice_begin[slice + 1] - w.slice_begin[slice], w.slice_rows,
                                w.codebook.data()};
    for (size_t line = 0; line < job.shift.lines; ++line) {
      for (size_t tile = 0; tile < tiles; ++tile) {
        const size_t from = vectors * tile / tiles;
        const size_t to = vectors * (tile + 1) / tiles;
        Rows::Run(job, entries, offset, slice, line, from * kLanes, to - from);
      }
    }
  }
}

template <typename Code>
HWY_ATTR void ChooseRows(const Job& job, const Code* codes, size_t first_slice, size_t last_slice) {
  if (job.w.slice_rows == 1) {
    Slices<SingleRows>(job, codes, TableOffset{job.shift.offsets, job.shift.unit}, first_slice,
                       last_slice);
  } else {
    Slices<SixteenRows>(job, codes, LinearOffset{job.shift.unit}, first_slice, last_slice);
  }
}

}  // namespace

HWY_ATTR void SparseShiftTarget(const SparseMatrix& w, size_t first_slice, size_t last_slice,
                                const Shift& shift, const float* bias, Clamp clamp) {
  const Job job{w, shift, bias, clamp};
  if (w.codes16.empty()) {
    ChooseRows(job, w.codes8.data(), first_slice, last_slice);
  } else {
    ChooseRows(job, w.codes16.data(), first_slice, last_slice);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(SparseShiftTarget);

void SparseShiftSimd(const SparseMatrix& w, size_t first_slice, size_t last_slice,
                     const Shift& shift, const float* bias, Clamp clamp) {
  HWY_DYNAMIC_DISPATCH(SparseShiftTarget)(w, first_slice, last_slice, shift, bias, clamp);
}

}  // namespace dc::runtime
#endif
