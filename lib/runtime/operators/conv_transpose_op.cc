// ConvTranspose: each value of the input times the kernels of its channel, a product with the
// weight turned, whose values are then added up where the kernels lie.
#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/chunks.h"
#include "runtime/load/split_constant.h"
#include "runtime/operators/bias_source.h"
#include "runtime/operators/registry.h"
#include "runtime/operators/window_grid.h"

namespace dc::runtime {
namespace {

// Floats of the products that are made at a time.
constexpr size_t kProductFloats = 256 * 1024;

struct Layer {
  WindowGrid grid;  // of the convolution from the output to the input
  size_t groups = 1;
  size_t inputs = 1, outputs = 1;  // channels of a group
  BiasSource bias;
  RowEpilogue epilogue;  // its bias is what a merged normalization adds
  size_t max_chunks = 1;
};

// What layers with constant and with computed weights share.
class ConvTransposeOp : public OperatorKernel {
 public:
  explicit ConvTransposeOp(Layer layer) : layer_(std::move(layer)) {}

  uint64_t ScratchFloats(Lanes lanes) const override {
    return layer_.outputs * layer_.grid.taps() * Positions(lanes) * lanes + kReadSlack;
  }

  void Run(const RunContext& context) const override {
    const size_t lanes = context.lanes, plane = layer_.grid.elements() * lanes;
    for (size_t row = 0; row < layer_.groups * layer_.outputs; ++row) {
      float* y = context.output + row * plane;
      for (size_t i = 0; i < plane; i += lanes) {
        for (size_t l = 0; l < lanes; ++l) y[i + l] = layer_.bias.At(context, row, l);
      }
    }
    for (size_t group = 0; group < layer_.groups; ++group) {
      const bool finite = ZerosStayZero(context, group);
      for (size_t begin = 0; begin < layer_.grid.windows(); begin += Positions(lanes)) {
        const size_t end = std::min(begin + Positions(lanes), layer_.grid.windows());
        Multiply(context, group, begin, end, finite);
        AddUp(context, group, begin, end);
      }
    }
    const Epilogue epilogue = layer_.epilogue.Get();
    for (size_t row = 0; row < layer_.groups * layer_.outputs; ++row) {
      float* y = context.output + row * plane;
      for (size_t i = 0; i < plane; ++i) y[i] = epilogue(row, y[i]);
    }
  }

 protected:
  // Whether weights of `group` that are skipped would make 0 of all inputs (layer_weight.h).
  virtual bool ZerosStayZero(const RunContext& context, size_t group) const {
    static_cast<void>(context), static_cast<void>(group);
    return true;
  }
  // Products of the input's positions [begin, end) in `group`, into context.scratch: rows
  // [output][tap], each (end - begin) * lanes floats. `finite`: what ZerosStayZero says.
  virtual void Multiply(const RunContext& context, size_t group, size_t begin, size_t end,
                        bool finite) const = 0;

  const Layer& layer() const { return layer_; }

 private:
  // Positions of the input at a time.
  size_t Positions(size_t lanes) const {
    const size_t wanted = kProductFloats / (layer_.outputs * layer_.grid.taps() * lanes);
    return std::min(layer_.grid.windows(),
                    std::max<size_t>(wanted / kShiftUnit * kShiftUnit, kShiftUnit));
  }

  void AddUp(const RunContext& context, size_t group, size_t begin, size_t end) const {
    const size_t lanes = context.lanes, width = (end - begin) * lanes;
    const double work = static_cast<double>(layer_.outputs * layer_.grid.taps() * width);
    ForChunks(context.pool, layer_.max_chunks, layer_.outputs, work,
              [&](size_t, size_t first, size_t last) {
                for (size_t o = first; o < last; ++o) {
                  const float* products = context.scratch + o * layer_.grid.taps() * width;
                  float* y = context.output +
                             (group * layer_.outputs + o) * layer_.grid.elements() * lanes;
                  for (size_t tap = 0; tap < layer_.grid.taps(); ++tap, products += width) {
                    layer_.grid.ForEach(tap, begin, end, [&](size_t position, size_t element) {
                      const float* from = products + (position - begin) * lanes;
                      float* to = y + element * lanes;
                      for (size_t l = 0; l < lanes; ++l) to[l] += from[l];
                    });
                  }
                }
              });
  }

  Layer layer_;
};

class ConstantConvTransposeOp : public ConvTransposeOp {
 public:
  ConstantConvTransposeOp(std::vector<LayerWeight> weights, Layer layer)
      : ConvTransposeOp(std::move(layer)), weights_(std::move(weights)) {}

  int64_t ResidentBytes() const override {
    int64_t bytes = 0;
    for (const LayerWeight& weight : weights_) bytes += weight.ResidentBytes();
    return bytes;
  }

