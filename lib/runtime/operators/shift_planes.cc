#include "runtime/operators/shift_planes.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "runtime/kernels/shift.h"
#include "runtime/kernels/short_copy.h"
#include "runtime/load/sample_shape.h"

namespace dc::runtime {
namespace {

// Of the planes of a strip, where more than one row of outputs has room: three quarters of the
// second-level cache of current server cores.
constexpr int64_t kStripElements = (int64_t{3} << 19) / sizeof(float);
// Kernels wider than this get no copy for each tap: it would take more memory than it saves time.
constexpr int64_t kMostCopies = 16;

// A width that keeps vectors from crossing cache lines: multiples of a line, or even parts of one,
// of which every second crosses at most.
int64_t RoundedWidth(int64_t width) {
  if (width <= 4) return 4;
  if (width <= 8) return 8;
  return static_cast<int64_t>(RoundUpToShiftUnit(static_cast<size_t>(width)));
}

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
  const bool shifted_copies = samples != kMany && wx.kernel <= kMostCopies;
  if (shifted_copies) {
    planes.copies_ = wx.kernel;
    planes.copy_step_ = wx.dilation;
    planes.columns_ = samples == kOneTight ? wx.out : RoundedWidth(wx.out);
  } else {
    planes.copies_ = std::min(planes.stride_x_, wx.extent());
    planes.columns_ = (wx.padded() + planes.stride_x_ - 1) / planes.stride_x_;
  }
  const auto too_large = [&] {
    return Unsupported(
        DC_ERROR_TEXT("a large convolution", "a convolution over ", channels, " channels of ",
                      wy.padded(), "x", wx.padded(), ", padding included"),
        "", "the limit is 2^28 values per sample");
  };
  // Of all planes: the elements that rows with the same number take.
  const int64_t row_elements =
      CheckedSize({channels, planes.phases_, planes.copies_, planes.columns_});
  if (row_elements < 0) return too_large();
  // Rows of a phase beyond those of the outputs themselves.
  const int64_t more_rows = (wy.extent() - 1) / planes.stride_y_;
  planes.needs_copy_ = planes.stride_y_ > 1 || planes.stride_x_ > 1 || wy.padded() != wy.in ||
                       wx.padded() != wx.in || planes.copies_ > 1 || planes.columns_ != wx.in;
  int64_t strip_rows = wy.out;
  if (planes.needs_copy_ && samples != kMany) {
    const int64_t most = std::clamp<int64_t>(kStripElements / row_elements - more_rows, 1, wy.out);
    const int64_t strips = (wy.out + most - 1) / most;
    strip_rows = (wy.out + strips - 1) / strips;
  }
  planes.strip_rows_ = static_cast<size_t>(strip_rows);
  planes.strips_ = static_cast<size_t>((wy.out + strip_rows - 1) / strip_rows);
  planes.plane_rows_ = planes.needs_copy_ ? strip_rows + more_rows : wy.in;
  planes.plane_size_ = planes.plane_rows_ * planes.columns_;
  if (planes.needs_copy_ && samples != kMany) {
    planes.plane_size_ = static_cast<int64_t>(SpreadOut(static_cast<size_t>(planes.plane_size_)));
  }
  if (CheckedSize({channels, planes.phases_, planes.copies_, planes.plane_size_}) < 0) {
    return too_large();
  }
  for (int64_t c = 0; c < group_channels; ++c) {
    for (int64_t ky = 0; ky < wy.kernel; ++ky) {
      for (int64_t kx = 0; kx < wx.kernel; ++kx) {
        const int64_t y = ky * wy.dilation;
        const int64_t x = shifted_copies ? 0 : kx * wx.dilation;
        const int64_t copy = shifted_copies ? kx : x % planes.stride_x_;
        const int64_t plane = (c * planes.phases_ + y % planes.stride_y_) * planes.copies_ + copy;
        planes.offsets_.push_back(static_cast<uint32_t>(plane * planes.plane_size_ +
                                                        y / planes.stride_y_ * planes.columns_ +
                                                        x / planes.stride_x_));
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

ShiftPlanes::Span ShiftPlanes::Inside(int64_t copy) const {
  // Column i reads input column i * stride - to_inside.
  const int64_t to_inside = window_.x.pad_begin - copy * copy_step_;
  const auto column_from = [&](int64_t distance) {
    const int64_t rounded =
        distance > 0 ? (distance + stride_x_ - 1) / stride_x_ : -(-distance / stride_x_);
    return std::clamp<int64_t>(rounded, 0, columns_);
  };
  const int64_t first = column_from(to_inside);
  const int64_t last = std::max(first, column_from(window_.x.in + to_inside));
  return {static_cast<size_t>(first), static_cast<size_t>(last), first * stride_x_ - to_inside};
}

void ShiftPlanes::CopyElements(const Span& inside, size_t lanes, const float* line,
                               float* row) const {
  ClearFloats(row, inside.first * lanes);
  for (size_t i = inside.first; i < inside.last; ++i) {
    const int64_t at = inside.input + static_cast<int64_t>(i - inside.first) * stride_x_;
    CopyFloats(line + static_cast<size_t>(at) * lanes, lanes, row + i * lanes);
  }
  ClearFloats(row + inside.last * lanes, (static_cast<size_t>(columns_) - inside.last) * lanes);
}

void ShiftPlanes::ShiftRow(int64_t copy, const float* line, float* row) const {
  CopyFloats(row - stride_x_ * plane_size_ + 1, static_cast<size_t>(columns_ - 1), row);
  const int64_t x = (columns_ - 1) * stride_x_ + copy - window_.x.pad_begin;
  row[columns_ - 1] = x >= 0 && x < window_.x.in ? line[x] : 0.0f;
}

void ShiftPlanes::Extract(size_t channels, size_t strip, const float* flat, size_t flat_stride,
                          float* y) const {
  const size_t out_x = static_cast<size_t>(window_.x.out);
  const size_t plane = static_cast<size_t>(window_.y.out) * out_x, lines = rows(strip);
  for (size_t c = 0; c < channels; ++c) {
    for (size_t line = 0; line < lines; ++line) {
      CopyFloats(flat + c * flat_stride + line * pitch(), out_x, y + c * plane + line * out_x);
    }
  }
}

void ShiftPlanes::Copy(size_t begin, size_t end, size_t lanes, size_t strip, const float* x,
                       CopyRows* copy_rows, float* planes) const {
  const size_t line_size = static_cast<size_t>(window_.x.in) * lanes;
  const size_t channel = static_cast<size_t>(window_.y.in) * line_size;
  const size_t row_size = static_cast<size_t>(columns_) * lanes;
  const size_t plane_rows = static_cast<size_t>(plane_rows_);
  const int64_t first_row = static_cast<int64_t>(strip * strip_rows_);
  for (int64_t copy = 0; copy < copies_; ++copy) {
    const Span inside = Inside(copy);
    const bool shift =
        lanes == 1 && stride_x_ > 2 && copy_step_ == 1 && copy >= stride_x_ && columns_ > 1;
    // Columns after the outputs may hold anything, also what follows in the input.
    const bool whole = lanes == 1 && stride_x_ == 1 && inside.first == 0 &&
                       columns_ - window_.x.out < static_cast<int64_t>(kShiftUnit) &&
                       inside.last >= static_cast<size_t>(window_.x.out);
    const size_t last = whole ? static_cast<size_t>(columns_) : inside.last;
    RowsToCopy rows{.from_pitch = static_cast<size_t>(stride_y_) * line_size,
                    .to_pitch = row_size,
                    .before = inside.first * lanes,
                    .count = (last - inside.first) * lanes,
                    .after = row_size - last * lanes,
                    .stride = static_cast<size_t>(stride_x_)};
    for (int64_t phase = 0; phase < phases_; ++phase) {
      // Row r of a plane is line first_line + r * stride of the input, where there is one.
      const int64_t first_line = first_row * stride_y_ + phase - window_.y.pad_begin;
      const auto row_from = [&](int64_t line) {
        const int64_t rounded = (line - first_line + stride_y_ - 1) / stride_y_;
        return std::min(static_cast<size_t>(std::max<int64_t>(rounded, 0)), plane_rows);
      };
      const size_t first = row_from(0), end_row = std::max(first, row_from(window_.y.in));
      const int64_t line = first_line + static_cast<int64_t>(first) * stride_y_;
      rows.rows = end_row - first;
      for (size_t c = begin; c < end; ++c) {
        float* plane = planes + c * channel_size() * lanes +
                       static_cast<size_t>((phase * copies_ + copy) * plane_size_) * lanes;
        ClearFloats(plane, first * row_size);
        ClearFloats(plane + end_row * row_size, (plane_rows - end_row) * row_size);
        if (rows.rows == 0) continue;
        float* to = plane + first * row_size;
        const float* from = x + c * channel + static_cast<size_t>(line) * line_size;
        if (!shift && (lanes == 1 || stride_x_ == 1)) {
          copy_rows(rows, from + inside.input * static_cast<int64_t>(lanes), to);
          continue;
        }
        for (size_t r = 0; r < rows.rows; ++r, from += rows.from_pitch, to += row_size) {
          if (shift) {
            ShiftRow(copy, from, to);
          } else {
            CopyElements(inside, lanes, from, to);
          }
        }
      }
    }
  }
}

}  // namespace dc::runtime
