// Concat of activations and constants.
#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// One input: so many values of it, `outer` times, are next to each other in the output.
struct Part {
  size_t values = 0;
  std::vector<float> constant;  // all of its values where it is one; the same in every lane
};

class ConcatOp : public OperatorKernel {
 public:
  ConcatOp(size_t outer, std::vector<Part> parts) : outer_(outer), parts_(std::move(parts)) {}

  void Run(const RunContext& context) const override {
    float* y = context.output;
    for (size_t o = 0; o < outer_; ++o) {
      size_t input = 0;
      for (const Part& part : parts_) {
        if (part.constant.empty()) {
          const size_t count = part.values * context.lanes;
          y = std::copy_n(context.inputs[input++] + o * count, count, y);
          continue;
        }
        for (size_t i = 0; i < part.values; ++i) {
          y = std::fill_n(y, context.lanes, part.constant[o * part.values + i]);
        }
      }
    }
  }

 private:
  size_t outer_;
  std::vector<Part> parts_;
};

}  // namespace

StatusOr<NodeResult> MakeConcat(const NodeContext& context) {
  const size_t rank = context.output.size();
  const size_t axis = *op::Axis(context.attributes.Int("axis"), rank);
  NodeResult result;
  const int64_t outer = CheckedSize(context.output, 0, axis);
  result.joins = outer == 1;
  std::vector<Part> parts;
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    const Shape& shape = context.inputs[i].shape;
    Part& part = parts.emplace_back();
    part.values = static_cast<size_t>(CheckedSize(shape, axis, rank));
    if (!context.IsConstant(i)) continue;
    DC_ASSIGN_OR_RETURN(part.constant, context.Values(i, CheckedSize(shape)));
    result.joins = false;
  }
  result.kernel = std::make_unique<ConcatOp>(static_cast<size_t>(outer), std::move(parts));
  return result;
}

}  // namespace dc::runtime
