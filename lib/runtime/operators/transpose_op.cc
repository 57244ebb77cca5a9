// Transpose. The batch moves with the other dimensions, and its samples stay what they are.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

class TransposeOp : public OperatorKernel {
 public:
  // `strides` are the input's, in the order of the output's dimensions `shape`.
  TransposeOp(Shape shape, std::vector<int64_t> strides, size_t max_chunks)
      : shape_(std::move(shape)), strides_(std::move(strides)), max_chunks_(max_chunks) {
    size_ = static_cast<size_t>(CheckedSize(shape_));
  }

  void Run(const RunContext& context) const override {
    constexpr double kIndexCost = 10;  // multiply-adds
    ForChunks(context.pool, max_chunks_, size_, static_cast<double>(size_) * kIndexCost,
              [&](size_t, size_t begin, size_t end) {
                for (size_t i = begin; i < end; ++i) {
                  const float* from = context.inputs[0] + Source(i) * context.lanes;
                  std::copy(from, from + context.lanes, context.output + i * context.lanes);
                }
              });
  }

 private:
  size_t Source(size_t i) const {
    int64_t source = 0;
    for (size_t d = shape_.size(); d-- > 0;) {
      const size_t extent = static_cast<size_t>(shape_[d]);
      source += static_cast<int64_t>(i % extent) * strides_[d];
      i /= extent;
    }
    return static_cast<size_t>(source);
  }

  Shape shape_;
  std::vector<int64_t> strides_;
  size_t size_;
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeTranspose(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  const Shape& from = context.inputs[0].shape;
  const auto perm = context.attributes.Ints("perm");
  std::vector<int64_t> in_strides(from.size());
  int64_t stride = 1;
  for (size_t d = from.size(); d-- > 0; stride *= from[d]) in_strides[d] = stride;
  std::vector<int64_t> strides;
  for (size_t d = 0; d < from.size(); ++d) {
    // Without perm, the dimensions are reversed.
    const size_t source = perm.empty() ? from.size() - 1 - d : static_cast<size_t>(perm[d]);
    strides.push_back(in_strides[source]);
  }
  NodeResult result;
  result.kernel =
      std::make_unique<TransposeOp>(context.output, std::move(strides), context.max_chunks);
  return result;
}

}  // namespace dc::runtime
