// RNN, GRU and LSTM: a state that goes through the steps of a sequence, in one or both directions.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "op/recurrent.h"
#include "runtime/forms/layer_weight.h"
#include "runtime/kernels/chunks.h"
#include "runtime/load/split_constant.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// Inputs of the node.
enum Input : size_t { kX, kWeight, kRecurrence, kBias, kLengths, kInitialH, kInitialC, kPeephole };

float Logistic(float x) { return 1.0f / (1.0f + std::exp(-x)); }

// The matrices of an input, constant or computed: `rows` x `columns` each.
struct Matrices {
  std::vector<LayerWeight> weights;  // empty: those of activation `input`
  size_t input = 0;
  size_t rows = 0, columns = 0;

  // y = matrix `i` times x, a vector.
  void Multiply(const RunContext& context, size_t i, const float* x, float* y) const {
    const size_t lanes = context.lanes;
    if (weights.empty()) return MultiplyComputed(context, i, x, y);
    const LayerWeight& weight = weights[i];
    const Epilogue epilogue = weight.epilogue.Get();
    if (lanes == 1) {
      const Form& form = *weight.form;
      if (weight.ZerosStayZero(x, columns)) {
        return form.MultiplyVector(0, form.Parts(), x, epilogue, y);
      }
      return form.MultiplyAsDense(0, form.Parts(), x, epilogue, y);
    }
    const Form& form = weight.shift_form();
    const Shift shift = weight.SideBySide(x, lanes, y);
    form.MultiplyShift(0, form.Parts(), shift, epilogue);
  }

 private:
  void MultiplyComputed(const RunContext& context, size_t i, const float* x, float* y) const {
    const size_t lanes = context.lanes;
    const float* w = context.inputs[input] + i * rows * columns * lanes;
    for (size_t r = 0; r < rows; ++r, y += lanes) {
      std::fill_n(y, lanes, 0.0f);
      for (size_t c = 0; c < columns; ++c, w += lanes) {
        for (size_t l = 0; l < lanes; ++l) y[l] += w[l] * x[c * lanes + l];
      }
    }
  }
};

// Numbers of an input, constant or computed; zeros where it is omitted.
struct Numbers {
  std::vector<float> constant;
  size_t input = 0;
  bool computed = false;

  float At(const RunContext& context, size_t i, size_t lane) const {
    if (computed) return context.inputs[input][i * context.lanes + lane];
    return constant.empty() ? 0.0f : constant[i];
  }
};

struct Node {
  format::Op kind = format::Op::kRnn;
  op::Direction direction = op::Direction::kForward;
  bool batch_first = false, linear_before_reset = false;
  size_t steps = 1, batch = 1, inputs = 1, directions = 1, hidden = 1, gates = 1;
  size_t state_batch = 1;  // samples that the initial states are for
  Matrices weight, recurrence;
  Numbers bias, initial_h, initial_c, peephole;
};

class RecurrentOp : public OperatorKernel {
 public:
  explicit RecurrentOp(Node node) : n_(std::move(node)) {}

  uint64_t ScratchFloats(Lanes lanes) const override {
    // Products of the input and of the state, the cell, a state to multiply and the one before.
    return (2 * n_.gates + 3) * n_.hidden * lanes + kReadSlack;
  }
  int64_t ResidentBytes() const override {
    int64_t bytes = 0;
    for (const Matrices* matrices : {&n_.weight, &n_.recurrence}) {
      for (const LayerWeight& weight : matrices->weights) bytes += weight.ResidentBytes();
    }
    return bytes;
  }
  void PrepareBatch() override {
    for (LayerWeight& weight : n_.weight.weights) weight.MakeBatchForm();
    for (LayerWeight& weight : n_.recurrence.weights) weight.MakeBatchForm();
  }
  void DropBatch() override {
    for (LayerWeight& weight : n_.weight.weights) weight.DropBatchForm();
    for (LayerWeight& weight : n_.recurrence.weights) weight.DropBatchForm();
  }

  void Run(const RunContext& context) const override {
    for (size_t d = 0; d < n_.directions; ++d) {
      for (size_t sample = 0; sample < n_.batch; ++sample) RunSequence(context, d, sample);
    }
  }

 private:
  // Where a sequence's numbers are, for one of the directions.
  struct Place {
    const RunContext& context;
    size_t direction;
    float *x_products, *h_products, *cell, *reset, *before;
  };

