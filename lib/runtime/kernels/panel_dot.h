// Dense matrix x vector: one matrix row per SIMD lane.
#ifndef DC_RUNTIME_KERNELS_PANEL_DOT_H_
#define DC_RUNTIME_KERNELS_PANEL_DOT_H_

#include <cstddef>

#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/panel_matrix.h"

namespace dc::runtime {

// y[r] = epilogue(r, sum over c of W[r][c] * x[c]) for the rows r of panels
// [first_panel, last_panel). `x` has w.columns floats, `bias` and `y` w.rows. Terms are added in
// the order of columns, the bias last.
using PanelDot = void(const PanelMatrix& w, size_t first_panel, size_t last_panel, const float* x,
                      const Epilogue& epilogue, float* y);

PanelDot PanelDotRef;
PanelDot PanelDotSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_PANEL_DOT_H_
