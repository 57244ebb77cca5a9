// Conv of stride 1 in the batch-in-lanes layout (lane_kernels.h).
#include <algorithm>

#include "train/kernels/lane_kernels.h"
#include "train/operators/conv_operator.h"

namespace dc::train {
namespace {

// Abcd16a: [batch / 16][channel][height][width][16].
dnnl::memory::desc LaneLayout(const std::vector<int64_t>& shape) {
  return {shape, dnnl::memory::data_type::f32, dnnl::memory::format_tag::Abcd16a};
}

class LaneConvKernel : public OperatorKernel {
 public:
  LaneConvKernel(NodeBuilder* builder, const ConvShape& conv, const Value& x, const Value& y,
                 const Parameter& weight, const Parameter* bias)
      : groups_(x.shape[0] / kLanes),
        x_(x.data, LaneLayout(x.shape)),
        y_(y),
        w_(Floats(builder->ParameterMemory(weight, PlainDesc(weight.shape)))) {
    const op::WindowAxis &rows = conv.windows[0], &columns = conv.windows[1];
    in_width_ = x.shape[3];
    forward_ = {x.shape[1],     x.shape[2],  columns.padded(), conv.output[1], conv.output[2],
                conv.output[3], rows.kernel, columns.kernel,   rows.pad_begin};
    pad_left_ = columns.pad_begin;
    padded_x_ = AlignedFloats(PaddedSize(forward_, x.shape[3]) * groups_);
    packed_ =
        AlignedFloats(forward_.Blocks() * kLaneBlock * forward_.in_channels * forward_.Taps());
    bias_ = AlignedFloats(forward_.Blocks() * kLaneBlock);
    if (bias) b_ = Floats(builder->ParameterMemory(*bias, PlainDesc(bias->shape)));
    if (!y.gradient) return;

    dx_ = builder->InputGradient(0, LaneLayout(x.shape));
    dw_ = builder->ParameterGradient(weight);
    if (bias) db_ = builder->ParameterGradient(*bias);
    sums_ = AlignedFloats(forward_.Taps() * kLaneBlock * kLanes);
    if (!dx_.needed()) return;
    // dx is the convolution of dy, with the kernel turned round and kernel - 1 - pad zeros about.
    const int64_t left = columns.kernel - 1 - columns.pad_begin;
    const int64_t right = x.shape[3] + columns.kernel - 1 - conv.output[3] - left;
    backward_ = {forward_.out_channels, forward_.out_height, conv.output[3] + left + right,
                 forward_.in_channels,  forward_.in_height,  x.shape[3],
                 forward_.kernel_h,     forward_.kernel_w,   rows.kernel - 1 - rows.pad_begin};
    dy_left_ = left;
    padded_dy_ = AlignedFloats(PaddedSize(backward_, conv.output[3]));
    turned_ =
        AlignedFloats(backward_.Blocks() * kLaneBlock * backward_.in_channels * backward_.Taps());
    no_bias_ = AlignedFloats(backward_.Blocks() * kLaneBlock);
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    x_.Refresh(stream);
    const LaneShape& s = forward_;
    const int64_t per_output = s.in_channels * s.Taps();
    for (int64_t o = 0; o < s.out_channels; ++o) {
      float* to = packed_.data() + o / kLaneBlock * per_output * kLaneBlock + o % kLaneBlock;
      for (int64_t i = 0; i < per_output; ++i) to[i * kLaneBlock] = w_[o * per_output + i];
      if (b_) bias_.data()[o] = b_[o];
    }
    const int64_t y_step = s.out_channels * s.out_height * s.out_width * kLanes;
    for (int64_t g = 0; g < groups_; ++g) {
      LaneConvolve(s, PaddedInput(g), packed_.data(), bias_.data(), Floats(y_.data) + g * y_step);
    }
  }

  void Backward(dnnl::stream& stream) override {
    const LaneShape& s = forward_;
    const float* dy = Floats(y_.gradient);
    const int64_t plane = s.out_height * s.out_width * kLanes;
    const int64_t dy_step = s.out_channels * plane;
    if (db_.needed()) {
      BiasGradient(dy, dy_step, plane);
      db_.Flush(stream);
    }
    if (dw_.needed()) {
      const bool padded = padded_x_.size() > 0;
      const int64_t x_step = s.in_channels * s.in_height * s.in_width * kLanes;
      LaneWeightGradient(s, groups_, padded ? padded_x_.data() : Floats(x_.memory()), x_step, dy,
                         dy_step, sums_.data(), Floats(dw_.memory()));
      dw_.Flush(stream);
    }
    if (dx_.needed()) {
      TurnWeights();
      const int64_t dx_step = s.in_channels * s.in_height * in_width_ * kLanes;
      for (int64_t g = 0; g < groups_; ++g) {
        const float* from = dy + g * dy_step;
        if (padded_dy_.size() > 0) {
          PadColumns(from, s.out_channels * s.out_height, s.out_width, backward_.in_width, dy_left_,
                     padded_dy_.data());
          from = padded_dy_.data();
        }
        LaneConvolve(backward_, from, turned_.data(), no_bias_.data(),
                     Floats(dx_.memory()) + g * dx_step);
      }
      dx_.Flush(stream);
    }
  }

