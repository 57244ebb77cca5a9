#include "train/operators/copy_operator.h"

namespace dc::train {
namespace {

class CopyKernel : public OperatorKernel {
 public:
  CopyKernel(NodeBuilder* builder, const Value& output, const std::vector<const Value*>& inputs,
             const std::vector<dnnl::memory::desc>& windows) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      forward_.emplace_back(inputs[i]->data, ViewOf(windows[i], Floats(output.data)));
      if (!output.gradient) continue;
      backward_.push_back(
          builder->InputGradientCopy(i, ViewOf(windows[i], Floats(output.gradient))));
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
                                         const std::vector<const Value*>& inputs,
                                         const std::vector<dnnl::memory::desc>& windows) {
  return std::make_unique<CopyKernel>(builder, output, inputs, windows);
}

}  // namespace dc::train
