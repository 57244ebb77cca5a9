#include "train/operators/zip_operator.h"

namespace dc::train {

StatusOr<ZipOperand> ZipOperand::Make(const NodeBuilder& builder, size_t i,
                                      const dnnl::memory::desc* layout) {
  ZipOperand operand;
  operand.index_ = i;
  const Tensor* constant = builder.graph().Constant(builder.node().Input(i));
  if (constant == nullptr) {
    DC_ASSIGN_OR_RETURN(const Value* value, builder.Input(i));
    operand.shape_ = value->shape;
    operand.layout_ = layout != nullptr ? *layout : PlainDesc(value->shape);
    operand.view_ = InputView(value->data, operand.layout_);
  } else {
    operand.shape_ = constant->shape;
    if (constant->type == DataType::kFloat32) {
      DC_ASSIGN_OR_RETURN(operand.parameter_, builder.ParameterAt(i));
      operand.parameter_values_ =
          Floats(builder.ParameterMemory(*operand.parameter_, PlainDesc(constant->shape)));
    } else {
      const std::vector<int64_t> integers = IntegersOf(*constant);
      if (static_cast<int64_t>(integers.size()) != constant->size()) {
        return builder.NotCovered("a constant of type " + std::string(NameOf(constant->type)));
      }
      operand.own_.assign(integers.begin(), integers.end());
    }
  }
  operand.count_ = static_cast<size_t>(ElementCount(operand.shape_));
  return operand;
}

void ZipOperand::AddGradient(NodeBuilder* builder) {
  if (parameter_ != nullptr) {
    sink_ = builder->ParameterGradient(*parameter_);
  } else if (own_.empty()) {
    sink_ = builder->InputGradient(index_, layout_);
  }
}

}  // namespace dc::train