 private:
  // Floats of one group's input with zero columns, where it is `width` wide without; 0 where it
  // needs none.
  static size_t PaddedSize(const LaneShape& s, int64_t width) {
    if (s.in_width == width) return 0;
    return static_cast<size_t>(s.in_channels * s.in_height * s.in_width * kLanes);
  }

  // Copies `rows` rows of `width` pixels into rows of `padded` pixels, `left` columns in. The
  // columns about stay the zeros that they were made as.
  static void PadColumns(const float* from, int64_t rows, int64_t width, int64_t padded,
                         int64_t left, float* to) {
    for (int64_t r = 0; r < rows; ++r) {
      std::copy_n(from + r * width * kLanes, width * kLanes, to + (r * padded + left) * kLanes);
    }
  }

  const float* PaddedInput(int64_t group) {
    const LaneShape& s = forward_;
    const int64_t rows = s.in_channels * s.in_height;
    const float* x = Floats(x_.memory()) + group * rows * in_width_ * kLanes;
    if (padded_x_.size() == 0) return x;
    float* padded = padded_x_.data() + group * rows * s.in_width * kLanes;
    PadColumns(x, rows, in_width_, s.in_width, pad_left_, padded);
    return padded;
  }

  void BiasGradient(const float* dy, int64_t dy_step, int64_t plane) {
    float* db = Floats(db_.memory());
    for (int64_t o = 0; o < forward_.out_channels; ++o) {
      float lanes[kLanes] = {};
      for (int64_t g = 0; g < groups_; ++g) {
        const float* from = dy + g * dy_step + o * plane;
        for (int64_t i = 0; i < plane; i += kLanes) {
          for (int64_t l = 0; l < kLanes; ++l) lanes[l] += from[i + l];
        }
      }
      db[o] = 0.0f;
      for (float sum : lanes) db[o] += sum;
    }
  }

  // The weights with inputs and outputs exchanged and the kernel turned by 180 degrees, packed.
  void TurnWeights() {
    const LaneShape& s = forward_;
    const int64_t taps = s.Taps();
    for (int64_t o = 0; o < s.out_channels; ++o) {
      for (int64_t i = 0; i < s.in_channels; ++i) {
        const float* from = w_ + (o * s.in_channels + i) * taps;
        float* to = turned_.data() + (i / kLaneBlock * s.out_channels + o) * taps * kLaneBlock +
                    i % kLaneBlock;
        for (int64_t t = 0; t < taps; ++t) to[t * kLaneBlock] = from[taps - 1 - t];
      }
    }
  }

  const int64_t groups_;
  InputView x_;
  const Value& y_;
  const float* w_;
  const float* b_ = nullptr;
  LaneShape forward_{}, backward_{};
  int64_t in_width_ = 0, pad_left_ = 0, dy_left_ = 0;
  AlignedFloats padded_x_, padded_dy_, packed_, turned_, bias_, no_bias_, sums_;
  GradientSink dx_, dw_, db_;
};

}  // namespace

bool FitsLanes(const ConvShape& conv, const Value& x) {
  const bool fit =
      std::all_of(conv.windows.begin(), conv.windows.end(), [](const op::WindowAxis& axis) {
        return axis.stride == 1 && axis.dilation == 1 && axis.pad_begin < axis.kernel &&
               axis.pad_end < axis.kernel;
      });
  return x.shape[0] % kLanes == 0 && conv.groups == 1 && conv.windows.size() == 2 && fit;
}

StatusOr<std::unique_ptr<OperatorKernel>> MakeLaneConv(NodeBuilder* builder, const ConvShape& conv,
                                                       const Value& x, const Parameter& weight,
                                                       const Parameter* bias) {
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(conv.output, LaneLayout(conv.output)));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<LaneConvKernel>(builder, conv, x, *y, weight, bias));
}

}  // namespace dc::train
