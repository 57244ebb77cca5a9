// Operators of two operands that meet value by value: of two activations, or of an activation and a
// constant.
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "runtime/kernels/build.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/broadcast_rows.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

using Function = float(float a, float b);

// One row of the output: `count` elements of `lanes` values each.
using CombineRow = void(Function* f, RowOperand a, RowOperand b, size_t count, size_t lanes,
                        float* y);

// With `F` compiled into the loops.
template <typename F>
void Combine(Function*, RowOperand a, RowOperand b, size_t count, size_t lanes, float* y) {
  const F f;
  for (size_t i = 0; i < count; ++i, a.values += a.step, b.values += b.step, y += lanes) {
    if (a.constant) {
      for (size_t l = 0; l < lanes; ++l) y[l] = f(a.values[0], b.values[l]);
    } else if (b.constant) {
      for (size_t l = 0; l < lanes; ++l) y[l] = f(a.values[l], b.values[0]);
    } else {
      for (size_t l = 0; l < lanes; ++l) y[l] = f(a.values[l], b.values[l]);
    }
  }
}

// With a call for every value.
void CombineBy(Function* f, RowOperand a, RowOperand b, size_t count, size_t lanes, float* y) {
  for (size_t i = 0; i < count; ++i, a.values += a.step, b.values += b.step, y += lanes) {
    for (size_t l = 0; l < lanes; ++l) y[l] = f(a.Lane(l), b.Lane(l));
  }
}

class ArithmeticOp : public OperatorKernel {
 public:
  // `cost` is the price of one value in multiply-adds.
  ArithmeticOp(CombineRow* combine, Function* f, double cost, BroadcastRows rows,
               const NodeContext& context)
      : combine_(combine),
        f_(f),
        cost_(cost),
        rows_(std::move(rows)),
        max_chunks_(context.max_chunks),
        limits_{.low = context.low, .high = context.high},
        limited_(context.low > Epilogue().low || context.high < Epilogue().high) {}

  void Run(const RunContext& context) const override {
    const size_t length = rows_.length() * context.lanes;
    const double work = static_cast<double>(rows_.count() * length) * cost_;
    ForChunks(context.pool, max_chunks_, rows_.count(), work,
              [&](size_t, size_t begin, size_t end) {
                for (size_t row = begin; row < end; ++row) {
                  float* y = context.output + row * length;
                  Row(rows_.Row(0, context.inputs, row, context.lanes),
                      rows_.Row(1, context.inputs, row, context.lanes), context.lanes, y);
                  if (kForSize || !limited_) continue;
                  for (size_t i = 0; i < length; ++i) y[i] = limits_.Limit(y[i]);
                }
              });
  }

 private:
  void Row(RowOperand a, RowOperand b, size_t lanes, float* y) const {
    // Whole elements one after the other are one element with as many lanes; a single sample's
    // operands are what they are along the row, constant or not.
    if (lanes == 1) {
      a.constant = a.step == 0;
      b.constant = b.step == 0;
    }
    if (lanes == 1 || (!a.constant && !b.constant && a.step == lanes && b.step == lanes)) {
      combine_(f_, a, b, 1, rows_.length() * lanes, y);
    } else {
      combine_(f_, a, b, rows_.length(), lanes, y);
    }
  }

  CombineRow* combine_;
  Function* f_;
  double cost_;
  BroadcastRows rows_;
  size_t max_chunks_;
  Epilogue limits_;  // the plan merges limits into Add alone
  bool limited_;
};

struct Larger {
  float operator()(float a, float b) const { return a >= b || std::isnan(a) ? a : b; }
};
struct Smaller {
  float operator()(float a, float b) const { return a <= b || std::isnan(a) ? a : b; }
};
struct Rectify {
  float operator()(float x, float slope) const { return x < 0 ? x * slope : x; }
};

