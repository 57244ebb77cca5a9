#include "runtime/operators/winograd_op.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <span>
#include <utility>

#include "runtime/forms/winograd_form.h"
#include "runtime/kernels/chunks.h"
#include "runtime/kernels/shift.h"
#include "runtime/kernels/winograd.h"

namespace dc::runtime {
namespace {

size_t DivideUp(size_t a, size_t b) { return (a + b - 1) / b; }

// A part of the output in tiles: lines [line, line + lines) at places [place, place + places).
struct Strip {
  size_t line, lines, place, places;
  size_t columns(size_t lanes) const { return lines * places * lanes; }
};

class WinogradOp : public OperatorKernel {
 public:
  WinogradOp(LayerWeight weight, const SlidingWindow& window, size_t channels, size_t max_chunks,
             const KernelSet& kernels)
      : weight_(std::move(weight)),
        filters_(weight_.form->Filters()),
        window_(window),
        channels_(channels),
        lines_(DivideUp(static_cast<size_t>(window.y.out), kWinogradOutputs)),
        places_(DivideUp(static_cast<size_t>(window.x.out), kWinogradOutputs)),
        max_chunks_(max_chunks),
        kernels_(kernels) {}

  uint64_t ScratchFloats(Lanes lanes) const override {
    const Strip strip = LargestStrip(lanes);
    return VFloats(strip, lanes) + max_chunks_ * ChunkFloats(strip, lanes);
  }
  int64_t ResidentBytes() const override { return weight_.ResidentBytes(); }
  bool Rereads() const override { return true; }

  void Run(const RunContext& context) const override {
    const Strip most = LargestStrip(context.lanes);
    for (size_t line = 0; line < lines_; line += most.lines) {
      for (size_t place = 0; place < places_; place += most.places) {
        RunStrip(context, {line, std::min(most.lines, lines_ - line), place,
                           std::min(most.places, places_ - place)});
      }
    }
  }

 private:
  Strip LargestStrip(size_t lanes) const {
    const size_t tiles = std::max<size_t>(1, WinogradStripColumns(channels_) / lanes);
    const size_t places = std::min(places_, tiles);
    const size_t lines = std::clamp<size_t>(tiles / places, 1, lines_);
    // As many strips, but alike.
    return {0, DivideUp(lines_, DivideUp(lines_, lines)), 0,
            DivideUp(places_, DivideUp(places_, places))};
  }
  size_t group_channels() const { return channels_ / filters_.size(); }
  size_t group_rows() const { return filters_[0].rows; }
  size_t group_jobs() const { return DivideUp(group_rows(), kWinogradRows); }

  static size_t Pitch(const Strip& strip, size_t lanes) {
    return RoundUpToShiftUnit(strip.columns(lanes));
  }
  // v[channel block][position][channel][column], blocks of up to kWinogradChannels of a group.
  uint64_t VFloats(const Strip& strip, size_t lanes) const {
    const size_t blocks = filters_.size() * DivideUp(group_channels(), kWinogradChannels);
    return blocks * kWinogradPositions * VStride(strip, lanes) + kWinogradSlack;
  }
  size_t VStride(const Strip& strip, size_t lanes) const {
    return SpreadOut(block_channels() * Pitch(strip, lanes));
  }
  // Most channels of a block.
  size_t block_channels() const { return std::min(kWinogradChannels, group_channels()); }
  size_t UStride() const { return SpreadOut(block_channels() * kWinogradRows); }
  static size_t SumFloats(const Strip& strip, size_t lanes) {
    return SpreadOut((strip.columns(lanes) + kWinogradSlack) * kWinogradRows);
  }
  uint64_t ChunkFloats(const Strip& strip, size_t lanes) const {
    return std::max(Input(0, strip, lanes, nullptr).PhasesFloats(),
                    kWinogradPositions * (UStride() + SumFloats(strip, lanes)));
  }

  void RunStrip(const RunContext& context, const Strip& strip) const {
    const size_t lanes = context.lanes;
    const uint64_t v_floats = VFloats(strip, lanes), chunk_floats = ChunkFloats(strip, lanes);
    float* v = context.scratch;
    const auto scratch = [&](size_t chunk) { return v + v_floats + chunk * chunk_floats; };
    const double products =
        static_cast<double>(kWinogradPositions * group_channels() * strip.columns(lanes));
    std::atomic<bool> finite{true};
    ForChunks(context.pool, max_chunks_, channels_,
              static_cast<double>(kWinogradPositions * channels_ * strip.columns(lanes)),
              [&](size_t chunk, size_t begin, size_t end) {
                for (size_t c = begin; c < end; ++c) {
                  if (!IsFinite(c, strip, lanes, context.inputs[0])) finite = false;
                  TransformChannel(c, strip, lanes, context.inputs[0], scratch(chunk), v);
                }
              });
    ForChunks(context.pool, max_chunks_, filters_.size() * group_jobs(),
              products * static_cast<double>(group_rows() * filters_.size()),
              [&](size_t chunk, size_t begin, size_t end) {
                for (size_t job = begin; job < end; ++job) {
                  if (finite) {
                    RunJob(job, strip, lanes, v, scratch(chunk), context.output);
                  } else {
                    RunDirectly(job, strip, lanes, context.inputs[0], context.output);
                  }
                }
              });
  }

