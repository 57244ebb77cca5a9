// BatchNormalization, on oneDNN. In training it normalises with the statistics of its shard of the
// batch and hands them out; in evaluation, and where they are frozen, with the running statistics.
#include <algorithm>

#include "model/quantizer_training.h"
#include "train/build/node_builder.h"

namespace dc::train {

// In shift_norm_operator.cc.
StatusOr<std::unique_ptr<OperatorKernel>> MakeShiftNorm(NodeBuilder* builder);

namespace {

// `memory` in a layout that oneDNN has a fast batch normalization for. With 16 samples side by side
// (the layout of convolutions with few channels) it has none; but to a batch normalization, which
// only needs to know where channels are, that is the plain layout of a sixteenth of the samples,
// each with rows 16 times as long.
dnnl::memory AsChannelRows(const dnnl::memory& memory, const std::vector<int64_t>& shape) {
  const dnnl::memory::desc desc = memory.get_desc();
  const auto& blocking = desc.data.format_desc.blocking;
  const bool samples_side_by_side = desc.data.format_kind == dnnl_blocked &&
                                    blocking.inner_nblks == 1 && blocking.inner_idxs[0] == 0;
  if (!samples_side_by_side || shape.size() < 3) return memory;
  const int64_t lanes = blocking.inner_blks[0];
  if (shape[0] % lanes != 0) return memory;
  std::vector<int64_t> rows = shape;
  rows[0] /= lanes;
  rows.back() *= lanes;
  const dnnl::memory::desc plain = PlainDesc(rows);
  // Dimensions must follow each other in their own order.
  int64_t stride = lanes;
  for (size_t d = shape.size(); d-- > 0;) {
    if (blocking.strides[d] != stride) return memory;
    stride *= d == 0 ? 1 : shape[d];
  }
  return dnnl::memory(plain, CpuEngine(), memory.get_data_handle());
}

class BatchNormKernel : public OperatorKernel {
 public:
  // `parameters`: scale, bias, mean, variance.
  BatchNormKernel(NodeBuilder* builder, const Value& x, const Value& y,
                  const Parameter* const (&parameters)[4])
      : channels_(x.shape[1]) {
    using Flags = dnnl::normalization_flags;
    const bool training = builder->training();
    const dnnl::memory from = AsChannelRows(x.data, x.shape);
    const dnnl::memory to = AsChannelRows(y.data, x.shape);
    const auto layout = from.get_desc();
    const float epsilon = builder->attributes().Float("epsilon");
    const bool frozen = parameters[2]->role == Role::kFixed && parameters[3]->role == Role::kFixed;
    const auto flags = training && !frozen ? Flags::use_scale_shift
                                           : Flags::use_scale_shift | Flags::use_global_stats;
    const auto prop =
        training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
    const dnnl::batch_normalization_forward::primitive_desc forward({prop, layout, epsilon, flags},
                                                                    UserScratchpad(), CpuEngine());

    const auto per_channel = PlainDesc({channels_});
    scale_ = Floats(builder->ParameterMemory(*parameters[0], per_channel));
    shift_ = Floats(builder->ParameterMemory(*parameters[1], per_channel));
    scale_shift_ = NewMemory(forward.weights_desc());
    dnnl::memory mean, variance;
    if (training) {
      mean_ = builder->ParameterGradient(*parameters[2], per_channel, per_channel);
      variance_ = builder->ParameterGradient(*parameters[3], per_channel, per_channel);
      // One that is frozen alone stays as it is, but the primitive writes the batch's.
      mean = mean_.needed() ? mean_.memory() : NewMemory(per_channel);
      variance = variance_.needed() ? variance_.memory() : NewMemory(per_channel);
    }
    if (!training || frozen) {
      mean = builder->ParameterMemory(*parameters[2], per_channel);
      variance = builder->ParameterMemory(*parameters[3], per_channel);
    }
    forward_ = Call(dnnl::batch_normalization_forward(forward), forward.scratchpad_desc(),
                    {{DNNL_ARG_SRC, from},
                     {DNNL_ARG_MEAN, mean},
                     {DNNL_ARG_VARIANCE, variance},
                     {DNNL_ARG_SCALE_SHIFT, scale_shift_},
                     {DNNL_ARG_DST, to}});
    if (!training) return;

    dx_ = builder->InputGradient(0, x.data.get_desc());
    dscale_ = builder->ParameterGradient(*parameters[0], per_channel, per_channel);
    dshift_ = builder->ParameterGradient(*parameters[1], per_channel, per_channel);
    if (!y.gradient) return;
    const dnnl::batch_normalization_backward::primitive_desc backward(
        {dnnl::prop_kind::backward, layout, layout, epsilon, flags}, UserScratchpad(), CpuEngine(),
        forward);
    dscale_shift_ = NewMemory(backward.diff_weights_desc());
    backward_ = Call(dnnl::batch_normalization_backward(backward), backward.scratchpad_desc(),
                     {{DNNL_ARG_SRC, from},
                      {DNNL_ARG_MEAN, mean},
                      {DNNL_ARG_VARIANCE, variance},
                      {DNNL_ARG_DIFF_DST, AsChannelRows(y.gradient, x.shape)},
                      {DNNL_ARG_SCALE_SHIFT, scale_shift_},
                      {DNNL_ARG_DIFF_SRC,
                       dx_.needed() ? AsChannelRows(dx_.memory(), x.shape) : NewMemory(layout)},
                      {DNNL_ARG_DIFF_SCALE_SHIFT, dscale_shift_}});
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    // oneDNN reads scales and shifts from one array, one after the other.
    float* both = Floats(scale_shift_);
    std::copy(scale_, scale_ + channels_, both);
    std::copy(shift_, shift_ + channels_, both + channels_);
    forward_.Run(stream);
  }

  void Backward(dnnl::stream& stream) override {
    backward_.Run(stream);
    dx_.Flush(stream);
    const float* both = Floats(dscale_shift_);
    if (dscale_.needed()) std::copy(both, both + channels_, Floats(dscale_.memory()));
    if (dshift_.needed())
      std::copy(both + channels_, both + 2 * channels_, Floats(dshift_.memory()));
    dshift_.Flush(stream);
    dscale_.Flush(stream);
    mean_.Flush(stream);
    variance_.Flush(stream);
  }

 private:
  const int64_t channels_;
  const float* scale_;
  const float* shift_;
  dnnl::memory scale_shift_, dscale_shift_;
  Call forward_, backward_;
  GradientSink dx_, dscale_, dshift_, mean_, variance_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeBatchNorm(NodeBuilder* builder) {
  if (builder->node().Int(kShiftBased, 0) != 0) return MakeShiftNorm(builder);
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  if (x->shape.size() > 5) {
    return builder->NotCovered("batch norm of shape " + ShapeText(x->shape));
  }
  const Parameter* parameters[4];
  for (size_t i = 0; i < 4; ++i) {
    DC_ASSIGN_OR_RETURN(parameters[i], builder->ParameterAt(i + 1));
    if (parameters[i]->size != size_t(x->shape[1])) {
      return builder->Invalid("\"" + parameters[i]->name + "\" has " +
                              std::to_string(parameters[i]->size) + " values for " +
                              std::to_string(x->shape[1]) + " channels");
    }
  }
  for (size_t i = 1; i < 5; ++i) {
    if (builder->OutputIsRead(i)) return builder->NotCovered("a second output that is read");
  }
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, x->data.get_desc()));
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<BatchNormKernel>(builder, *x, *y, parameters));
}

}  // namespace dc::train
