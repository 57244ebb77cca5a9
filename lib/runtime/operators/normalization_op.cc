// LayerNormalization, InstanceNormalization and GroupNormalization: runs of values that follow each
// other are brought to mean 0 and variance 1, then scaled and shifted.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// Samples that are run at once, at most.
constexpr size_t kMostLanes = 64;

// A scale or bias: of segment i of the values the number i % size().
struct Numbers {
  std::vector<float> constant;
  std::vector<uint32_t> index;  // of the values of activation `input`, where it is computed
  size_t input = 0;

  size_t size() const { return std::max(constant.size(), index.size()); }
  // For `lanes` samples: the number itself where it is constant.
  const float* At(const RunContext& context, size_t segment) const {
    const size_t i = segment % size();
    return index.empty() ? &constant[i] : context.inputs[input] + index[i] * context.lanes;
  }
  size_t step() const { return index.empty() ? 0 : 1; }  // from lane to lane
};

// Runs of `segments` segments of `segment` values each, which have one scale and bias.
struct Runs {
  size_t count = 1, segments = 1, segment = 1;
  Numbers scale, bias;

  size_t length() const { return segments * segment; }
};

class NormalizationOp : public OperatorKernel {
 public:
  NormalizationOp(Runs runs, double epsilon, size_t max_chunks)
      : runs_(std::move(runs)), epsilon_(epsilon), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const double work = 4.0 * static_cast<double>(runs_.count * runs_.length() * context.lanes);
    ForChunks(context.pool, max_chunks_, runs_.count, work, [&](size_t, size_t begin, size_t end) {
      for (size_t run = begin; run < end; ++run) RunOne(context, run);
    });
  }

 private:
  using Lanes = std::array<double, kMostLanes>;

  void RunOne(const RunContext& context, size_t run) const {
    const size_t lanes = context.lanes, length = runs_.length();
    const float* x = context.inputs[0] + run * length * lanes;
    float* y = context.output + run * length * lanes;
    Lanes mean{}, variance{};
    for (size_t i = 0; i < length; ++i) {
      for (size_t l = 0; l < lanes; ++l) mean[l] += x[i * lanes + l];
    }
    for (size_t l = 0; l < lanes; ++l) mean[l] /= static_cast<double>(length);
    for (size_t i = 0; i < length; ++i) {
      for (size_t l = 0; l < lanes; ++l) {
        const double from_mean = x[i * lanes + l] - mean[l];
        variance[l] += from_mean * from_mean;
      }
    }
    std::array<float, kMostLanes> center, factor;
    for (size_t l = 0; l < lanes; ++l) {
      center[l] = static_cast<float>(mean[l]);
      factor[l] =
          static_cast<float>(1 / std::sqrt(variance[l] / static_cast<double>(length) + epsilon_));
    }
    for (size_t s = 0; s < runs_.segments; ++s) {
      const size_t segment = run * runs_.segments + s;
      const float* scale = runs_.scale.At(context, segment);
      const float* bias = runs_.bias.At(context, segment);
      for (size_t i = 0; i < runs_.segment; ++i, x += lanes, y += lanes) {
        for (size_t l = 0; l < lanes; ++l) {
          y[l] = (x[l] - center[l]) * factor[l] * scale[l * runs_.scale.step()] +
                 bias[l * runs_.bias.step()];
        }
      }
    }
  }

  Runs runs_;
  double epsilon_;
  size_t max_chunks_;
};

// For each value of `whole`, that of `part`, which broadcasts to it.
std::vector<uint32_t> BroadcastIndex(std::span<const int64_t> whole, const Shape& part) {
  std::vector<uint32_t> index = {0};
  uint32_t stride = 1;
  for (size_t back = 1; back <= whole.size(); ++back) {
    const int64_t own = back <= part.size() ? part[part.size() - back] : 1;
    const size_t inner = index.size();
    for (int64_t i = 1; i < whole[whole.size() - back]; ++i) {
      const uint32_t at = own == 1 ? 0 : static_cast<uint32_t>(i) * stride;
      for (size_t k = 0; k < inner; ++k) index.push_back(index[k] + at);
    }
    stride *= static_cast<uint32_t>(own);
  }
  return index;
}

// Input `i` of `context`, of which segment s has the value index[s]; zeros where it has none.
StatusOr<Numbers> NumbersOf(const NodeContext& context, size_t i, std::vector<uint32_t> index) {
  Numbers numbers;
  if (context.IsActivation(i)) {
    numbers.index = std::move(index);
    numbers.input = 1;
    for (size_t before = 1; before < i; ++before) numbers.input += context.IsActivation(before);
    return numbers;
  }
  numbers.constant.assign(index.size(), 0.0f);
  if (!context.IsConstant(i)) return numbers;
  DC_ASSIGN_OR_RETURN(const std::vector<float> values,
                      context.Values(i, CheckedSize(context.inputs[i].shape)));
  std::transform(index.begin(), index.end(), numbers.constant.begin(),
                 [&](uint32_t at) { return values[at]; });
  return numbers;
}

// The index of a value per channel or per group of channels.
std::vector<uint32_t> ChannelIndex(size_t channels, const Shape& part) {
  std::vector<uint32_t> index(channels);
  const size_t share = channels / static_cast<size_t>(part[0]);
  for (size_t c = 0; c < channels; ++c) index[c] = static_cast<uint32_t>(c / share);
  return index;
}

StatusOr<NodeResult> MakeNormalization(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("an input that is a constant", "", "fold it into the model first");
  }
  const Shape& x = context.inputs[0].shape;
  const auto shape_of = [&](size_t i) {
    return i < context.inputs.size() ? context.inputs[i].shape : Shape();
  };
  const auto size = [](const Shape& shape, size_t first, size_t last) {
    return static_cast<size_t>(CheckedSize(shape, first, last));
  };
  Runs runs;
  const bool layer = context.node.op == format::Op::kLayerNormalization;
  if (layer) {
    const size_t axis = *op::Axis(context.attributes.Int("axis"), x.size());
    const auto normalized = std::span(x).subspan(axis);
    runs.count = size(x, 0, axis);
    runs.segments = size(x, axis, x.size());
    DC_ASSIGN_OR_RETURN(runs.scale, NumbersOf(context, 1, BroadcastIndex(normalized, shape_of(1))));
    DC_ASSIGN_OR_RETURN(runs.bias, NumbersOf(context, 2, BroadcastIndex(normalized, shape_of(2))));
  } else {
    const size_t channels = static_cast<size_t>(x[1]);
    const size_t groups = context.node.op == format::Op::kGroupNormalization
                              ? static_cast<size_t>(context.attributes.Int("num_groups"))
                              : channels;
    runs.count = static_cast<size_t>(x[0]) * groups;
    runs.segments = channels / groups;
    runs.segment = size(x, 2, x.size());
    DC_ASSIGN_OR_RETURN(runs.scale, NumbersOf(context, 1, ChannelIndex(channels, shape_of(1))));
    DC_ASSIGN_OR_RETURN(runs.bias, NumbersOf(context, 2, ChannelIndex(channels, shape_of(2))));
  }
  NodeResult result;
  result.kernel = std::make_unique<NormalizationOp>(
      std::move(runs), context.attributes.Float("epsilon"), context.max_chunks);
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeInstanceNormalization(const NodeContext& context) {
  return MakeNormalization(context);
}
StatusOr<NodeResult> MakeLayerNormalization(const NodeContext& context) {
  return MakeNormalization(context);
}
StatusOr<NodeResult> MakeGroupNormalization(const NodeContext& context) {
  return MakeNormalization(context);
}

}  // namespace dc::runtime
