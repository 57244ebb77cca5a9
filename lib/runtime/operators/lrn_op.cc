// LRN: y = x / (bias + alpha / size * sum of x^2 over `size` neighbouring channels)^beta.
#include <memory>

#include "base/text.h"
#include "runtime/kernels/chunks.h"
#include "runtime/kernels/lrn.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

class LrnOp : public OperatorKernel {
 public:
  // `shape` is that of one sample.
  LrnOp(const LrnShape& shape, const NodeContext& context)
      : shape_(shape),
        max_chunks_(context.max_chunks),
        lrn_(ChooseKernel(context.kernels, LrnRef, LrnSimd)) {}

  void Run(const RunContext& context) const override {
    LrnShape shape = shape_;
    shape.plane *= context.lanes;
    const double work = static_cast<double>(shape.channels * shape.plane) * 2.0;
    ForChunks(context.pool, max_chunks_, shape.channels, work,
              [&](size_t, size_t begin, size_t end) {
                lrn_(shape, begin, end, context.inputs[0], context.output);
              });
  }

 private:
  LrnShape shape_;
  size_t max_chunks_;
  Lrn* lrn_;
};

}  // namespace

StatusOr<NodeResult> MakeLrn(const NodeContext& context) {
  const int64_t size = context.attributes.Int("size");
  if (size < 1 || size > kMaxMatrixSide) {
    return Unsupported(DC_ERROR_TEXT("LRN over too many channels", "LRN over ", size, " channels"),
                       "", "use fewer");
  }
  DC_ASSIGN_OR_RETURN(const Shape x, context.Item());
  LrnShape shape{.channels = static_cast<size_t>(x[0]),
                 .plane = static_cast<size_t>(CheckedSize(x, 1, x.size())),
                 .before = static_cast<size_t>(size - 1) / 2,
                 .factor = context.attributes.Float("alpha") / static_cast<float>(size),
                 .beta = context.attributes.Float("beta"),
                 .bias = context.attributes.Float("bias")};
  shape.after = static_cast<size_t>(size) - 1 - shape.before;
  NodeResult result;
  result.items = static_cast<size_t>(context.output[0]);
  result.kernel = std::make_unique<LrnOp>(shape, context);
  return result;
}

}  // namespace dc::runtime