  WinogradInput Input(size_t channel, const Strip& strip, size_t lanes, const float* x) const {
    const WindowAxis &wy = window_.y, &wx = window_.x;
    const size_t height = static_cast<size_t>(wy.in), width = static_cast<size_t>(wx.in);
    return {.plane = x == nullptr ? nullptr : x + channel * height * width * lanes,
            .height = height,
            .width = width,
            .lanes = lanes,
            .first_y = static_cast<int64_t>(strip.line * kWinogradOutputs) - wy.pad_begin,
            .first_x = static_cast<int64_t>(strip.place * kWinogradOutputs) - wx.pad_begin,
            .lines = strip.lines,
            .places = strip.places};
  }

  // The lines of the input that the strip reads: [first, last).
  struct Lines {
    size_t first, last;
  };
  Lines LinesOf(const Strip& strip) const {
    const int64_t first = static_cast<int64_t>(strip.line * kWinogradOutputs) - window_.y.pad_begin;
    const int64_t last = first + static_cast<int64_t>((strip.lines + 1) * kWinogradOutputs);
    return {static_cast<size_t>(std::clamp<int64_t>(first, 0, window_.y.in)),
            static_cast<size_t>(std::clamp<int64_t>(last, 0, window_.y.in))};
  }

  // Whether a channel of the strip is free of NaN and infinity.
  bool IsFinite(size_t channel, const Strip& strip, size_t lanes, const float* x) const {
    const size_t line = static_cast<size_t>(window_.x.in) * lanes;
    const Lines lines = LinesOf(strip);
    const float* plane = x + channel * static_cast<size_t>(window_.y.in) * line;
    // The exponent's bits: all of them are set in what is not finite.
    uint32_t found = 0;
    for (size_t i = lines.first * line; i < lines.last * line; ++i) {
      const uint32_t exponent = std::bit_cast<uint32_t>(plane[i]) & 0x7f800000u;
      found |= exponent == 0x7f800000u ? 1u : 0u;
    }
    return found == 0;
  }

  // A job of a strip whose input is not all finite, by the definition: transforms would spread NaN
  // over whole tiles, and make it of infinities.
  [[gnu::cold]] void RunDirectly(size_t job, const Strip& strip, size_t lanes, const float* x,
                                 float* y) const {
    const WindowAxis &wy = window_.y, &wx = window_.x;
    const Epilogue epilogue = weight_.epilogue.Get();
    const size_t group = job / group_jobs(), first = job % group_jobs() * kWinogradRows;
    const int64_t begin_y = static_cast<int64_t>(strip.line * kWinogradOutputs);
    const int64_t begin_x = static_cast<int64_t>(strip.place * kWinogradOutputs);
    const int64_t end_y =
        std::min(wy.out, begin_y + static_cast<int64_t>(strip.lines * kWinogradOutputs));
    const int64_t end_x =
        std::min(wx.out, begin_x + static_cast<int64_t>(strip.places * kWinogradOutputs));
    const auto output = [&](size_t row, int64_t oy, int64_t ox) {
      const size_t plane = static_cast<size_t>(wy.out * wx.out);
      return y +
             ((group * group_rows() + row) * plane + static_cast<size_t>(oy * wx.out + ox)) * lanes;
    };
    for (size_t row = first; row < std::min(first + kWinogradRows, group_rows()); ++row) {
      for (int64_t oy = begin_y; oy < end_y; ++oy) {
        for (int64_t ox = begin_x; ox < end_x; ++ox) {
          float* out = output(row, oy, ox);
          std::fill(out, out + lanes, 0.0f);
          for (size_t column = 0; column < filters_[group].columns; ++column) {
            const size_t tap = column % (kWinogradTaps * kWinogradTaps);
            const int64_t iy = oy - wy.pad_begin + static_cast<int64_t>(tap / kWinogradTaps);
            const int64_t ix = ox - wx.pad_begin + static_cast<int64_t>(tap % kWinogradTaps);
            if (iy < 0 || iy >= wy.in || ix < 0 || ix >= wx.in) continue;
            const size_t channel =
                group * group_channels() + column / (kWinogradTaps * kWinogradTaps);
            const float* in = x + (channel * static_cast<size_t>(wy.in * wx.in) +
                                   static_cast<size_t>(iy * wx.in + ix)) *
                                      lanes;
            const float value = filters_[group].At(row, column);
            for (size_t l = 0; l < lanes; ++l) out[l] += value * in[l];
          }
          for (size_t l = 0; l < lanes; ++l) out[l] = epilogue(group * group_rows() + row, out[l]);
        }
      }
    }
  }

