// The loops of quantizers of values, over numbers that share a scale.
#ifndef DC_TRAIN_KERNELS_QUANTIZE_KERNELS_H_
#define DC_TRAIN_KERNELS_QUANTIZE_KERNELS_H_

#include <cstdint>

#include "op/grid_functions.h"

namespace dc::train {

// y[i] = grid(x[i], scale), bit for bit.
void QuantizeToGrid(const op::UniformGrid& grid, float scale, const float* x, int64_t count,
                    float* y);
// y[i] = op::BinaryValue(x[i], scale).
void QuantizeToSigns(float scale, const float* x, int64_t count, float* y);

// dx[i] = dy[i] where the place of x[i] is on the grid, its ends included; else 0, also of NaN.
void PassInsideGrid(const op::UniformGrid& grid, float scale, const float* x, const float* dy,
                    int64_t count, float* dx);
// dx[i] = dy[i] where low < x[i] < high; else 0, also of NaN.
void PassBetween(float low, float high, const float* x, const float* dy, int64_t count, float* dx);

// The sum of dy[i] times the derivative of grid(x[i], scale) by the scale, with the rounding let
// through: Esser et al. 2020 (LSQ), equation 3. Lanes are added up apart: its last bits depend on
// the instruction set.
float SumOfScaleSlopes(const op::UniformGrid& grid, float scale, const float* x, const float* dy,
                       int64_t count);

}  // namespace dc::train

#endif  // DC_TRAIN_KERNELS_QUANTIZE_KERNELS_H_