// condition ? x : y
class WhereOp : public OperatorKernel {
 public:
  WhereOp(BroadcastRows rows, size_t max_chunks)
      : rows_(std::move(rows)), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t lanes = context.lanes, length = rows_.length() * lanes;
    const double work = static_cast<double>(rows_.count() * length) * 2;
    ForChunks(context.pool, max_chunks_, rows_.count(), work,
              [&](size_t, size_t begin, size_t end) {
                for (size_t row = begin; row < end; ++row) {
                  RowOperand c = rows_.Row(0, context.inputs, row, lanes);
                  RowOperand a = rows_.Row(1, context.inputs, row, lanes);
                  RowOperand b = rows_.Row(2, context.inputs, row, lanes);
                  float* y = context.output + row * length;
                  for (size_t i = 0; i < rows_.length(); ++i, y += lanes) {
                    for (size_t l = 0; l < lanes; ++l) {
                      y[l] = c.Lane(l) != 0 ? a.Lane(l) : b.Lane(l);
                    }
                    c.values += c.step;
                    a.values += a.step;
                    b.values += b.step;
                  }
                }
              });
  }

 private:
  BroadcastRows rows_;
  size_t max_chunks_;
};

StatusOr<NodeResult> Make(const NodeContext& context, CombineRow* combine, Function* f,
                          double cost) {
  DC_ASSIGN_OR_RETURN(BroadcastRows rows, BroadcastRows::Make(context, 2));
  NodeResult result;
  result.kernel = std::make_unique<ArithmeticOp>(combine, f, cost, std::move(rows), context);
  return result;
}

template <typename F>
StatusOr<NodeResult> MakeFast(const NodeContext& context) {
  return Make(context, Combine<F>, nullptr, 1);
}

StatusOr<NodeResult> MakeByCalls(const NodeContext& context, Function* f, double cost) {
  return Make(context, CombineBy, f, cost);
}

}  // namespace

StatusOr<NodeResult> MakeAdd(const NodeContext& context) {
  return MakeFast<std::plus<float>>(context);
}
StatusOr<NodeResult> MakeSub(const NodeContext& context) {
  return MakeFast<std::minus<float>>(context);
}
StatusOr<NodeResult> MakeMul(const NodeContext& context) {
  return MakeFast<std::multiplies<float>>(context);
}
StatusOr<NodeResult> MakeDiv(const NodeContext& context) {
  return MakeFast<std::divides<float>>(context);
}
StatusOr<NodeResult> MakeMax(const NodeContext& context) { return MakeFast<Larger>(context); }
StatusOr<NodeResult> MakeMin(const NodeContext& context) { return MakeFast<Smaller>(context); }
StatusOr<NodeResult> MakePRelu(const NodeContext& context) { return MakeFast<Rectify>(context); }

StatusOr<NodeResult> MakePow(const NodeContext& context) {
  return MakeByCalls(
      context, [](float a, float b) { return std::pow(a, b); }, 40);
}
StatusOr<NodeResult> MakeMod(const NodeContext& context) {
  return MakeByCalls(
      context, [](float a, float b) { return std::fmod(a, b); }, 20);
}
StatusOr<NodeResult> MakeEqual(const NodeContext& context) {
  return MakeByCalls(
      context, [](float a, float b) -> float { return a == b; }, 2);
}
StatusOr<NodeResult> MakeGreater(const NodeContext& context) {
  return MakeByCalls(
      context, [](float a, float b) -> float { return a > b; }, 2);
}
StatusOr<NodeResult> MakeGreaterOrEqual(const NodeContext& context) {
  return MakeByCalls(
      context, [](float a, float b) -> float { return a >= b; }, 2);
}
StatusOr<NodeResult> MakeAnd(const NodeContext& context) {
  return MakeByCalls(
      context, [](float a, float b) -> float { return a != 0 && b != 0; }, 2);
}
StatusOr<NodeResult> MakeOr(const NodeContext& context) {
  return MakeByCalls(
      context, [](float a, float b) -> float { return a != 0 || b != 0; }, 2);
}

StatusOr<NodeResult> MakeWhere(const NodeContext& context) {
  DC_ASSIGN_OR_RETURN(BroadcastRows rows, BroadcastRows::Make(context, 3));
  NodeResult result;
  result.kernel = std::make_unique<WhereOp>(std::move(rows), context.max_chunks);
  return result;
}

}  // namespace dc::runtime
