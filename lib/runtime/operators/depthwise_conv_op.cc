#include "runtime/operators/depthwise_conv_op.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/kernels/chunks.h"
#include "runtime/kernels/depthwise.h"

namespace dc::runtime {
namespace {

class DepthwiseConvOp : public OperatorKernel {
 public:
  DepthwiseConvOp(std::vector<float> filters, size_t count, const DepthwiseShape& shape,
                  RowEpilogue epilogue, const NodeContext& context)
      : filters_(std::move(filters)),
        count_(count),
        shape_(shape),
        epilogue_(std::move(epilogue)),
        max_chunks_(context.max_chunks),
        convolve_(ChooseKernel(context.kernels, DepthwisePlanesRef, DepthwisePlanesSimd)) {}

  uint64_t ScratchFloats(Lanes lanes) const override {
    return max_chunks_ * With(lanes).ScratchFloats();
  }
  int64_t ResidentBytes() const override {
    return static_cast<int64_t>(filters_.size() * sizeof(float));
  }

  void Run(const RunContext& context) const override {
    const DepthwiseShape shape = With(context.lanes);
    const double work = static_cast<double>(count_ * shape.taps() * shape.out_size());
    ForChunks(context.pool, max_chunks_, count_, work, [&](size_t chunk, size_t begin, size_t end) {
      convolve_(shape, begin, end, filters_.data(), epilogue_.Get(), context.inputs[0],
                context.scratch + chunk * shape.ScratchFloats(), context.output);
    });
  }

 private:
  DepthwiseShape With(size_t lanes) const {
    DepthwiseShape shape = shape_;
    shape.lanes = lanes;
    return shape;
  }

  std::vector<float> filters_;
  size_t count_;
  DepthwiseShape shape_;
  RowEpilogue epilogue_;
  size_t max_chunks_;
  DepthwisePlanes* convolve_;
};

DepthwiseAxis AxisOf(const WindowAxis& axis) {
  const auto size = [](int64_t v) { return static_cast<size_t>(v); };
  return {.in = size(axis.in),
          .out = size(axis.out),
          .kernel = size(axis.kernel),
          .stride = size(axis.stride),
          .dilation = size(axis.dilation),
          .pad = size(axis.pad_begin)};
}

}  // namespace

StatusOr<NodeResult> MakeDepthwiseConv(const NodeContext& context, const SlidingWindow& window) {
  const Shape& w = context.inputs[1].shape;
  const size_t count = static_cast<size_t>(w[0]);
  const size_t channels = static_cast<size_t>(context.attributes.Int("group"));
  std::vector<float> bias(count, 0.0f);
  if (context.IsConstant(2)) {
    DC_ASSIGN_OR_RETURN(bias, context.Values(2, w[0]));
  }
  DC_ASSIGN_OR_RETURN(const Constant constant, context.load(context.inputs[1].tensor));
  DC_ASSIGN_OR_RETURN(std::vector<float> filters, ExpandValues(constant));

  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  LayerPlan& layer = result.layer.emplace();
  layer.form = (constant.sparse ? "sparse " : "dense ") + constant.form;
  layer.reason = "each filter reads one channel";
  layer.weights = static_cast<int64_t>(filters.size());
  layer.survivors =
      layer.weights - static_cast<int64_t>(std::count(filters.begin(), filters.end(), 0.0f));
  layer.resident_bytes = layer.weights * static_cast<int64_t>(sizeof(float));
  layer.kernel = layer.batch_kernel =
      context.kernels.reference ? "reference" : "depthwise " + TargetName(context.kernels);

  RowEpilogue epilogue = context.EpilogueOf(std::move(bias));
  for (size_t i = 0; !epilogue.scale.empty() && i < filters.size(); ++i) {
    filters[i] *= epilogue.scale[i / (filters.size() / count)];
  }
  epilogue.scale.clear();
  const DepthwiseShape shape{
      .y = AxisOf(window.y), .x = AxisOf(window.x), .filters_per_channel = count / channels};
  result.kernel = std::make_unique<DepthwiseConvOp>(std::move(filters), count, shape,
                                                    std::move(epilogue), context);
  return result;
}

}  // namespace dc::runtime
