// Dropout, inverted: in training each value is zeroed with probability `ratio` and the others grow
// by 1 / (1 - ratio); in evaluation nothing happens.
#include "base/rng.h"
#include "train/operators/copy_operator.h"

namespace dc::train {
namespace {

class DropoutKernel : public OperatorKernel {
 public:
  DropoutKernel(NodeBuilder* builder, const Value& x, const Value& y, const double* ratio)
      : node_(builder->node_index()), ratio_(ratio), x_(x), y_(y) {
    scale_.resize(PhysicalCount(x.data.get_desc()));
    dx_ = builder->InputGradient(0, x.data.get_desc());
  }

  void Forward(dnnl::stream&, const StepContext& context) override {
    // One stream for each of seed, step, shard and node: runs are the same for any thread count.
    Rng mixer(context.seed, static_cast<uint64_t>(context.step));
    Rng rng(mixer.Next(), (static_cast<uint64_t>(context.shard) << 32) | node_);
    const auto dropped = static_cast<uint64_t>(*ratio_ * 0x1.0p32);
    const float kept = static_cast<float>(1.0 / (1.0 - *ratio_));
    const float* x = Floats(x_.data);
    float* y = Floats(y_.data);
    // Chosen from a table: a branch would be mispredicted for half of the values.
    const float choices[2] = {kept, 0.0f};
    uint64_t bits = 0;
    for (size_t i = 0; i < scale_.size(); ++i) {
      bits = i % 2 == 0 ? rng.Next() : bits >> 32;
      scale_[i] = choices[(bits & 0xFFFFFFFFu) < dropped];
    }
    for (size_t i = 0; i < scale_.size(); ++i) y[i] = x[i] * scale_[i];
  }

  void Backward(dnnl::stream& stream) override {
    if (!dx_.needed()) return;
    const float* dy = Floats(y_.gradient);
    float* dx = Floats(dx_.memory());
    for (size_t i = 0; i < scale_.size(); ++i) dx[i] = dy[i] * scale_[i];
    dx_.Flush(stream);
  }

 private:
  const uint64_t node_;
  const double* ratio_;
  const Value &x_, &y_;
  std::vector<float> scale_;  // of each value, padding included: 0 or 1 / (1 - ratio)
  GradientSink dx_;
};

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeDropout(NodeBuilder* builder) {
  const Node& node = builder->node();
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  if (builder->OutputIsRead(1)) return builder->NotCovered("the mask output");
  const double ratio = builder->attributes().Float("ratio");
  if (!(ratio >= 0 && ratio < 1)) {
    return builder->Invalid("ratio " + std::to_string(ratio) + " is outside [0, 1)");
  }
  const double* effective = builder->dropout()->Register(node.outputs[0], ratio);
  const auto layout = x->data.get_desc();
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(x->shape, layout));
  if (!builder->training()) return MakeCopy(builder, *y, {{0, x, layout}});
  return std::unique_ptr<OperatorKernel>(
      std::make_unique<DropoutKernel>(builder, *x, *y, effective));
}

}  // namespace dc::train
