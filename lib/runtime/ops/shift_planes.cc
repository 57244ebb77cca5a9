#include "runtime/ops/shift_planes.h"

#include <algorithm>
#include <string>

#include "runtime/kernels/shift.h"
#include "runtime/sample_shape.h"
#include "runtime/short_copy.h"

namespace dc::runtime {
namespace {

// Of the planes of a strip, where more than one row of outputs has room: three quarters of the
// second-level cache of current server cores.
constexpr int64_t kStripElements = (int64_t{3} << 19) / sizeof(float);
// Kernels wider than this get no copy for each tap: it would take more memory than it saves time.
constexpr int64_t kMostCopies = 16;

}  // namespace

StatusOr<ShiftPlanes> ShiftPlanes::Make(int64_t channels, int64_t group_channels,
                                        const SlidingWindow& window, Samples samples) {
  const WindowAxis& wy = window.y;
  const WindowAxis& wx = window.x;
  ShiftPlanes planes;
  planes.window_ = window;
  planes.channels_ = static_cast<size_t>(channels);
  planes.stride_y_ = wy.out == 1 ? 1 : wy.stride;
  planes.stride_x_ = wx.out == 1 ? 1 : wx.stride;
  planes.phases_ = std::min(planes.stride_y_, wy.extent());
  const bool shifted_copies = samples == kOne && wx.kernel <= kMostCopies;
  if (shifted_copies) {
    planes.copies_ = wx.kernel;
    planes.copy_step_ = wx.dilation;
    planes.columns_ = static_cast<int64_t>(RoundUpToShiftUnit(static_cast<size_t>(wx.out)));
  } else {
    planes.copies_ = std::min(planes.stride_x_, wx.extent());
    planes.columns_ = (wx.padded() + planes.stride_x_ - 1) / planes.stride_x_;
  }
  const Status too_large = Unsupported("a convolution over " + std::to_string(channels) +
                                           " channels of " + std::to_string(wy.padded()) + "x" +
                                           std::to_string(wx.padded()) + ", padding included",
                                       "", "the limit is 2^28 values a sample");
  // Of all planes: the elements that rows with the same number take.
  const int64_t row_elements =
      CheckedSize({channels, planes.phases_, planes.copies_, planes.columns_});
  if (row_elements < 0) return too_large;
  // Rows of a phase beyond those of the outputs themselves.
  const int64_t more_rows = (wy.extent() - 1) / planes.stride_y_;
  planes.needs_copy_ = planes.stride_y_ > 1 || planes.stride_x_ > 1 || wy.padded() != wy.in ||
                       wx.padded() != wx.in || planes.copies_ > 1 || planes.columns_ != wx.in;
  int64_t strip_rows = wy.out;
  if (planes.needs_copy_ && samples == kOne) {
    const int64_t most = std::clamp<int64_t>(kStripElements / row_elements - more_rows, 1, wy.out);
    const int64_t strips = (wy.out + most - 1) / most;
    strip_rows = (wy.out + strips - 1) / strips;
  }
  planes.strip_rows_ = static_cast<size_t>(strip_rows);
  planes.strips_ = static_cast<size_t>((wy.out + strip_rows - 1) / strip_rows);
  planes.plane_rows_ = planes.needs_copy_ ? strip_rows + more_rows : wy.in;
  if (CheckedSize({row_elements, planes.plane_rows_}) < 0) return too_large;
  for (int64_t c = 0; c < group_channels; ++c) {
    for (int64_t ky = 0; ky < wy.kernel; ++ky) {
      for (int64_t kx = 0; kx < wx.kernel; ++kx) {
        const int64_t y = ky * wy.dilation;
        const int64_t x = shifted_copies ? 0 : kx * wx.dilation;
        const int64_t copy = shifted_copies ? kx : x % planes.stride_x_;
        const int64_t plane = (c * planes.phases_ + y % planes.stride_y_) * planes.copies_ + copy;
        const int64_t row = plane * planes.plane_rows_ + y / planes.stride_y_;
        planes.offsets_.push_back(
            static_cast<uint32_t>(row * planes.columns_ + x / planes.stride_x_));
      }
    }
  }
  return planes;
}

size_t ShiftPlanes::rows(size_t strip) const {
  return std::min(strip_rows_, static_cast<size_t>(window_.y.out) - strip * strip_rows_);
}

uint64_t ShiftPlanes::ElementsOfTile(uint64_t tile) const {
  const uint64_t more = static_cast<uint64_t>((window_.y.extent() - 1) / stride_y_ * columns_);
  return static_cast<uint64_t>(phases_ * copies_) * (tile + more);
}

void ShiftPlanes::CopyRow(int64_t y, int64_t copy, size_t lanes, const float* channel,
                          float* row) const {
  const WindowAxis& wx = window_.x;
  const size_t width = static_cast<size_t>(columns_) * lanes;
  if (y < 0 || y >= window_.y.in) {
    ClearFloats(row, width);
    return;
  }
  // Column i is inside the input for [first, last).
  const int64_t to_inside = wx.pad_begin - copy * copy_step_;
  const auto column_from = [&](int64_t distance) {
    const int64_t rounded =
        distance > 0 ? (distance + stride_x_ - 1) / stride_x_ : -(-distance / stride_x_);
    return std::clamp<int64_t>(rounded, 0, columns_);
  };
  const int64_t first = column_from(to_inside);
  const int64_t last = std::max(first, column_from(wx.in + to_inside));
  const float* from =
      channel + (y * wx.in + first * stride_x_ - to_inside) * static_cast<int64_t>(lanes);
  float* to = row + static_cast<size_t>(first) * lanes;
  ClearFloats(row, static_cast<size_t>(first) * lanes);
  if (stride_x_ == 1) {
    CopyFloats(from, static_cast<size_t>(last - first) * lanes, to);
  } else if (lanes == 1) {
    for (int64_t i = 0; i < last - first; ++i) to[i] = from[i * stride_x_];
  } else {
    for (int64_t i = first; i < last; ++i, to += lanes) {
      CopyFloats(from, lanes, to);
      from += static_cast<size_t>(stride_x_) * lanes;
    }
  }
  ClearFloats(row + static_cast<size_t>(last) * lanes,
              static_cast<size_t>(columns_ - last) * lanes);
}

void ShiftPlanes::ShiftRow(int64_t y, int64_t copy, const float* channel, float* row) const {
  CopyFloats(row - stride_x_ * plane_rows_ * columns_ + 1, static_cast<size_t>(columns_ - 1), row);
  const int64_t x = (columns_ - 1) * stride_x_ + copy - window_.x.pad_begin;
  const bool inside = y >= 0 && y < window_.y.in && x >= 0 && x < window_.x.in;
  row[columns_ - 1] = inside ? channel[y * window_.x.in + x] : 0.0f;
}

void ShiftPlanes::Copy(size_t begin, size_t end, size_t lanes, size_t strip, const float* x,
                       float* planes) const {
  const size_t in_size = static_cast<size_t>(window_.y.in * window_.x.in) * lanes;
  const int64_t first_row = static_cast<int64_t>(strip * strip_rows_);
  float* row = planes + begin * channel_size() * lanes;
  for (size_t c = begin; c < end; ++c) {
    for (int64_t phase_y = 0; phase_y < phases_; ++phase_y) {
      for (int64_t copy = 0; copy < copies_; ++copy) {
        for (int64_t r = 0; r < plane_rows_; ++r) {
          const int64_t y = (first_row + r) * stride_y_ + phase_y - window_.y.pad_begin;
          if (lanes == 1 && stride_x_ > 1 && copy_step_ == 1 && copy >= stride_x_) {
            ShiftRow(y, copy, x + c * in_size, row);
          } else {
            CopyRow(y, copy, lanes, x + c * in_size, row);
          }
          row += static_cast<size_t>(columns_) * lanes;
        }
      }
    }
  }
}

}  // namespace dc::runtime
