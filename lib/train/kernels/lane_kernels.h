// Convolution kernels on 16 images side by side: layout [channel][row][column][image], the image
// fastest, so that one vector holds one pixel of 16 images and no channel count is padded.
#ifndef DC_TRAIN_KERNELS_LANE_KERNELS_H_
#define DC_TRAIN_KERNELS_LANE_KERNELS_H_

#include <cstdint>

namespace dc::train {

// Images in a group.
constexpr int64_t kLanes = 16;
// Output channels that a kernel computes at once: packed weights and sums come in blocks of 4.
constexpr int64_t kLaneBlock = 4;

// A convolution of stride 1. The input has its zero columns already: in_width = out_width +
// kernel_w - 1. Rows above and below are skipped: input row = output row + kernel row - pad_top.
struct LaneShape {
  int64_t in_channels, in_height, in_width;
  int64_t out_channels, out_height, out_width;
  int64_t kernel_h, kernel_w, pad_top;

  int64_t Taps() const { return kernel_h * kernel_w; }
  int64_t Blocks() const { return (out_channels + kLaneBlock - 1) / kLaneBlock; }
};

// y = bias + x * w of one group. `weights` is packed as [block][in_channel][kernel_h][kernel_w][4],
// zero where a block has fewer than 4 channels; `bias` holds Blocks() * 4 values.
void LaneConvolve(const LaneShape& shape, const float* x, const float* weights, const float* bias,
                  float* y);

// dw[out][in][kernel_h][kernel_w] = sum over images and pixels of dy * x, over `groups` groups:
// group g's input starts at x + g * x_step, its output gradient at dy + g * dy_step. `sums` is work
// space of Taps() * 4 * 16 floats.
void LaneWeightGradient(const LaneShape& shape, int64_t groups, const float* x, int64_t x_step,
                        const float* dy, int64_t dy_step, float* sums, float* dw);

}  // namespace dc::train

#endif  // DC_TRAIN_KERNELS_LANE_KERNELS_H_
