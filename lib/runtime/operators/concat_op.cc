// Concat of activations.
#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

class ConcatOp : public OperatorKernel {
 public:
  // `parts[i]` values of input i, `outer` times.
  ConcatOp(size_t outer, std::vector<size_t> parts) : outer_(outer), parts_(std::move(parts)) {}

  void Run(const RunContext& context) const override {
    float* y = context.output;
    for (size_t o = 0; o < outer_; ++o) {
      for (size_t i = 0; i < parts_.size(); ++i) {
        const size_t count = parts_[i] * context.lanes;
        const float* from = context.inputs[i] + o * count;
        y = std::copy(from, from + count, y);
      }
    }
  }

 private:
  size_t outer_;
  std::vector<size_t> parts_;
};

}  // namespace

StatusOr<NodeResult> MakeConcat(const NodeContext& context) {
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    if (!context.IsActivation(i)) {
      return Unsupported("input " + std::to_string(i) + " of Concat is a constant", "",
                         "only activations can be concatenated");
    }
  }
  const size_t rank = context.output.size();
  const size_t axis = *op::Axis(context.attributes.Int("axis"), rank);
  std::vector<size_t> parts;
  for (const NodeInput& input : context.inputs) {
    parts.push_back(static_cast<size_t>(CheckedSize(input.shape, axis, rank)));
  }
  const int64_t outer = CheckedSize(context.output, 0, axis);
  NodeResult result;
  result.joins = outer == 1;
  result.kernel = std::make_unique<ConcatOp>(static_cast<size_t>(outer), std::move(parts));
  return result;
}

}  // namespace dc::runtime
