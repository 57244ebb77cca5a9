// Cast to an integer, towards zero, and to a truth value. Whole numbers and truth values are
// floats.
#include <cmath>
#include <memory>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

constexpr int64_t kBool = 9;  // ONNX's number of the element type

class CastOp : public OperatorKernel {
 public:
  CastOp(size_t size, bool truth, size_t max_chunks)
      : size_(size), truth_(truth), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t count = size_ * context.lanes;
    ForChunks(context.pool, max_chunks_, count, static_cast<double>(count),
              [&](size_t, size_t begin, size_t end) {
                for (size_t i = begin; i < end; ++i) {
                  const float x = context.inputs[0][i];
                  context.output[i] = truth_ ? static_cast<float>(x != 0) : std::trunc(x);
                }
              });
  }

 private:
  size_t size_;
  bool truth_;
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeCast(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  NodeResult result;
  result.kernel =
      std::make_unique<CastOp>(static_cast<size_t>(CheckedSize(context.output)),
                               context.attributes.Int("to") == kBool, context.max_chunks);
  return result;
}

}  // namespace dc::runtime
