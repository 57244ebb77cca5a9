// 3x3 convolutions of stride 1 by Winograd's method, F(4x4, 3x3) of Lavin and Gray (arXiv
// 1509.09308), with the points 0, +-sqrt(1/2), +-sqrt(2) and infinity: 36 products per 16 outputs
// in place of 144. Values are in oneDNN's layouts nChw8c and nChw16c: blocks of WinogradLanes()
// channels.
#ifndef DC_TRAIN_KERNELS_WINOGRAD_KERNELS_H_
#define DC_TRAIN_KERNELS_WINOGRAD_KERNELS_H_

#include <cstddef>
#include <cstdint>

namespace dc::train {

// Channels of a block, those of a vector: 16 with AVX-512, 8 with AVX2, 0 where there is neither
// and the kernels must not be called.
int64_t WinogradLanes();

// Channels are multiples of 16. Rows and columns outside of the input count as zeros: output (y, x)
// reads the inputs from (y - pad_top, x - pad_left) on.
struct WinogradShape {
  int64_t batch;
  int64_t in_channels, in_height, in_width;
  int64_t out_channels, out_height, out_width;
  int64_t pad_top, pad_left;

  int64_t TileRows() const { return (out_height + 3) / 4; }
  int64_t TileColumns() const { return (out_width + 3) / 4; }
  int64_t Tiles() const { return batch * TileRows() * TileColumns(); }
  // Floats of the transformed weights, and of the work space that each of the functions below needs
  // beside them.
  size_t WeightFloats() const { return static_cast<size_t>(36 * in_channels * out_channels); }
  size_t WorkFloats() const;
};

// Transforms the weights. `turned`: for the gradient of the input, whose outputs are the
// convolution's inputs; the kernels are turned by 180 degrees. `weights` is
// [out_channels][in_channels][3][3], or [in_channels][out_channels][3][3] where turned;
// `transformed` [36][in_channels][out_channels].
void WinogradWeights(const WinogradShape& shape, const float* weights, bool turned,
                     float* transformed);

// y = x * w + bias, which may be null.
void WinogradConvolve(const WinogradShape& shape, const float* x, const float* transformed,
                      const float* bias, float* y, float* work);

// dw[out_channels][in_channels][3][3] = the sum over images and pixels of dy * x. `sums` has
// WeightFloats().
void WinogradWeightGradient(const WinogradShape& shape, const float* x, const float* dy,
                            float* sums, float* dw, float* work);

}  // namespace dc::train

#endif  // DC_TRAIN_KERNELS_WINOGRAD_KERNELS_H_
