#include "runtime/kernels/panel_shift.h"

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

// Everything that stays the same over the tiles of a call.
struct Job {
  const PanelMatrix& w;
  const Shift& shift;
  const Epilogue& epilogue;
};

// Rows [row, row + count), count <= kRows and all of one panel, at kVectors vectors, the last of
// which has `last_floats` floats, from position `at` of `line` on. Rows of the panel beyond `count`
// are computed and dropped.
template <size_t kVectors>
HWY_ATTR void Tile(const Job& job, size_t row, size_t count, size_t last_floats, size_t line,
                   size_t at) {
  const D d;
  const PanelMatrix& w = job.w;
  const Shift& shift = job.shift;
  const float* HWY_RESTRICT x = shift.x + line * shift.x_pitch + at;
  const float* HWY_RESTRICT values = w.Panel(row / kPanelRows) + row % kPanelRows;
  V sums[kRows][kVectors];
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  for (size_t column = 0; column < w.columns; ++column) {
    const float* HWY_RESTRICT shifted = x + shift.Offset(column);
    V xs[kVectors];
    for (size_t v = 0; v < kVectors; ++v) xs[v] = hn::LoadU(d, shifted + v * kLanes);
    for (size_t r = 0; r < kRows; ++r) {
      const V value = hn::Set(d, values[r]);
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(value, xs[v], sums[r][v]);
    }
    values += kPanelRows;
  }
  const V lo = hn::Set(d, job.epilogue.low), hi = hn::Set(d, job.epilogue.high);
  for (size_t r = 0; r < kRows; ++r) {
    if (r == count) break;
    float* y = shift.Y(row + r, line) + at;
    const V bias = hn::Set(d, job.epilogue.bias[row + r]);
    for (size_t v = 0; v < kVectors; ++v) {
      const V result = AtMost(hi, AtLeast(lo, hn::Add(sums[r][v], bias)));
      StoreFirst(result, v + 1 == kVectors ? last_floats : kLanes, y + v * kLanes);
    }
  }
}

}  // namespace

HWY_ATTR void PanelShiftTarget(const PanelMatrix& w, size_t first_panel, size_t last_panel,
                               const Shift& shift, const Epilogue& epilogue) {
  const Job job{w, shift, epilogue};
  const LineVectors vectors(shift.length);
  const size_t last_row = HWY_MIN(last_panel * kPanelRows, size_t{w.rows});
  for (size_t line = 0; line < shift.lines; ++line) {
    for (size_t v = 0, wide; v < vectors.count; v += wide) {
      wide = HWY_MIN(kMaxVectors, vectors.count - v);
      if (kForSize && wide < kMaxVectors) wide = 1;
      for (size_t row = first_panel * kPanelRows; row < last_row; row += kRows) {
        const size_t count = HWY_MIN(kRows, last_row - row);
        const size_t last_floats = vectors.LastFloats(v + wide);
        switch (wide) {
          case 1:
            Tile<1>(job, row, count, last_floats, line, v * kLanes);
            break;
          case 2:
            if (!kForSize) Tile<2>(job, row, count, last_floats, line, v * kLanes);
            break;
          default:
            Tile<3>(job, row, count, last_floats, line, v * kLanes);
        }
      }
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
