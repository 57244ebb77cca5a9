// Conv: groups, strides, pads and dilations over one or two spatial axes, with a constant weight.
#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "runtime/arena.h"
#include "runtime/chunks.h"
#include "runtime/layer_weight.h"
#include "runtime/ops/registry.h"
#include "runtime/ops/shift_planes.h"

namespace dc::runtime {
namespace {

class ConvOp : public Op {
 public:
  ConvOp(LayerWeight weight, std::vector<float> bias, const ShiftPlanes& planes, uint32_t groups,
         double work, const NodeContext& context)
      : weight_(std::move(weight)),
        bias_(std::move(bias)),
        planes_(planes),
        groups_(groups),
        rows_(static_cast<uint32_t>(bias_.size())),
        work_(work),
        clamp_(context.clamp),
        max_chunks_(context.max_chunks),
        kernels_(context.kernels) {}

  uint64_t ScratchFloats(size_t lanes) const override {
    return PlanesFloats(lanes) + (Flat(lanes) ? max_chunks_ * RowsFloats() : 0);
  }

  void Run(const RunContext& context) const override {
    const size_t lanes = context.lanes;
    const float* x = context.inputs[0];
    if (planes_.needs_copy()) {
      const double copies = static_cast<double>(PlanesFloats(lanes));
      ForChunks(context.pool, max_chunks_, planes_.channels(), copies,
                [&](size_t, size_t begin, size_t end) {
                  planes_.Copy(begin, end, lanes, context.inputs[0], context.scratch);
                });
      x = context.scratch;
    }
    const size_t jobs = weight_.is_sparse ? rows_ : groups_ * weight_.panels[0].panels();
    ForChunks(context.pool, max_chunks_, jobs, work_ * static_cast<double>(lanes),
              [&](size_t chunk, size_t begin, size_t end) {
                float* flat = context.scratch + PlanesFloats(lanes) + chunk * RowsFloats();
                for (size_t job = begin; job < end; ++job) {
                  RunJob(job, lanes, x, Flat(lanes) ? flat : nullptr, context.output);
                }
              });
  }

