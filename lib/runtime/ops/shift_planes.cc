#include "runtime/ops/shift_planes.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/sample_shape.h"

namespace dc::runtime {

StatusOr<ShiftPlanes> ShiftPlanes::Make(int64_t channels, int64_t group_channels,
                                        const SlidingWindow& window) {
  ShiftPlanes planes;
  planes.window_ = window;
  planes.channels_ = static_cast<size_t>(channels);
  planes.stride_y_ = window.y.out == 1 ? 1 : window.y.stride;
  planes.stride_x_ = window.x.out == 1 ? 1 : window.x.stride;
  planes.rows_ = (window.y.padded() + planes.stride_y_ - 1) / planes.stride_y_;
  planes.columns_ = (window.x.padded() + planes.stride_x_ - 1) / planes.stride_x_;
  if (CheckedSize({channels, planes.stride_y_, planes.stride_x_, planes.rows_, planes.columns_}) <
      0) {
    return Unsupported("a convolution over " + std::to_string(channels) + " channels of " +
                           std::to_string(window.y.padded()) + "x" +
                           std::to_string(window.x.padded()) + ", padding included",
                       "", "the limit is 2^28 values a sample");
  }
  planes.needs_copy_ = planes.stride_y_ > 1 || planes.stride_x_ > 1 ||
                       window.y.padded() != window.y.in || window.x.padded() != window.x.in;
  for (int64_t c = 0; c < group_channels; ++c) {
    for (int64_t ky = 0; ky < window.y.kernel; ++ky) {
      for (int64_t kx = 0; kx < window.x.kernel; ++kx) {
        const int64_t y = ky * window.y.dilation;
        const int64_t x = kx * window.x.dilation;
        const int64_t plane =
            (c * planes.stride_y_ + y % planes.stride_y_) * planes.stride_x_ + x % planes.stride_x_;
        const int64_t row = plane * planes.rows_ + y / planes.stride_y_;
        planes.offsets_.push_back(
            static_cast<uint32_t>(row * planes.columns_ + x / planes.stride_x_));
      }
    }
  }
  return planes;
}

void ShiftPlanes::CopyRow(int64_t y, int64_t phase_x, size_t lanes, const float* channel,
                          float* row) const {
  const WindowAxis& wx = window_.x;
  const size_t width = static_cast<size_t>(columns_) * lanes;
  if (y < 0 || y >= window_.y.in) {
    std::memset(row, 0, width * sizeof(float));
    return;
  }
  // Column i of the plane is input column i * stride + phase - pad: inside for [first, last).
  const int64_t to_inside = wx.pad_begin - phase_x;
  const int64_t first = std::clamp<int64_t>((to_inside + stride_x_ - 1) / stride_x_, 0, columns_);
  const int64_t last =
      std::clamp<int64_t>((wx.in + to_inside + stride_x_ - 1) / stride_x_, first, columns_);
  const float* from =
      channel + (y * wx.in + first * stride_x_ - to_inside) * static_cast<int64_t>(lanes);
  float* to = row + static_cast<size_t>(first) * lanes;
  std::memset(row, 0, static_cast<size_t>(first) * lanes * sizeof(float));
  if (stride_x_ == 1) {
    std::memcpy(to, from, static_cast<size_t>(last - first) * lanes * sizeof(float));
  } else {
    for (int64_t i = first; i < last; ++i, to += lanes) {
      for (size_t l = 0; l < lanes; ++l) to[l] = from[l];
      from += static_cast<size_t>(stride_x_) * lanes;
    }
  }
  float* end = row + static_cast<size_t>(last) * lanes;
  std::memset(end, 0, width * sizeof(float) - static_cast<size_t>(last) * lanes * sizeof(float));
}

void ShiftPlanes::Copy(size_t begin, size_t end, size_t lanes, const float* x,
                       float* planes) const {
  const size_t in_size = static_cast<size_t>(window_.y.in * window_.x.in) * lanes;
  float* row = planes + begin * channel_size() * lanes;
  for (size_t c = begin; c < end; ++c) {
    for (int64_t phase_y = 0; phase_y < stride_y_; ++phase_y) {
      for (int64_t phase_x = 0; phase_x < stride_x_; ++phase_x) {
        for (int64_t r = 0; r < rows_; ++r) {
          const int64_t y = r * stride_y_ + phase_y - window_.y.pad_begin;
          CopyRow(y, phase_x, lanes, x + c * in_size, row);
          row += static_cast<size_t>(columns_) * lanes;
        }
      }
    }
  }
}

}  // namespace dc::runtime
