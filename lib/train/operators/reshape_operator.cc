// Identity, Flatten, Reshape, Squeeze, Unsqueeze and Transpose: the same values in another shape.
// Dimension 0 stays the batch.
#include "train/operators/copy_operator.h"

namespace dc::train {

StatusOr<std::unique_ptr<OperatorKernel>> MakeReshape(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  // An unchanged shape keeps its layout.
  const bool same = shape == x->shape;
  DC_ASSIGN_OR_RETURN(const Value* y,
                      builder->Output(shape, same ? x->data.get_desc() : PlainDesc(shape)));
  return MakeCopy(builder, *y, {x}, {same ? x->data.get_desc() : PlainDesc(x->shape)});
}

StatusOr<std::unique_ptr<OperatorKernel>> MakeTranspose(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, builder->OutputShape());
  const size_t rank = shape.size();
  const auto perm = builder->attributes().Ints("perm");
  std::vector<int64_t> strides(rank);
  // Input dimension perm[i] is output dimension i; without perm they are reversed.
  int64_t stride = 1;
  for (size_t i = rank; i-- > 0;) {
    strides[perm.empty() ? rank - 1 - i : static_cast<size_t>(perm[i])] = stride;
    stride *= shape[i];
  }
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  return MakeCopy(builder, *y, {x}, {{x->shape, dnnl::memory::data_type::f32, strides}});
}

}  // namespace dc::train
