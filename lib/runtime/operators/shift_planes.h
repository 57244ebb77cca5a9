// A convolution's input, arranged so that every tap of the kernel is a plain shift of it.
#ifndef DC_RUNTIME_OPERATORS_SHIFT_PLANES_H_
#define DC_RUNTIME_OPERATORS_SHIFT_PLANES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dc/status.h"
#include "runtime/kernels/copy_rows.h"
#include "runtime/operators/sliding_window.h"

namespace dc::runtime {

// The padded input of each channel becomes planes [channel][phase y][copy][row][column]. Rows with
// the same remainder by the stride form a phase. Output (oy, ox) of a tap then is
// plane[oy + shift y][ox + shift x] whatever the stride. The output is made in strips of some rows
// each, so that the planes of a strip stay in a cache.
class ShiftPlanes {
 public:
  enum Samples {
    // One sample: each horizontal tap has a copy that is shifted already, and rows are padded to
    // kShiftUnit floats, so that all shifts that are left are multiples of it.
    kOne,
    // The same with rows as wide as those of the output, for kernels whose loads may cross cache
    // lines: all outputs of a channel are one line.
    kOneTight,
    // Several samples beside each other, their number a multiple of kShiftUnit: one copy per phase.
    kMany
  };

  // For `channels` input channels, `group_channels` of which an output channel reads. Unsupported
  // where the planes exceed kMaxSampleSize.
  static StatusOr<ShiftPlanes> Make(int64_t channels, int64_t group_channels,
                                    const SlidingWindow& window, Samples samples);

  const SlidingWindow& window() const { return window_; }
  size_t channels() const { return channels_; }
  // Elements from one row of a plane to the next.
  size_t pitch() const { return static_cast<size_t>(columns_); }
  // False: the input itself is the arrangement already.
  bool needs_copy() const { return needs_copy_; }
  size_t strips() const { return strips_; }
  // The output rows of a strip are [strip * strip_rows(), strip * strip_rows() + rows(strip)).
  size_t strip_rows() const { return strip_rows_; }
  size_t rows(size_t strip) const;
  // Elements of all planes of a strip.
  uint64_t size() const { return channels_ * channel_size(); }
  // Distance in elements of each tap of a group: [channel in the group][kernel y][kernel x].
  const std::vector<uint32_t>& offsets() const { return offsets_; }
  // Elements of one channel's planes that `tile` outputs in a row read, about.
  uint64_t ElementsOfTile(uint64_t tile) const;

  // Copies the outputs of `strip` of one sample from planes of the width pitch(), which are
  // flat_stride floats apart, to `channels` planes of outputs; `y` is where the strip begins in the
  // first.
  void Extract(size_t channels, size_t strip, const float* flat, size_t flat_stride,
               float* y) const;

  // Arranges channels [begin, end) of `x` (each value `lanes` floats) for `strip` in `planes`.
  void Copy(size_t begin, size_t end, size_t lanes, size_t strip, const float* x,
            CopyRows* copy_rows, float* planes) const;

 private:
  // The columns of a copy that are inside the input, and the input column that the first reads.
  struct Span {
    size_t first, last;
    int64_t input;
  };
  // Column i of copy j reads input column i * stride + j * copy_step_ - pad.
  Span Inside(int64_t copy) const;
  // A row of a plane, element by element.
  void CopyElements(const Span& inside, size_t lanes, const float* line, float* row) const;
  // The same for one sample and copy >= stride: copy - stride holds it one column to the right.
  void ShiftRow(int64_t copy, const float* line, float* row) const;
  uint64_t channel_size() const { return static_cast<uint64_t>(phases_ * copies_ * plane_size_); }

  SlidingWindow window_;
  size_t channels_ = 0;
  int64_t stride_y_ = 1, stride_x_ = 1;  // 1 along axes with a single output
  int64_t phases_ = 1, copies_ = 1;
  int64_t copy_step_ = 1;
  int64_t plane_rows_ = 0, columns_ = 0;
  int64_t plane_size_ = 0;  // elements from one plane to the next
  size_t strips_ = 1, strip_rows_ = 1;
  bool needs_copy_ = false;
  std::vector<uint32_t> offsets_;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_SHIFT_PLANES_H_
