#include "runtime/operators/items_op.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dc::runtime {
namespace {

class ItemsOp : public OperatorKernel {
 public:
  ItemsOp(std::unique_ptr<OperatorKernel> kernel, size_t items, size_t in_size, size_t out_size)
      : kernel_(std::move(kernel)), items_(items), in_size_(in_size), out_size_(out_size) {}

  uint64_t ScratchFloats(Lanes lanes) const override { return kernel_->ScratchFloats(lanes); }
  int64_t ResidentBytes() const override { return kernel_->ResidentBytes(); }
  bool Rereads() const override { return kernel_->Rereads(); }
  void PrepareBatch() override { kernel_->PrepareBatch(); }
  void DropBatch() override { kernel_->DropBatch(); }

  void Run(const RunContext& context) const override {
    RunContext item = context;
    std::array<const float*, kMostInputs> inputs;
    std::copy(context.inputs.begin(), context.inputs.end(), inputs.begin());
    item.inputs = std::span<const float* const>(inputs).first(context.inputs.size());
    for (size_t i = 0; i < items_; ++i) {
      inputs[0] = context.inputs[0] + i * in_size_ * context.lanes;
      item.output = context.output + i * out_size_ * context.lanes;
      kernel_->Run(item);
    }
  }

 private:
  // Operators with items have a few inputs: a normalization five.
  static constexpr size_t kMostInputs = 8;

  std::unique_ptr<OperatorKernel> kernel_;
  size_t items_, in_size_, out_size_;
};

}  // namespace

std::unique_ptr<OperatorKernel> MakeItems(std::unique_ptr<OperatorKernel> kernel, size_t items,
                                          size_t in_size, size_t out_size) {
  return std::make_unique<ItemsOp>(std::move(kernel), items, in_size, out_size);
}

}  // namespace dc::runtime
