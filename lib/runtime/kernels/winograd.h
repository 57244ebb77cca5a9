// Convolution by Winograd's minimal filtering: the transformed input times the transformed filter.
#ifndef DC_RUNTIME_KERNELS_WINOGRAD_H_
#define DC_RUNTIME_KERNELS_WINOGRAD_H_

#include <cstddef>
#include <cstdint>

#include "runtime/kernels/code_panels.h"
#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {

// F(4 x 4, 3 x 3) of Lavin and Gray (arXiv 1509.09308): tiles of 6 x 6 inputs give 4 x 4 outputs,
//   Y = A^T [ sum over channels of (G g G^T) . (B^T d B) ] A,
// from the points 0, +-sqrt(1/2), +-sqrt(2) and infinity, whose rounding errors are smaller than
// those of 0, +-1, +-2. A tile's 36 values stay apart until the last step: each is a product of
// matrices.
inline constexpr size_t kWinogradTaps = 3, kWinogradOutputs = 4, kWinogradSide = 6;
inline constexpr size_t kWinogradPositions = kWinogradSide * kWinogradSide;

// Rows (output channels) that are computed together, and most channels between two visits of their
// sums.
inline constexpr size_t kWinogradRows = 2 * kPanelRows, kWinogradChannels = 32;
// The products read and write up to this many columns beyond the last.
inline constexpr size_t kWinogradSlack = 16;

// The input of a channel and which tiles of it to transform. Column t is sample t % lanes of the
// tile at line t / lanes / places and place t / lanes % places.
struct WinogradInput {
  const float* plane = nullptr;  // [height][width][lanes]
  size_t height = 0, width = 0, lanes = 1;
  int64_t first_y = 0, first_x = 0;  // of the first tile; outside the plane are zeros
  size_t lines = 0, places = 0;

  size_t columns() const { return lines * places * lanes; }
  // The kernel sorts the inputs of all tiles by their place in the tile, except that rows which two
  // lines of tiles share are there once: input (y, x) of column t is
  //   phases[(y % 4 * 6 + x) * phase() + y / 4 * places * lanes + t].
  size_t phase() const { return SpreadOut((lines + 1) * places * lanes + kWinogradSlack); }
  size_t PhasesFloats() const { return kWinogradOutputs * kWinogradSide * phase(); }
};

// Where the outputs of a block of columns are. Output (i, j) of column t lies in row r at
//   y[r * row_stride + (line(t) * 4 + i) * pitch + (place(t) * 4 + j) * lanes + t % lanes],
// line(t) = t / lanes / tiles and place(t) = t / lanes % tiles, where the line and the place are
// below `height` and `width`.
struct WinogradOutput {
  float* y = nullptr;
  size_t rows = 0, row_stride = 0;
  size_t lanes = 1, tiles = 1, columns = 0;
  size_t height = 0, width = 0, pitch = 0;  // pitch in floats, width in outputs
};

// B^T d B for all columns: v[position * position_stride + column], which is written up to the next
// multiple of kShiftUnit columns. `phases` is working memory of input.PhasesFloats().
using WinogradTransformInput = void(const WinogradInput& input, float* phases,
                                    size_t position_stride, float* v);

// G g G^T of channels [first, last) and the kWinogradRows rows from `panel` on:
// u[position * position_stride + (channel - first) * kWinogradRows + row]; some numbers beyond the
// last row.
using WinogradTransformFilters = void(const CodePanels& w, size_t panel, size_t first, size_t last,
                                      size_t position_stride, float* u);

// m[column * kWinogradRows + row] (+)= sum over channels of u[channel][row] * v[channel][column].
using WinogradMultiply = void(const float* u, const float* v, size_t v_pitch, size_t channels,
                              size_t columns, bool add, float* m);

// The epilogue of A^T m A of up to kWinogradRows rows. `m` is that of WinogradMultiply for each
// position, position_stride floats apart.
using WinogradTransformOutput = void(const float* m, size_t position_stride,
                                     const Epilogue& epilogue, const WinogradOutput& output);

// Whether this machine's instruction set has these kernels; elsewhere they compute nothing.
bool WinogradIsCovered();
WinogradTransformInput WinogradTransformInputSimd;
WinogradTransformFilters WinogradTransformFiltersSimd;
WinogradMultiply WinogradMultiplySimd;
WinogradTransformOutput WinogradTransformOutputSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_WINOGRAD_H_