  void RunSequence(const RunContext& context, size_t direction, size_t sample) const {
    const size_t lanes = context.lanes, size = n_.hidden * lanes;
    float* next = context.scratch;
    const auto take = [&](size_t count) { return std::exchange(next, next + count * size); };
    Place at{context, direction, nullptr, nullptr, nullptr, nullptr, nullptr};
    at.x_products = take(n_.gates);
    at.h_products = take(n_.gates);
    at.cell = take(1);
    at.reset = take(1);
    at.before = take(1);
    const size_t own = std::min(sample, n_.state_batch - 1);
    const size_t state =
        n_.batch_first ? own * n_.directions + direction : direction * n_.state_batch + own;
    for (size_t i = 0; i < n_.hidden; ++i) {
      for (size_t l = 0; l < lanes; ++l) {
        at.before[i * lanes + l] = n_.initial_h.At(context, state * n_.hidden + i, l);
        at.cell[i * lanes + l] = n_.initial_c.At(context, state * n_.hidden + i, l);
      }
    }
    const bool backwards = n_.direction == op::Direction::kReverse || direction == 1;
    const float* h = at.before;
    for (size_t step = 0; step < n_.steps; ++step) {
      const size_t t = backwards ? n_.steps - 1 - step : step;
      const size_t x_at = n_.batch_first ? sample * n_.steps + t : t * n_.batch + sample;
      const size_t y_at = n_.batch_first ? (sample * n_.steps + t) * n_.directions + direction
                                         : (t * n_.directions + direction) * n_.batch + sample;
      float* y = context.output + y_at * size;
      n_.weight.Multiply(context, direction, context.inputs[0] + x_at * n_.inputs * lanes,
                         at.x_products);
      Step(at, h, y);
      h = y;
    }
  }

  void Step(const Place& at, const float* h, float* y) const {
    switch (n_.kind) {
      case format::Op::kLstm:
        return LstmStep(at, h, y);
      case format::Op::kGru:
        return GruStep(at, h, y);
      default:
        return RnnStep(at, h, y);
    }
  }

  // Bias `half` (0: the input's, 1: the state's) of row `row` of all gates.
  float Bias(const Place& at, size_t half, size_t row, size_t lane) const {
    const size_t rows = n_.gates * n_.hidden;
    return n_.bias.At(at.context, (at.direction * 2 + half) * rows + row, lane);
  }
  float BothBiases(const Place& at, size_t row, size_t lane) const {
    return Bias(at, 0, row, lane) + Bias(at, 1, row, lane);
  }
  // What goes into gate `gate`, without the state's product of gates that have none yet.
  float Gate(const Place& at, size_t gate, size_t i, size_t lane) const {
    const size_t row = gate * n_.hidden + i, k = row * at.context.lanes + lane;
    return at.x_products[k] + at.h_products[k] + BothBiases(at, row, lane);
  }

  void RnnStep(const Place& at, const float* h, float* y) const {
    const size_t lanes = at.context.lanes;
    n_.recurrence.Multiply(at.context, at.direction, h, at.h_products);
    for (size_t i = 0; i < n_.hidden; ++i) {
      for (size_t l = 0; l < lanes; ++l) y[i * lanes + l] = std::tanh(Gate(at, 0, i, l));
    }
  }

  void GruStep(const Place& at, const float* h, float* y) const {
    const size_t lanes = at.context.lanes, size = n_.hidden * lanes;
    const size_t first = at.direction * n_.gates;
    // Update, then reset.
    for (size_t gate = 0; gate < 2; ++gate) {
      n_.recurrence.Multiply(at.context, first + gate, h, at.h_products + gate * size);
    }
    float* hidden = at.h_products + 2 * size;
    if (n_.linear_before_reset) {
      n_.recurrence.Multiply(at.context, first + 2, h, hidden);
    } else {
      for (size_t i = 0; i < n_.hidden; ++i) {
        for (size_t l = 0; l < lanes; ++l) {
          at.reset[i * lanes + l] = Logistic(Gate(at, 1, i, l)) * h[i * lanes + l];
        }
      }
      n_.recurrence.Multiply(at.context, first + 2, at.reset, hidden);
    }
    for (size_t i = 0; i < n_.hidden; ++i) {
      const size_t row = 2 * n_.hidden + i;
      for (size_t l = 0; l < lanes; ++l) {
        const size_t k = i * lanes + l;
        float state = hidden[k] + Bias(at, 1, row, l);
        if (n_.linear_before_reset) state *= Logistic(Gate(at, 1, i, l));
        const float fresh = std::tanh(at.x_products[row * lanes + l] + Bias(at, 0, row, l) + state);
        const float update = Logistic(Gate(at, 0, i, l));
        y[k] = (1 - update) * fresh + update * h[k];
      }
    }
  }

  void LstmStep(const Place& at, const float* h, float* y) const {
    const size_t lanes = at.context.lanes;
    n_.recurrence.Multiply(at.context, at.direction, h, at.h_products);
    const auto peephole = [&](size_t gate, size_t i, size_t l) {
      return n_.peephole.At(at.context, (at.direction * 3 + gate) * n_.hidden + i, l);
    };
    for (size_t i = 0; i < n_.hidden; ++i) {
      for (size_t l = 0; l < lanes; ++l) {
        float& cell = at.cell[i * lanes + l];
        // Gates are input, output, forget, cell; peepholes of the first three.
        const float in = Logistic(Gate(at, 0, i, l) + peephole(0, i, l) * cell);
        const float forget = Logistic(Gate(at, 2, i, l) + peephole(2, i, l) * cell);
        cell = forget * cell + in * std::tanh(Gate(at, 3, i, l));
        const float out = Logistic(Gate(at, 1, i, l) + peephole(1, i, l) * cell);
        y[i * lanes + l] = out * std::tanh(cell);
      }
    }
  }

