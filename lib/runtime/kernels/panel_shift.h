// Dense matrix x shifted planes: direct convolution, and a matrix product over a batch.
#ifndef DC_RUNTIME_KERNELS_PANEL_SHIFT_H_
#define DC_RUNTIME_KERNELS_PANEL_SHIFT_H_

#include <cstddef>

#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/panel_matrix.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {

// What shift.h describes, for the rows of panels [first_panel, last_panel) of `w`; its
// epilogue has no scale, which dense values have taken in. Terms are added in the order of columns,
// the bias last.
using PanelShift = void(const PanelMatrix& w, size_t first_panel, size_t last_panel,
                        const Shift& shift, const Epilogue& epilogue);

PanelShift PanelShiftRef;
PanelShift PanelShiftSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_PANEL_SHIFT_H_
