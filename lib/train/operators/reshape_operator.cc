// Identity, Flatten, Reshape, Squeeze and Unsqueeze: the same values in another shape.
#include "train/operators/copy_operator.h"

namespace dc::train {

StatusOr<std::unique_ptr<OperatorKernel>> MakeReshape(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  // An unchanged shape keeps its layout.
  const bool same = shape == x->shape;
  DC_ASSIGN_OR_RETURN(const Value* y,
                      builder->Output(shape, same ? x->data.get_desc() : PlainDesc(shape)));
  return MakeCopy(builder, *y, {{0, x, same ? x->data.get_desc() : PlainDesc(x->shape)}});
}

}  // namespace dc::train
