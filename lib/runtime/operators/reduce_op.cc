// Reductions and ArgMax: one value for all along some axes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "op/reduce.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// What is known of a group of values after some of them: its start, the step by value `i`, and the
// result of `count`.
struct Sum {
  double sum = 0;
  void Add(float x, size_t) { sum += x; }
  float Result(size_t) const { return static_cast<float>(sum); }
};
struct Mean : Sum {
  float Result(size_t count) const { return static_cast<float>(sum / static_cast<double>(count)); }
};
struct Product {
  double product = 1;
  void Add(float x, size_t) { product *= x; }
  float Result(size_t) const { return static_cast<float>(product); }
};
struct Max {
  float largest = -kInfinity;
  void Add(float x, size_t) {
    if (x > largest || std::isnan(x)) largest = x;
  }
  float Result(size_t) const { return largest; }
};
struct Min {
  float smallest = kInfinity;
  void Add(float x, size_t) {
    if (x < smallest || std::isnan(x)) smallest = x;
  }
  float Result(size_t) const { return smallest; }
};
// The sum is of exponentials over that of the largest value, so that none overflows.
struct LogSumExp {
  float largest = -kInfinity;
  double sum = 0;
  void Add(float x, size_t) {
    if (x > largest) {
      sum = sum * std::exp(largest - x) + 1;
      largest = x;
    } else {
      sum += x == largest ? 1.0f : std::exp(x - largest);
    }
  }
  float Result(size_t) const { return largest + static_cast<float>(std::log(sum)); }
};
template <bool last>
struct ArgMax {
  float largest = 0;
  size_t place = 0;
  void Add(float x, size_t i) {
    if (i > 0 && !(last ? x >= largest : x > largest)) return;
    largest = x;
    place = i;
  }
  float Result(size_t) const { return static_cast<float>(place); }
};

struct Dimension {
  size_t extent, stride;
};

// Lanes that are reduced at once.
constexpr size_t kWidth = 16;

// Adds values of a group, from dimension `d` of `group` on, to the states of `width` lanes.
template <typename State>
void AddAll(const std::vector<Dimension>& group, size_t d, const float* x, size_t lanes,
            size_t width, State* states, size_t* count) {
  const size_t step = group[d].stride * lanes;
  for (size_t i = 0; i < group[d].extent; ++i, x += step) {
    if (d + 1 < group.size()) {
      AddAll(group, d + 1, x, lanes, width, states, count);
      continue;
    }
    for (size_t l = 0; l < width; ++l) states[l].Add(x[l], *count);
    ++*count;
  }
}

// Reduces the group whose values begin at `x`, in each of `lanes` lanes.
using Reduce = void(const std::vector<Dimension>& group, const float* x, size_t lanes, float* y);

template <typename State>
void ReduceGroup(const std::vector<Dimension>& group, const float* x, size_t lanes, float* y) {
  for (size_t first = 0; first < lanes; first += kWidth) {
    const size_t width = std::min(kWidth, lanes - first);
    State states[kWidth];
    size_t count = 0;
    AddAll(group, 0, x + first, lanes, width, states, &count);
    for (size_t l = 0; l < width; ++l) y[first + l] = states[l].Result(count);
  }
}

class ReduceOp : public OperatorKernel {
 public:
  // `kept` are the dimensions of the output, `group` those of what each of its values is made of;
  // the strides are the input's.
  ReduceOp(Reduce* reduce, std::vector<Dimension> kept, std::vector<Dimension> group,
           size_t max_chunks)
      : reduce_(reduce), kept_(std::move(kept)), group_(std::move(group)), max_chunks_(max_chunks) {
    for (const Dimension& each : kept_) outputs_ *= each.extent;
    for (const Dimension& each : group_) group_size_ *= each.extent;
  }

  void Run(const RunContext& context) const override {
    const double work = static_cast<double>(outputs_ * group_size_ * context.lanes) * 2;
    ForChunks(context.pool, max_chunks_, outputs_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        reduce_(group_, context.inputs[0] + Start(i) * context.lanes, context.lanes,
                context.output + i * context.lanes);
      }
    });
  }

 private:
  size_t Start(size_t output) const {
    size_t at = 0;
    for (size_t d = kept_.size(); d-- > 0;) {
      at += output % kept_[d].extent * kept_[d].stride;
      output /= kept_[d].extent;
    }
    return at;
  }

  Reduce* reduce_;
  std::vector<Dimension> kept_, group_;
  size_t outputs_ = 1, group_size_ = 1;
  size_t max_chunks_;
};

// Reduces the axes that `reduced` tells.
StatusOr<NodeResult> Make(const NodeContext& context, Reduce* reduce,
                          const std::vector<bool>& reduced) {
  const Shape& x = context.inputs[0].shape;
  std::vector<Dimension> kept, group;
  size_t stride = static_cast<size_t>(CheckedSize(x));
  for (size_t d = 0; d < x.size(); ++d) {
    const size_t extent = static_cast<size_t>(x[d]);
    stride /= extent;
    std::vector<Dimension>& list = reduced[d] ? group : kept;
    // Neighbours that are both reduced are one dimension.
    if (d > 0 && reduced[d] && reduced[d - 1]) {
      list.back() = {list.back().extent * extent, stride};
    } else {
      list.push_back({extent, stride});
    }
  }
  if (group.empty()) group.push_back({1, 1});
  NodeResult result;
  result.kernel =
      std::make_unique<ReduceOp>(reduce, std::move(kept), std::move(group), context.max_chunks);
  return result;
}

template <typename State>
StatusOr<NodeResult> MakeReduction(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  return Make(context, ReduceGroup<State>,
              op::ReducedAxes(context.attributes, context.inputs[0].shape.size()));
}

}  // namespace

StatusOr<NodeResult> MakeReduceSum(const NodeContext& context) {
  return MakeReduction<Sum>(context);
}
StatusOr<NodeResult> MakeReduceMean(const NodeContext& context) {
  return MakeReduction<Mean>(context);
}
StatusOr<NodeResult> MakeReduceMax(const NodeContext& context) {
  return MakeReduction<Max>(context);
}
StatusOr<NodeResult> MakeReduceMin(const NodeContext& context) {
  return MakeReduction<Min>(context);
}
StatusOr<NodeResult> MakeReduceProd(const NodeContext& context) {
  return MakeReduction<Product>(context);
}
StatusOr<NodeResult> MakeReduceLogSumExp(const NodeContext& context) {
  return MakeReduction<LogSumExp>(context);
}

StatusOr<NodeResult> MakeArgMax(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  std::vector<bool> reduced(context.inputs[0].shape.size(), false);
  reduced[*op::Axis(context.attributes.Int("axis"), reduced.size())] = true;
  const bool last = context.attributes.Int("select_last_index") != 0;
  return Make(context, last ? ReduceGroup<ArgMax<true>> : ReduceGroup<ArgMax<false>>, reduced);
}

}  // namespace dc::runtime
