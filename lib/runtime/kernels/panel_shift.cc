#include "runtime/kernels/panel_shift.h"

#include "hwy/cache_control.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/panel_shift.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/not_a_number-inl.h"
#include "runtime/kernels/shift_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

// What is worth its bytes only with AVX-512, and at all: vectors of four floats are for machines of
// before 2013.
constexpr bool kLean = kForSize || HWY_TARGET == HWY_SSE4;
constexpr bool kFull = !kForSize && kManyRegisters;

// A tile: kRows x up to kMaxVectors sums in registers; beside them a line's vectors and a weight.
constexpr size_t kRows = kManyRegisters ? 8 : 4;
constexpr size_t kMaxVectors = HWY_TARGET == HWY_SSE4 ? 1 : 3;
// Panels that meet the inputs of a tile one after the other. More would write to more places at a
// time than the caches' prefetchers follow.
constexpr size_t kMostPanels = 2;
// Of so many columns the inputs of a tile and the weights of kMostPanels panels stay in the first
// cache (32 KB) from one row of tiles to the next; what sums there are so far waits in memory. Wide
// tiles alone, which are nearly all, are computed so, and with AVX2 alone, where it was measured.
constexpr size_t kMostColumns = 96;
constexpr bool kBlocked = !kForSize && HWY_TARGET == HWY_AVX2;
// Up to this many floats of a line that do not fill a vector are computed with rows in the lanes.
constexpr size_t kMostRest = kLanes / 4;

// Everything that stays the same over the tiles of a call.
struct Job {
  const PanelMatrix& w;
  const Shift& shift;
  const Epilogue& epilogue;
};

// The columns of a weight that are next, where the sums over those before them are, as a tile keeps
// them, and where they go.
struct Columns {
  size_t first, last;
  const float* before;
  float* after;
};

// Rows [row, row + count), count <= kRows and all of one panel, at kVectors vectors, the last of
// which has `last_floats` floats, from position `at` of `line` on. Rows of the panel beyond `count`
// are computed and dropped. With `fetch` the weights of the next panel are fetched meanwhile.
template <size_t kVectors>
HWY_ATTR void Tile(const Job& job, size_t row, size_t count, size_t last_floats, size_t line,
                   size_t at, [[maybe_unused]] bool fetch, const Columns& columns) {
  constexpr bool kParts = kBlocked && kVectors == kMaxVectors;
  const D d;
  const PanelMatrix& w = job.w;
  const Shift& shift = job.shift;
  const float* HWY_RESTRICT x = shift.x + line * shift.x_pitch + at;
  const size_t first = kParts ? columns.first : 0, last = kParts ? columns.last : w.columns;
  const float* HWY_RESTRICT values =
      w.Panel(row / kPanelRows) + first * kPanelRows + row % kPanelRows;
  [[maybe_unused]] const size_t next_panel = w.columns * kPanelRows;
  V sums[kRows][kVectors];
  // Loops over sums are unrolled whole, so that they never are in memory meanwhile.
  HWY_UNROLL(8)
  for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(3)
    for (size_t v = 0; v < kVectors; ++v) {
      sums[r][v] = kParts ? hn::Load(d, columns.before + (r * kVectors + v) * kLanes) : hn::Zero(d);
    }
  }
  for (size_t column = first; column < last; ++column) {
    const float* HWY_RESTRICT shifted = x + shift.Offset(column);
    if (kFull && kVectors == kMaxVectors && fetch) hwy::Prefetch(values + next_panel);
    V xs[kVectors];
    for (size_t v = 0; v < kVectors; ++v) xs[v] = hn::LoadU(d, shifted + v * kLanes);
    for (size_t r = 0; r < kRows; ++r) {
      const V value = hn::Set(d, values[r]);
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(value, xs[v], sums[r][v]);
    }
    values += kPanelRows;
  }
  if (kParts && last < w.columns) {
    HWY_UNROLL(8)
    for (size_t r = 0; r < kRows; ++r) {
      HWY_UNROLL(3)
      for (size_t v = 0; v < kVectors; ++v) {
        hn::Store(sums[r][v], d, columns.after + (r * kVectors + v) * kLanes);
      }
    }
    return;
  }
  const V lo = hn::Set(d, job.epilogue.low), hi = hn::Set(d, job.epilogue.high);
  HWY_UNROLL(8)
  for (size_t r = 0; r < kRows; ++r) {
    if (r == count) break;
    float* y = shift.Y(row + r, line) + at;
    const V bias = hn::Set(d, job.epilogue.bias[row + r]);
    HWY_UNROLL(3)
    for (size_t v = 0; v < kVectors; ++v) {
      const V result = AtMost(hi, AtLeast(lo, hn::Add(sums[r][v], bias)));
      StoreFirst(result, v + 1 == kVectors ? last_floats : kLanes, y + v * kLanes);
    }
  }
}

