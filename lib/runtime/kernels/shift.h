// Where the shift kernels read and write: one description for convolutions and for batches.
#ifndef DC_RUNTIME_KERNELS_SHIFT_H_
#define DC_RUNTIME_KERNELS_SHIFT_H_

#include <cstddef>
#include <cstdint>

namespace dc::runtime {

// Kernels read up to this many floats beyond the last one they need and ignore them: every buffer
// that a kernel reads activations from is that much longer than its contents.
inline constexpr size_t kReadSlack = 64;

// Lines are computed in units of this many floats, the vectors of the widest machines.
inline constexpr size_t kShiftUnit = 16;
constexpr size_t RoundUpToShiftUnit(size_t floats) {
  return (floats + kShiftUnit - 1) / kShiftUnit * kShiftUnit;
}

// The next odd number of cache lines: what is that far apart falls into different sets of a cache.
constexpr size_t SpreadOut(size_t floats) {
  return ((floats + kShiftUnit - 1) / kShiftUnit | 1) * kShiftUnit;
}

// A shift kernel computes, for every output row r and every line l and position p,
//   y[(r - first_row) * y_row_stride + l * y_pitch + p] = epilogue(r, sum over columns c of
//       W[r][c] * x[Offset(c) + l * x_pitch + p]),   0 <= l < lines, 0 <= p < length.
// A convolution passes one column per tap (input channel and kernel position) whose offset is the
// distance that the tap shifts the input plane. A fully connected layer over a batch stores its
// activations as [feature][sample] and passes no offsets, unit = length = samples and one line.
// Kernels are fastest where x and all offsets are multiples of kShiftUnit: then no vector that
// they load crosses a cache line.
struct Shift {
  const float* x = nullptr;           // kReadSlack readable floats beyond the last one used
  bool finite = true;                 // false: there may be NaN or infinity among the inputs
  const uint32_t* offsets = nullptr;  // one per column, in units of `unit`; null: the column number
  size_t unit = 1;                    // floats
  size_t lines = 1, length = 0;
  size_t x_pitch = 0, y_pitch = 0;
  float* y = nullptr;  // only the positions above are written
  size_t first_row = 0, y_row_stride = 0;

  size_t Offset(size_t column) const { return (offsets ? offsets[column] : column) * unit; }
  float* Y(size_t row, size_t line) const {
    return y + (row - first_row) * y_row_stride + line * y_pitch;
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_SHIFT_H_