  Node n_;
};

// Which of the activations input `i` is.
size_t ActivationIndex(const NodeContext& context, size_t i) {
  size_t index = 0;
  for (size_t before = 0; before < i; ++before) index += context.IsActivation(before);
  return index;
}

StatusOr<Numbers> NumbersOf(const NodeContext& context, size_t i) {
  Numbers numbers;
  numbers.computed = context.IsActivation(i);
  numbers.input = ActivationIndex(context, i);
  if (context.IsConstant(i)) {
    DC_ASSIGN_OR_RETURN(numbers.constant, context.Values(i, CheckedSize(context.inputs[i].shape)));
  }
  return numbers;
}

// The matrices of input `i`, `count` of them.
StatusOr<Matrices> MatricesOf(const NodeContext& context, size_t i, size_t count,
                              NodeResult* result) {
  const Shape& shape = context.inputs[i].shape;
  const int64_t size = CheckedSize(shape), columns = shape[2];
  if (size < 0 || std::max(shape[1], columns) > kMaxMatrixSide) {
    return Unsupported("a weight of shape " + DescribeShape(shape), "",
                       "only matrices of up to 2^24 rows and columns are covered");
  }
  Matrices matrices;
  matrices.columns = static_cast<size_t>(columns);
  matrices.rows = static_cast<size_t>(size / columns) / count;
  if (context.IsActivation(i)) {
    matrices.input = ActivationIndex(context, i);
    return matrices;
  }
  DC_ASSIGN_OR_RETURN(Constant constant, context.load(context.inputs[i].tensor));
  const WeightShape weight_shape{.product = Product::kVector,
                                 .rows = static_cast<uint32_t>(matrices.rows),
                                 .columns = static_cast<uint32_t>(columns)};
  const RowEpilogue plain{.bias = std::vector<float>(matrices.rows, 0.0f)};
  for (Constant& matrix :
       SplitConstant(std::move(constant), count, static_cast<int64_t>(matrices.rows), columns)) {
    LayerPlan layer;
    LayerWeight weight = MakeLayerWeight(std::move(matrix), weight_shape, 1.0f, plain,
                                         context.kernels, context.memory, &layer);
    weight.by_columns.reset();
    matrices.weights.push_back(std::move(weight));
    AddLayer(std::move(layer), result);
  }
  return matrices;
}

StatusOr<NodeResult> MakeRecurrent(const NodeContext& context) {
  if (!context.IsActivation(kX)) {
    return Unsupported("an input that is a constant", "", "fold it into the model first");
  }
  Node node;
  node.kind = context.node.op;
  const op::Attributes& attributes = context.attributes;
  node.direction = static_cast<op::Direction>(attributes.Int("direction"));
  node.batch_first = attributes.Int("layout") != 0;
  node.linear_before_reset = attributes.Int("linear_before_reset") != 0;
  const Shape& x = context.inputs[kX].shape;
  const Shape& recurrence = context.inputs[kRecurrence].shape;
  node.steps = static_cast<size_t>(x[node.batch_first ? 1 : 0]);
  node.batch = static_cast<size_t>(x[node.batch_first ? 0 : 1]);
  node.inputs = static_cast<size_t>(x[2]);
  node.directions = static_cast<size_t>(recurrence[0]);
  node.hidden = static_cast<size_t>(recurrence[2]);
  node.gates = static_cast<size_t>(recurrence[1] / recurrence[2]);
  NodeResult result;
  DC_ASSIGN_OR_RETURN(node.weight, MatricesOf(context, kWeight, node.directions, &result));
  // The parts of a GRU's recurrence meet different states.
  const size_t parts = node.kind == format::Op::kGru ? node.gates : 1;
  DC_ASSIGN_OR_RETURN(node.recurrence,
                      MatricesOf(context, kRecurrence, node.directions * parts, &result));
  DC_ASSIGN_OR_RETURN(node.bias, NumbersOf(context, kBias));
  DC_ASSIGN_OR_RETURN(node.initial_h, NumbersOf(context, kInitialH));
  DC_ASSIGN_OR_RETURN(node.initial_c, NumbersOf(context, kInitialC));
  DC_ASSIGN_OR_RETURN(node.peephole, NumbersOf(context, kPeephole));
  for (const size_t i : {kInitialH, kInitialC}) {
    if (i >= context.inputs.size() || context.inputs[i].kind == NodeInput::kOmitted) continue;
    const size_t samples = static_cast<size_t>(context.inputs[i].shape[node.batch_first ? 0 : 1]);
    if (node.state_batch != 1 && samples != node.state_batch) {
      return Unsupported("initial states for different numbers of samples", "",
                         "give both for every sample");
    }
    node.state_batch = samples;
  }
  result.kernel = std::make_unique<RecurrentOp>(std::move(node));
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeRnn(const NodeContext& context) { return MakeRecurrent(context); }
StatusOr<NodeResult> MakeGru(const NodeContext& context) { return MakeRecurrent(context); }
StatusOr<NodeResult> MakeLstm(const NodeContext& context) { return MakeRecurrent(context); }

}  // namespace dc::runtime
