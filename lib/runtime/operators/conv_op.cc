// Conv: groups, strides, pads and dilations over one or two spatial axes, with a constant weight.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "runtime/forms/form_costs.h"
#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/build.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/grid_conv_op.h"
#include "runtime/operators/rare_operands.h"
#include "runtime/operators/registry.h"
#include "runtime/operators/shift_planes.h"
#include "runtime/operators/winograd_op.h"

namespace dc::runtime {
namespace {

class ConvOp : public OperatorKernel {
 public:
  // `one` and `many` arrange the input of one and of several samples.
  ConvOp(LayerWeight weight, size_t rows, ShiftPlanes one, ShiftPlanes many, uint32_t groups,
         double work, const NodeContext& context)
      : weight_(std::move(weight)),
        group_rows_(rows / groups),
        one_(std::move(one)),
        many_(std::move(many)),
        groups_(groups),
        work_(work),
        max_chunks_(context.max_chunks),
        copy_rows_(ChooseKernel(context.kernels, CopyRowsRef, CopyRowsSimd)) {}

  uint64_t ScratchFloats(Lanes lanes) const override {
    const ShiftPlanes& planes = Planes(lanes);
    return PlanesFloats(planes, lanes) + (InPlace(planes, lanes) ? 0 : max_chunks_ * FlatFloats());
  }

  int64_t ResidentBytes() const override { return weight_.ResidentBytes(); }
  bool Rereads() const override { return true; }

  void Run(const RunContext& context) const override {
    const ShiftPlanes& planes = Planes(context.lanes);
    const int64_t plane = planes.window().y.in * planes.window().x.in;
    const size_t floats = planes.channels() * static_cast<size_t>(plane) * context.lanes;
    const bool finite = weight_.ZerosStayZero(context.inputs[0], floats);
    for (size_t strip = 0; strip < planes.strips(); ++strip) {
      RunStrip(context, planes, strip, finite);
    }
  }

 private:
  const ShiftPlanes& Planes(size_t lanes) const { return lanes == 1 ? one_ : many_; }
  // Whether kernels write to the output itself. Elsewhere they write whole rows of planes, what
  // lies between the rows of the output included, which then are copied without it.
  static bool InPlace(const ShiftPlanes& planes, size_t lanes) {
    return lanes > 1 || planes.window().y.out == 1 ||
           planes.pitch() == static_cast<size_t>(planes.window().x.out);
  }
  static uint64_t PlanesFloats(const ShiftPlanes& planes, size_t lanes) {
    if (!planes.needs_copy()) return 0;
    return RoundUpToShiftUnit(planes.size() * lanes + kReadSlack);
  }
  // Elements from the first output of a row in a strip to the last of its last.
  static size_t FlatLength(const ShiftPlanes& planes, size_t rows) {
    return RoundUpToShiftUnit((rows - 1) * planes.pitch() +
                              static_cast<size_t>(planes.window().x.out));
  }
  uint64_t FlatFloats() const {
    return weight_.form->MostRows() * FlatLength(one_, one_.strip_rows());
  }

  void RunStrip(const RunContext& context, const ShiftPlanes& planes, size_t strip,
                bool finite) const {
    const size_t lanes = context.lanes;
    const float* x = context.inputs[0];
    const uint64_t copied = PlanesFloats(planes, lanes);
    if (planes.needs_copy()) {
      ForChunks(context.pool, max_chunks_, planes.channels(), static_cast<double>(copied),
                [&](size_t, size_t begin, size_t end) {
                  planes.Copy(begin, end, lanes, strip, context.inputs[0], copy_rows_,
                              context.scratch);
                });
      x = context.scratch;
    }
    const Shift planes_shift{
        .x = x, .finite = finite, .offsets = planes.offsets().data(), .unit = lanes};
    const double work = work_ * static_cast<double>(lanes) / static_cast<double>(planes.strips());
    ForChunks(context.pool, max_chunks_, weight_.form->Parts(), work,
              [&](size_t chunk, size_t begin, size_t end) {
                float* flat = context.scratch + copied + chunk * FlatFloats();
                while (begin < end) {
                  const size_t last = InPlace(planes, lanes) ? LastAlike(begin, end) : begin + 1;
                  RunParts(begin, last, strip, planes_shift, flat, context.output);
                  begin = last;
                }
              });
  }

  size_t GroupOf(size_t part) const { return weight_.form->RowsOf(part).begin / group_rows_; }
  // The end of the parts from `begin` on, before `end`, that belong to the same group: a dense
  // form multiplies them with the same inputs one after the other.
  size_t LastAlike(size_t begin, size_t end) const {
    size_t last = begin + 1;
    if (weight_.form->SkipsZeros()) return last;
    while (last < end && GroupOf(last) == GroupOf(begin)) ++last;
    return last;
  }

  // Parts [part, last) of a group; more than one only where kernels write to the output itself.
  // `shift` reads the planes of all groups.
  void RunParts(size_t part, size_t last, size_t strip, Shift shift, float* flat,
                float* output) const {
    const Lanes lanes = shift.unit;
    const ShiftPlanes& planes = Planes(lanes);
    // Output channels.
    const size_t row = weight_.form->RowsOf(part).begin, end = weight_.form->RowsOf(last - 1).end;
    const size_t group = row / group_rows_;
    const size_t out_x = static_cast<size_t>(planes.window().x.out);
    const size_t plane = static_cast<size_t>(planes.window().y.out) * out_x;
    const size_t strip_rows = planes.rows(strip);
    float* y = output + (row * plane + strip * planes.strip_rows() * out_x) * lanes;

    shift.x += planes.size() / groups_ * group * lanes;
    shift.y = y;
    shift.first_row = row;
    shift.y_row_stride = plane * lanes;
    const bool in_place = InPlace(planes, lanes);
    if (!in_place) {
      shift.length = FlatLength(planes, strip_rows);
      shift.y = flat;
      shift.y_row_stride = shift.length;
    } else if (planes.pitch() == out_x) {
      shift.length = strip_rows * out_x * lanes;
    } else {
      shift.lines = strip_rows;
      shift.length = out_x * lanes;
      shift.x_pitch = planes.pitch() * lanes;
      shift.y_pitch = out_x * lanes;
    }
    weight_.form->MultiplyShift(part, last, shift, weight_.epilogue.Get());
    if (in_place) return;
    planes.Extract(end - row, strip, flat, shift.y_row_stride, y);
  }