 private:
  // Rows that are computed together: a panel of a dense weight, or one row of a sparse one.
  size_t rows_at_once() const { return weight_.is_sparse ? 1 : kPanelRows; }
  // One sample whose planes are wider than the output is computed as one long line, edges included,
  // and then copied without them: short lines would leave most of a vector idle.
  bool Flat(size_t lanes) const { return lanes == 1 && planes_.pitch() != planes_.window().x.out; }
  uint64_t PlanesFloats(size_t lanes) const {
    if (!planes_.needs_copy()) return 0;
    const uint64_t floats = planes_.size() * lanes + kReadSlack;
    return (floats + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  }
  uint64_t RowsFloats() const {
    const uint64_t floats = rows_at_once() * planes_.flat_length();
    return (floats + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  }

  void RunJob(size_t job, size_t lanes, const float* x, float* flat, float* output) const {
    const size_t group_rows = rows_ / groups_;
    const size_t jobs_of_group = weight_.is_sparse ? group_rows : weight_.panels[0].panels();
    const size_t group = job / jobs_of_group;
    const size_t job_in_group = job % jobs_of_group;
    const size_t row_in_group = job_in_group * rows_at_once();
    const size_t row = group * group_rows + row_in_group;
    const size_t rows = std::min(rows_at_once(), group_rows - row_in_group);
    const size_t out_x = static_cast<size_t>(planes_.window().x.out);
    const size_t out_y = static_cast<size_t>(planes_.window().y.out);
    float* y = output + row * out_y * out_x * lanes;

    Shift shift{.x = x + planes_.size() / groups_ * group * lanes,
                .offsets = planes_.offsets().data(),
                .unit = lanes,
                .y = y,
                // A sparse weight holds the rows of all groups, a dense one those of its group.
                .first_row = weight_.is_sparse ? row : row_in_group,
                .y_row_stride = out_y * out_x * lanes};
    if (flat != nullptr) {
      shift.length = planes_.flat_length();
      shift.y = flat;
      shift.y_row_stride = shift.length;
    } else if (planes_.pitch() == planes_.window().x.out) {
      shift.length = out_y * out_x * lanes;
    } else {
      shift.lines = out_y;
      shift.length = out_x * lanes;
      shift.x_pitch = static_cast<size_t>(planes_.pitch()) * lanes;
      shift.y_pitch = out_x * lanes;
    }
    if (weight_.is_sparse) {
      kernels_.sparse_shift(weight_.sparse, job, job + 1, shift, bias_.data(), clamp_);
    } else {
      kernels_.panel_shift(weight_.panels[group], job_in_group, job_in_group + 1, shift,
                           bias_.data() + group * group_rows, clamp_);
    }
    if (flat == nullptr) return;
    for (size_t line = 0; line < rows * out_y; ++line) {
      const size_t from =
          line / out_y * shift.length + line % out_y * static_cast<size_t>(planes_.pitch());
      std::memcpy(y + line * out_x, flat + from, out_x * sizeof(float));
    }
  }

  LayerWeight weight_;
  std::vector<float> bias_;  // one an output channel
  ShiftPlanes planes_;
  uint32_t groups_, rows_;
  double work_;  // multiply-adds of one sample
  Clamp clamp_;
  size_t max_chunks_;
  const KernelSet& kernels_;
};

}  // namespace

StatusOr<NodeResult> MakeConv(const NodeContext& context) {
  if (!context.IsActivation(0) || !context.IsConstant(1)) {
    return Unsupported("a convolution whose weight is computed, or whose input is constant", "",
                       "only a constant weight over an activation is covered");
  }
  const Shape& x = context.inputs[0].shape;
  const Shape& w = context.inputs[1].shape;
  if (x.size() != 2 && x.size() != 3) return BadShape(context, 0, "NxCxHxW or NxCxL");
  const std::string channels_text = std::to_string(x[0]) + " input channels";
  if (w.size() != x.size() + 1 || CheckedSize(w) < 0) {
    return BadShape(context, 1, "outputs x channels x kernel for " + channels_text);
  }
  const int64_t group = context.attributes.Int("group");
  const int64_t columns = CheckedSize(w, 1, w.size());
  if (group < 1 || group > x[0] || w[1] * group != x[0] || w[0] % group != 0 ||
      std::max(w[0], columns) > kMaxMatrixSide) {
    return BadShape(context, 1,
                    "outputs x channels x kernel for " + channels_text + " in " +
                        std::to_string(group) + " groups");
  }
  const auto spatial = std::span(x).subspan(1);
  DC_ASSIGN_OR_RETURN(
      const SlidingWindow window,
      MakeSlidingWindow(context.attributes, spatial, std::span(w).subspan(2), false));
  DC_ASSIGN_OR_RETURN(ShiftPlanes planes, ShiftPlanes::Make(x[0], x[0] / group, window));
  NodeResult result{.shape = {w[0]}};
  if (x.size() == 3) result.shape.push_back(window.y.out);
  result.shape.push_back(window.x.out);
  std::vector<float> bias(static_cast<size_t>(w[0]), 0.0f);
  if (context.inputs.size() > 2 && context.inputs[2].kind != NodeInput::kOmitted) {
    DC_ASSIGN_OR_RETURN(bias, context.Values(2, w[0]));
  }
  DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[1].tensor));
  const WeightShape shape{.rows = static_cast<uint32_t>(w[0]),
                          .columns = static_cast<uint32_t>(columns),
                          .groups = static_cast<uint32_t>(group)};
  result.layer.emplace();
  LayerWeight weight = MakeLayerWeight(std::move(constant), LayerKind::kConvolution, shape, 1.0f,
                                       context.kernels, &*result.layer);
  const double taps =
      static_cast<double>(weight.is_sparse ? result.layer->survivors : result.layer->weights);
  const double work = taps * static_cast<double>(window.y.out * window.x.out);
  result.op = std::make_unique<ConvOp>(std::move(weight), std::move(bias), planes, shape.groups,
                                       work, context);
  return result;
}

}  // namespace dc::runtime