  // To its place in `v`.
  void TransformChannel(size_t c, const Strip& strip, size_t lanes, const float* x, float* phases,
                        float* v) const {
    const size_t group = c / group_channels(), channel = c % group_channels();
    const size_t blocks = DivideUp(group_channels(), kWinogradChannels);
    const size_t block = group * blocks + channel / kWinogradChannels;
    const size_t stride = VStride(strip, lanes);
    kernels_.winograd_transform_input(Input(c, strip, lanes, x), phases, stride,
                                      v + block * kWinogradPositions * stride +
                                          channel % kWinogradChannels * Pitch(strip, lanes));
  }

  void RunJob(size_t job, const Strip& strip, size_t lanes, const float* v, float* scratch,
              float* y) const {
    const size_t group = job / group_jobs(), row = job % group_jobs() * kWinogradRows;
    const CodePanels& filters = filters_[group];
    const size_t pitch = Pitch(strip, lanes), columns = strip.columns(lanes);
    const size_t u_stride = UStride(), v_stride = VStride(strip, lanes);
    const size_t sum_stride = SumFloats(strip, lanes);
    float* u = scratch;
    float* sums = scratch + kWinogradPositions * u_stride;
    v += group * DivideUp(group_channels(), kWinogradChannels) * kWinogradPositions * v_stride;
    for (size_t first = 0; first < group_channels(); first += kWinogradChannels) {
      const size_t last = std::min(first + kWinogradChannels, group_channels());
      kernels_.winograd_transform_filters(filters, row / kPanelRows, first, last, u_stride, u);
      for (size_t p = 0; p < kWinogradPositions; ++p, v += v_stride) {
        kernels_.winograd_multiply(u + p * u_stride, v, pitch, last - first, columns, first > 0,
                                   sums + p * sum_stride);
      }
    }
    const size_t out_y = static_cast<size_t>(window_.y.out),
                 first_y = strip.line * kWinogradOutputs;
    const size_t out_x = static_cast<size_t>(window_.x.out),
                 first_x = strip.place * kWinogradOutputs;
    const size_t plane = out_y * out_x * lanes, channel = group * group_rows() + row;
    kernels_.winograd_transform_output(
        sums, sum_stride, weight_.epilogue.Get().From(channel),
        {.y = y + channel * plane + (first_y * out_x + first_x) * lanes,
         .rows = std::min(kWinogradRows, group_rows() - row),
         .row_stride = plane,
         .lanes = lanes,
         .tiles = strip.places,
         .columns = columns,
         .height = out_y - first_y,
         .width = out_x - first_x,
         .pitch = out_x * lanes});
  }

  LayerWeight weight_;
  std::span<const CodePanels> filters_;  // of `weight_`
  SlidingWindow window_;
  size_t channels_;
  size_t lines_, places_;  // of tiles
  size_t max_chunks_;
  const KernelSet& kernels_;
};

}  // namespace

WinogradUse WinogradUseOf(const SlidingWindow& window, int64_t channels) {
  const WindowAxis &y = window.y, &x = window.x;
  const auto covered = [](const WindowAxis& axis) {
    return axis.kernel == static_cast<int64_t>(kWinogradTaps) && axis.stride == 1 &&
           axis.dilation == 1;
  };
  if (!covered(y) || !covered(x)) return {};
  const auto tiles_along = [](const WindowAxis& axis) {
    return DivideUp(static_cast<size_t>(axis.out), kWinogradOutputs);
  };
  return {.tiles = tiles_along(y) * tiles_along(x),
          .outputs = static_cast<size_t>(y.out * x.out),
          .channels = static_cast<size_t>(channels)};
}

std::unique_ptr<OperatorKernel> MakeWinograd(LayerWeight weight, const SlidingWindow& window,
                                             int64_t channels, size_t max_chunks,
                                             const KernelSet& kernels) {
  return std::make_unique<WinogradOp>(std::move(weight), window, static_cast<size_t>(channels),
                                      max_chunks, kernels);
}

}  // namespace dc::runtime