// Rows of kRestVectors vectors from `row` on, up to last_row, one row per lane, at kCount positions
// from `at` of `line` on, of which `count` are wanted.
constexpr size_t kRestVectors = 4;
template <size_t kCount>
HWY_ATTR void Rest(const Job& job, size_t row, size_t last_row, size_t count, size_t line,
                   size_t at) {
  constexpr size_t kVectors = kRestVectors;
  const D d;
  const PanelMatrix& w = job.w;
  const Shift& shift = job.shift;
  const float* HWY_RESTRICT x = shift.x + line * shift.x_pitch + at;
  const float* HWY_RESTRICT values[kVectors];
  for (size_t v = 0; v < kVectors; ++v) {
    // Beyond the last panel the last one is computed again, and dropped.
    const size_t first = HWY_MIN(row + v * kLanes, w.panels() * kPanelRows - kLanes);
    values[v] = w.Panel(first / kPanelRows) + first % kPanelRows;
  }
  V sums[kVectors][kCount];
  for (size_t v = 0; v < kVectors; ++v) {
    for (size_t i = 0; i < kCount; ++i) sums[v][i] = hn::Zero(d);
  }
  for (size_t column = 0; column < w.columns; ++column) {
    const float* HWY_RESTRICT shifted = x + shift.Offset(column);
    V weights[kVectors];
    for (size_t v = 0; v < kVectors; ++v) {
      weights[v] = hn::LoadU(d, values[v] + column * kPanelRows);
    }
    for (size_t i = 0; i < kCount; ++i) {
      const V value = hn::Set(d, shifted[i]);
      for (size_t v = 0; v < kVectors; ++v) sums[v][i] = hn::MulAdd(weights[v], value, sums[v][i]);
    }
  }
  HWY_ALIGN float lanes[kLanes];
  for (size_t v = 0; v < kVectors; ++v) {
    const size_t first = row + v * kLanes;
    if (first >= last_row) break;
    for (size_t i = 0; i < kCount; ++i) {
      if (i == count) break;
      hn::Store(sums[v][i], d, lanes);
      for (size_t r = 0; r < HWY_MIN(kLanes, last_row - first); ++r) {
        shift.Y(first + r, line)[at + i] = job.epilogue(first + r, lanes[r]);
      }
    }
  }
}

// Rows [first_row, last_row), of kMostPanels panels at most, at `count` vectors of `line`.
HWY_ATTR void Line(const Job& job, const LineVectors& vectors, size_t count, size_t first_row,
                   size_t last_row, size_t line) {
  constexpr size_t kSumsOfTile = kRows * kMaxVectors * kLanes;
  HWY_ALIGN float sums[kBlocked ? kMostPanels * kPanelRows / kRows * kSumsOfTile : 1];
  HWY_ALIGN const float zeros[kBlocked ? kSumsOfTile : 1] = {};
  const size_t all = job.w.columns;
  for (size_t v = 0, wide; v < count; v += wide) {
    // Tiles of about the same width.
    const size_t rest = count - v, tiles = (rest + kMaxVectors - 1) / kMaxVectors;
    wide = (rest + tiles - 1) / tiles;
    if (kLean && wide < kMaxVectors) wide = 1;
    const size_t last_floats = vectors.LastFloats(v + wide);
    const bool blocked = kBlocked && wide == kMaxVectors && all > kMostColumns;
    const size_t blocks = blocked ? (all + kMostColumns - 1) / kMostColumns : 1;
    for (size_t block = 0; block < blocks; ++block) {
      Columns columns{all * block / blocks, all * (block + 1) / blocks, zeros, sums};
      for (size_t row = first_row; row < last_row; row += kRows, columns.after += kSumsOfTile) {
        if (block > 0) columns.before = columns.after;
        const size_t rows = HWY_MIN(kRows, last_row - row);
        // The first tile meets weights that come from an outer cache; all others would lose 3 to
        // 5 % by fetching what is there already.
        const bool fetch = kFull && v == 0 && row % kPanelRows == 0;
        switch (wide) {
          case 1:
            Tile<1>(job, row, rows, last_floats, line, v * kLanes, false, columns);
            break;
          case 2:
            if (!kLean) Tile<2>(job, row, rows, last_floats, line, v * kLanes, false, columns);
            break;
          default:
            Tile<kMaxVectors>(job, row, rows, last_floats, line, v * kLanes, fetch, columns);
        }
      }
    }
  }
}

}  // namespace

HWY_ATTR void PanelShiftTarget(const PanelMatrix& w, size_t first_panel, size_t last_panel,
                               const Shift& shift, const Epilogue& epilogue) {
  const Job job{w, shift, epilogue};
  const LineVectors vectors(shift.length);
  const bool has_rest = !kLean && vectors.count > 1 && vectors.last_floats <= kMostRest;
  const size_t count = vectors.count - (has_rest ? 1 : 0);
  const size_t last_row = HWY_MIN(last_panel * kPanelRows, size_t{w.rows});
  for (size_t row = first_panel * kPanelRows; row < last_row; row += kMostPanels * kPanelRows) {
    const size_t end = HWY_MIN(row + kMostPanels * kPanelRows, last_row);
    for (size_t line = 0; line < shift.lines; ++line) Line(job, vectors, count, row, end, line);
  }
  if (!has_rest) return;
  for (size_t line = 0; line < shift.lines; ++line) {
    for (size_t row = first_panel * kPanelRows; row < last_row; row += kRestVectors * kLanes) {
      Rest<kMostRest>(job, row, last_row, vectors.last_floats, line, count * kLanes);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(PanelShiftTarget);

void PanelShiftSimd(const PanelMatrix& w, size_t first_panel, size_t last_panel, const Shift& shift,
                    const Epilogue& epilogue) {
  HWY_DYNAMIC_DISPATCH(PanelShiftTarget)(w, first_panel, last_panel, shift, epilogue);
}

}  // namespace dc::runtime
#endif
