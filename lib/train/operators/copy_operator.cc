#include "train/operators/copy_operator.h"

namespace dc::train {
namespace {

class CopyKernel : public OperatorKernel {
 public:
  CopyKernel(NodeBuilder* builder, const Value& output, const std::vector<CopiedInput>& inputs) {
    for (const CopiedInput& input : inputs) {
      forward_.emplace_back(input.value->data, ViewOf(input.window, Floats(output.data)));
      if (!output.gradient) continue;
      backward_.push_back(
          builder->InputGradientCopy(input.index, ViewOf(input.window, Floats(output.gradient))));
    }
  }

  void Forward(dnnl::stream& stream, const StepContext&) override {
    for (const Copy& copy : forward_) copy.Run(stream);
  }
  void Backward(dnnl::stream& stream) override {
    for (auto copy = backward_.rbegin(); copy != backward_.rend(); ++copy) copy->Run(stream);
  }

 private:
  std::vector<Copy> forward_, backward_;
};

}  // namespace

std::unique_ptr<OperatorKernel> MakeCopy(NodeBuilder* builder, const Value& output,
                                         const std::vector<CopiedInput>& inputs) {
  return std::make_unique<CopyKernel>(builder, output, inputs);
}

}  // namespace dc::train
