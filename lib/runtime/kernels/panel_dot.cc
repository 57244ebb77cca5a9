#include "runtime/kernels/panel_dot.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "runtime/kernels/panel_dot.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace dc::runtime {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kPanelRows>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());

// Raw sums of kPanels panels from `panel` on. Several panels at once hide the latency of the
// multiply-adds and read that many streams of weights side by side.
template <size_t kPanels>
HWY_ATTR void SumPanels(const PanelMatrix& w, size_t panel, const float* HWY_RESTRICT x,
                        float* HWY_RESTRICT sums) {
  const D d;
  const size_t panel_size = w.columns * kPanelRows;
  for (size_t part = 0; part < kPanelRows; part += kLanes) {
    const float* HWY_RESTRICT values = w.Panel(panel) + part;
    V sum[kPanels];
    for (size_t p = 0; p < kPanels; ++p) sum[p] = hn::Zero(d);
    for (size_t column = 0; column < w.columns; ++column) {
      const V xc = hn::Set(d, x[column]);
      for (size_t p = 0; p < kPanels; ++p) {
        sum[p] = hn::MulAdd(hn::LoadU(d, values + p * panel_size), xc, sum[p]);
      }
      values += kPanelRows;
    }
    for (size_t p = 0; p < kPanels; ++p) hn::StoreU(sum[p], d, sums + p * kPanelRows + part);
  }
}

}  // namespace

HWY_ATTR void PanelDotTarget(const PanelMatrix& w, size_t first_panel, size_t last_panel,
                             const float* x, const Epilogue& epilogue, float* y) {
  constexpr size_t kPanels = 4;
  const Epilogue own = epilogue;  // a copy, which writes to y cannot change
  float sums[kPanels * kPanelRows];
  for (size_t panel = first_panel; panel < last_panel;) {
    const size_t count = last_panel - panel >= kPanels ? kPanels : 1;
    if (count == kPanels) {
      SumPanels<kPanels>(w, panel, x, sums);
    } else {
      SumPanels<1>(w, panel, x, sums);
    }
    const size_t first = panel * kPanelRows;
    const size_t rows = HWY_MIN(count * kPanelRows, w.rows - first);
    for (size_t r = 0; r < rows; ++r) y[first + r] = own(first + r, sums[r]);
    panel += count;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dc::runtime
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dc::runtime {

HWY_EXPORT(PanelDotTarget);

void PanelDotSimd(const PanelMatrix& w, size_t first_panel, size_t last_panel, const float* x,
                  const Epilogue& epilogue, float* y) {
  HWY_DYNAMIC_DISPATCH(PanelDotTarget)(w, first_panel, last_panel, x, epilogue, y);
}

}  // namespace dc::runtime
#endif
