// A convolution's input, arranged so that every tap of the kernel is a plain shift of it.
#ifndef DC_RUNTIME_OPS_SHIFT_PLANES_H_
#define DC_RUNTIME_OPS_SHIFT_PLANES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dc/status.h"
#include "runtime/ops/sliding_window.h"

namespace dc::runtime {

// The padded input of each channel is cut into stride.y * stride.x phases (rows y and columns x
// with the same remainders), one plane each: [channel][phase y][phase x][row][column]. Output
// (oy, ox) of a tap then is plane[oy + shift y][ox + shift x] whatever the stride. With stride 1
// and no padding the input itself is that arrangement and needs no copy.
class ShiftPlanes {
 public:
  // For `channels` input channels, `group_channels` of which an output channel reads. Unsupported
  // where the planes exceed kMaxSampleSize.
  static StatusOr<ShiftPlanes> Make(int64_t channels, int64_t group_channels,
                                    const SlidingWindow& window);

  const SlidingWindow& window() const { return window_; }
  size_t channels() const { return channels_; }
  int64_t pitch() const { return columns_; }  // elements from one row of a plane to the next
  bool needs_copy() const { return needs_copy_; }
  // Elements of all planes of all channels.
  uint64_t size() const { return channels_ * channel_size(); }
  // Elements from output (0, 0) to the last one, both included, along the rows of a plane.
  uint64_t flat_length() const {
    return static_cast<uint64_t>((window_.y.out - 1) * columns_ + window_.x.out);
  }
  // Distance in elements of each tap of a group: [channel in the group][kernel y][kernel x].
  const std::vector<uint32_t>& offsets() const { return offsets_; }

  // Arranges channels [begin, end) of `x` (each value `lanes` floats) in `planes`.
  void Copy(size_t begin, size_t end, size_t lanes, const float* x, float* planes) const;

 private:
  uint64_t channel_size() const {
    return static_cast<uint64_t>(stride_y_ * stride_x_ * rows_ * columns_);
  }
  void CopyRow(int64_t y, int64_t phase_x, size_t lanes, const float* channel, float* row) const;

  SlidingWindow window_;
  size_t channels_ = 0;
  int64_t stride_y_ = 1, stride_x_ = 1;  // 1 along axes with a single output
  int64_t rows_ = 0, columns_ = 0;       // of a plane
  bool needs_copy_ = false;
  std::vector<uint32_t> offsets_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPS_SHIFT_PLANES_H_