  LayerWeight weight_;
  size_t group_rows_;  // output channels of a group
  ShiftPlanes one_, many_;
  uint32_t groups_;
  double work_;  // multiply-adds of one sample
  size_t max_chunks_;
  CopyRows* copy_rows_;
};

// Columns of a sparse weight in a block: of `all`, which are `taps` per channel, as many as keep
// the inputs of a tile in the first-level cache, in blocks of about the same size.
uint32_t BlockColumns(const ShiftPlanes& planes, uint64_t taps, uint64_t all) {
  constexpr size_t kWidestTile = 14 * kShiftUnit;
  const size_t tile =
      std::min(RoundUpToShiftUnit(planes.strip_rows() * planes.pitch()), kWidestTile);
  const uint64_t channels =
      std::max<uint64_t>(1, CostsHere().block_inputs / sizeof(float) / planes.ElementsOfTile(tile));
  const uint64_t most = std::min<uint64_t>(channels * taps, CsbShape::kMaxBlockColumns);
  const uint64_t blocks = (all + most - 1) / most;
  return static_cast<uint32_t>((all + blocks - 1) / blocks);
}

// The same convolution where every output depends on one position of the input: planes as lines.
SlidingWindow JoinLines(const SlidingWindow& window) {
  const auto pointwise = [](const WindowAxis& axis) {
    return axis.kernel == 1 && axis.stride == 1 && axis.in == axis.out;
  };
  if (!pointwise(window.x) || !pointwise(window.y)) return window;
  SlidingWindow result;
  result.x.in = result.x.out = window.x.in * window.y.in;
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeConv(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(const Shape x, context.Item());
  if (!context.IsConstant(1) || x.size() > 3 || context.IsActivation(2)) {
    const RareOperands* rare = FindRareOperands();
    return rare == nullptr ? RareOperandsLeftOut() : rare->conv(context);
  }
  const Shape& w = context.inputs[1].shape;
  const int64_t group = context.attributes.Int("group");
  const int64_t columns = CheckedSize(w, 1, w.size());
  if (columns < 0 || std::max(w[0], columns) > kMaxMatrixSide) {
    return Unsupported(DC_ERROR_TEXT("a large weight", "a weight of shape ", DescribeShape(w)), "",
                       "only up to 2^24 rows and columns are covered");
  }
  const auto spatial = std::span(x).subspan(1);
  DC_ASSIGN_OR_RETURN(
      const SlidingWindow window,
      MakeSlidingWindow(context.attributes, spatial, std::span(w).subspan(2), false));
  if (group > 1 && w[1] == 1) {
    MakeConvOverWindow* const make = FindDepthwiseConv();
    if (make != nullptr) return make(context, window);
  }
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  const SlidingWindow joined = JoinLines(window);
  const int64_t group_channels = x[0] / group;
  DC_ASSIGN_OR_RETURN(ShiftPlanes one,
                      ShiftPlanes::Make(x[0], group_channels, joined, ShiftPlanes::kOne));
  ShiftPlanes many;
  if (kHasLanes) {
    DC_ASSIGN_OR_RETURN(many, ShiftPlanes::Make(x[0], group_channels, joined, ShiftPlanes::kMany));
  }
  std::vector<float> bias(static_cast<size_t>(w[0]), 0.0f);
  if (context.IsConstant(2)) {
    DC_ASSIGN_OR_RETURN(bias, context.Values(2, w[0]));
  }
  DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[1].tensor));
  const WeightShape shape{
      .product = Product::kShift,
      .rows = static_cast<uint32_t>(w[0]),
      .columns = static_cast<uint32_t>(columns),
      .groups = static_cast<uint32_t>(group),
      .window = columns != group_channels,
      .positions = static_cast<size_t>(window.y.out * window.x.out),
      .block_columns = BlockColumns(one, static_cast<uint64_t>(columns / group_channels),
                                    static_cast<uint64_t>(columns)),
      .winograd = kForSize ? WinogradUse() : WinogradUseOf(window, x[0])};
  result.layer.emplace();
  LayerWeight weight =
      MakeLayerWeight(std::move(constant), shape, 1.0f, context.EpilogueOf(std::move(bias)),
                      context.kernels, context.memory, &*result.layer);
  if (!kForSize && !weight.form->Filters().empty()) {
    result.kernel =
        MakeWinograd(std::move(weight), window, x[0], context.max_chunks, context.kernels);
    return result;
  }
  if (!weight.form->SkipsZeros()) {
    DC_ASSIGN_OR_RETURN(one,
                        ShiftPlanes::Make(x[0], group_channels, joined, ShiftPlanes::kOneTight));
  }
  const double work = weight.multiply_adds * static_cast<double>(window.y.out * window.x.out);
  result.kernel =
      std::make_unique<ConvOp>(std::move(weight), static_cast<size_t>(w[0]), std::move(one),
                               std::move(many), shape.groups, work, context);
  return result;
}

}  // namespace dc::runtime
