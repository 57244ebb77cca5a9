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

// A tile: kRows x up to kMaxVectors sums in registers; beside them a line's vectors and a weight.
constexpr size_t kRows = kManyRegisters ? 8 : 4;
constexpr size_t kMaxVectors = 3;
// Panels that meet the inputs of a tile one after the other. More would write to more places at a
// time than the caches' prefetchers follow.
constexpr size_t kMostPanels = 2;
// Up to this many floats of a line that do not fill a vector are computed with rows in the lanes.
constexpr size_t kMostRest = kLanes / 4;

// Everything that stays the same over the tiles of a call.
struct Job {
  const PanelMatrix& w;
  const Shift& shift;
  const Epilogue& epilogue;
};

// Rows [row, row + count), count <= kRows and all of one panel, at kVectors vectors, the last of
// which has `last_floats` floats, from position `at` of `line` on. Rows of the panel beyond `count`
// are computed and dropped. With kFetch the weights of the next panel are fetched meanwhile.
template <size_t kVectors, bool kFetch>
HWY_ATTR void Tile(const Job& job, size_t row, size_t count, size_t last_floats, size_t line,
                   size_t at) {
  const D d;
  const PanelMatrix& w = job.w;
  const Shift& shift = job.shift;
  const float* HWY_RESTRICT x = shift.x + line * shift.x_pitch + at;
  const float* HWY_RESTRICT values = w.Panel(row / kPanelRows) + row % kPanelRows;
  const size_t next_panel = w.columns * kPanelRows;
  V sums[kRows][kVectors];
  // Loops over sums are unrolled whole, so that they never are in memory.
  HWY_UNROLL(8)
  for (size_t r = 0; r < kRows; ++r) {
    HWY_UNROLL(3)
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  for (size_t column = 0; column < w.columns; ++column) {
    const float* HWY_RESTRICT shifted = x + shift.Offset(column);
    if (kFetch) hwy::Prefetch(values + next_panel);
    V xs[kVectors];
    for (size_t v = 0; v < kVectors; ++v) xs[v] = hn::LoadU(d, shifted + v * kLanes);
    for (size_t r = 0; r < kRows; ++r) {
      const V value = hn::Set(d, values[r]);
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(value, xs[v], sums[r][v]);
    }
    values += kPanelRows;
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

// Rows [first_row, last_row) at `count` vectors of `line`.
HWY_ATTR void Line(const Job& job, const LineVectors& vectors, size_t count, size_t first_row,
                   size_t last_row, size_t line) {
  for (size_t v = 0, wide; v < count; v += wide) {
    // Tiles of about the same width.
    const size_t rest = count - v, tiles = (rest + kMaxVectors - 1) / kMaxVectors;
    wide = (rest + tiles - 1) / tiles;
    if (kForSize && wide < kMaxVectors) wide = 1;
    const size_t last_floats = vectors.LastFloats(v + wide);
    for (size_t row = first_row; row < last_row; row += kRows) {
      const size_t rows = HWY_MIN(kRows, last_row - row);
      // The first tile meets weights that come from an outer cache; all others would lose 3 to 5 %
      // by fetching what is there already.
      const bool fetch = !kForSize && v == 0 && row % kPanelRows == 0;
      switch (wide) {
        case 1:
          Tile<1, false>(job, row, rows, last_floats, line, v * kLanes);
          break;
        case 2:
          if (!kForSize) Tile<2, false>(job, row, rows, last_floats, line, v * kLanes);
          break;
        default:
          if (fetch) {
            Tile<3, !kForSize>(job, row, rows, last_floats, line, v * kLanes);
          } else {
            Tile<3, false>(job, row, rows, last_floats, line, v * kLanes);
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
  const bool has_rest = !kForSize && vectors.count > 1 && vectors.last_floats <= kMostRest;
  const size_t count = vectors.count - (has_rest ? 1 : 0);
  const size_t last_row = HWY_MIN(last_panel * kPanelRows, size_t{w.rows});
  for (size_t row = first_panel * kPanelRows; row < last_row; row += kMostPanels * kPanelRows) {
    const size_t end = HWY_MIN(row + kMostPanels * kPanelRows, last_row);
    for (size_t line = 0; line < shift.lines; ++line) Line(job, vectors, count, row, end, line);
  }
  if (!has_rest) return;
  for (size_t line = 0; line < shift.lines; ++line) {
    for (size_t row = first_panel * kPanelRows; row < last_row; row += kRestVectors * kLanes) {
      (vectors.last_floats == 1 ? Rest<1> : Rest<kMostRest>)(job, row, last_row,
                                                             vectors.last_floats, line,
                                                             count * kLanes);
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
