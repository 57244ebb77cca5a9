#include "runtime/kernels/panel_shift.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/panel_shift.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "runtime/kernels/store_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

// Registers that a tile's sums may take: half of those that the target has.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_ARCH_ARM_A64
constexpr size_t kTileRegisters = 16;
#else
constexpr size_t kTileRegisters = 8;
#endif

// Everything that stays the same over the tiles of a call.
struct Job {
  const PanelMatrix& w;
  const Shift& shift;
  const float* bias;
  Clamp clamp;
};

// Rows [row, row + kRows), all of one panel, at kVectors vectors from position `at` of `line` on.
template <size_t kRows, size_t kVectors>
HWY_ATTR void RowsTile(const Job& job, size_t row, size_t line, size_t at) {
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
  const size_t count = HWY_MIN(kVectors * kLanes, shift.length - at);
  for (size_t r = 0; r < kRows; ++r) {
    float* y = shift.Y(row + r, line) + at;
    StoreTile<kVectors>(sums[r], job.bias[row + r], job.clamp, count, y);
  }
}

// Rows [row, last_row) of one panel at one tile.
template <size_t kVectors>
HWY_ATTR void PanelTile(const Job& job, size_t row, size_t last_row, size_t line, size_t at) {
  constexpr size_t kRows = kTileRegisters / kVectors;
  for (; row + kRows <= last_row; row += kRows) RowsTile<kRows, kVectors>(job, row, line, at);
  for (; row < last_row; ++row) RowsTile<1, kVectors>(job, row, line, at);
}

}  // namespace

HWY_ATTR void PanelShiftTarget(const PanelMatrix& w, size_t first_panel, size_t last_panel,
                               const Shift& shift, const float* bias, Clamp clamp) {
  constexpr size_t kMaxVectors = kTileRegisters / 4;
  const Job job{w, shift, bias, clamp};
  for (size_t panel = first_panel; panel < last_panel; ++panel) {
    const size_t row = panel * kPanelRows;
    const size_t last_row = HWY_MIN(row + kPanelRows, size_t{w.rows});
    for (size_t line = 0; line < shift.lines; ++line) {
      size_t at = 0;
      for (; at + (kMaxVectors - 1) * kLanes < shift.length; at += kMaxVectors * kLanes) {
        PanelTile<kMaxVectors>(job, row, last_row, line, at);
      }
      for (; at + kLanes < shift.length; at += 2 * kLanes) {
        PanelTile<2>(job, row, last_row, line, at);
      }
      for (; at < shift.length; at += kLanes) PanelTile<1>(job, row, last_row, line, at);
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
                    const float* bias, Clamp clamp) {
  HWY_DYNAMIC_DISPATCH(PanelShiftTarget)(w, first_panel, last_panel, shift, bias, clamp);
}

}  // namespace dc::runtime
#endif