 private:
  bool ZerosStayZero(const RunContext& context, size_t group) const override {
    const size_t floats = layer().inputs * layer().grid.windows() * context.lanes;
    return weights_[group].ZerosStayZero(context.inputs[0] + group * floats, floats);
  }
  void Multiply(const RunContext& context, size_t group, size_t begin, size_t end,
                bool finite) const override {
    const size_t lanes = context.lanes, width = (end - begin) * lanes;
    const LayerWeight& weight = weights_[group];
    const size_t plane = layer().grid.windows() * lanes;
    const Shift shift{.x = context.inputs[0] + group * layer().inputs * plane + begin * lanes,
                      .finite = finite,
                      .unit = plane,
                      .length = width,
                      .y = context.scratch,
                      .y_row_stride = width};
    const Epilogue epilogue = weight.epilogue.Get();
    ForChunks(context.pool, layer().max_chunks, weight.form->Parts(),
              weight.multiply_adds * static_cast<double>(width),
              [&](size_t, size_t first, size_t last) {
                weight.form->MultiplyShift(first, last, shift, epilogue);
              });
  }

  std::vector<LayerWeight> weights_;  // one per group, outputs and taps x inputs
};

class ComputedConvTransposeOp : public ConvTransposeOp {
 public:
  explicit ComputedConvTransposeOp(Layer layer) : ConvTransposeOp(std::move(layer)) {}

 private:
  void Multiply(const RunContext& context, size_t group, size_t begin, size_t end,
                bool) const override {
    const size_t lanes = context.lanes, width = (end - begin) * lanes;
    const size_t rows = layer().outputs * layer().grid.taps(),
                 plane = layer().grid.windows() * lanes;
    const float* x = context.inputs[0] + group * layer().inputs * plane + begin * lanes;
    const float* w = context.inputs[1] + group * layer().inputs * rows * lanes;
    std::fill_n(context.scratch, rows * width, 0.0f);
    for (size_t c = 0; c < layer().inputs; ++c, x += plane) {
      for (size_t row = 0; row < rows; ++row, w += lanes) {
        float* to = context.scratch + row * width;
        for (size_t i = 0; i < width; i += lanes) {
          for (size_t l = 0; l < lanes; ++l) to[i + l] += w[l] * x[i + l];
        }
      }
    }
  }
};

}  // namespace

StatusOr<NodeResult> MakeConvTranspose(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(const Shape x, context.Item());
  const Shape& w = context.inputs[1].shape;
  const int64_t groups = context.attributes.Int("group"), inputs = x[0] / groups;
  const int64_t rows = CheckedSize(w, 1, w.size());  // outputs and taps of a group
  if (rows < 0 || std::max(rows, inputs) > kMaxMatrixSide) {
    return Unsupported("a weight of shape " + DescribeShape(w), "",
                       "only up to 2^24 rows and columns are covered");
  }
  std::vector<op::WindowAxis> axes;
  DC_RETURN_IF_ERROR(op::SpreadWindows(context.attributes, std::span(x).subspan(1),
                                       std::span(w).subspan(2), &axes));
  const int64_t outputs = w[1] * groups;
  DC_ASSIGN_OR_RETURN(BiasSource bias, BiasSource::Make(context, outputs));
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  std::vector<float> none(static_cast<size_t>(outputs), 0.0f);
  Layer layer{.grid = WindowGrid(std::move(axes)),
              .groups = static_cast<size_t>(groups),
              .inputs = static_cast<size_t>(inputs),
              .outputs = static_cast<size_t>(w[1]),
              .bias = std::move(bias),
              .epilogue = context.EpilogueOf(std::move(none)),
              .max_chunks = context.max_chunks};
  if (context.IsActivation(1)) {
    result.kernel = std::make_unique<ComputedConvTransposeOp>(std::move(layer));
    return result;
  }
  DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[1].tensor));
  const WeightShape shape{.product = Product::kShift,
                          .rows = static_cast<uint32_t>(rows),
                          .columns = static_cast<uint32_t>(inputs),
                          .transposed = true};
  const RowEpilogue plain{.bias = std::vector<float>(static_cast<size_t>(rows), 0.0f)};
  std::vector<LayerWeight> weights;
  for (Constant& matrix :
       SplitConstant(std::move(constant), static_cast<size_t>(groups), inputs, rows)) {
    LayerPlan part;
    weights.push_back(MakeLayerWeight(std::move(matrix), shape, 1.0f, plain, context.kernels,
                                      context.memory, &part));
    AddLayer(std::move(part), &result);
  }
  result.kernel = std::make_unique<ConstantConvTransposeOp>(std::move(weights), std::move(layer));
  return result;
}

}  // namespace dc::runtime
