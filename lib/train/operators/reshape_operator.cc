// Identity, Flatten, Reshape, Squeeze, Unsqueeze and Transpose: the same values in another shape.
// Dimension 0 stays the batch.
#include <algorithm>
#include <set>

#include "train/operators/copy_operator.h"

namespace dc::train {
namespace {

// The int64 list at attribute `key` (older opsets) or constant input `i`.
StatusOr<std::vector<int64_t>> ReadList(const NodeBuilder& builder, size_t i,
                                        const std::string& key) {
  const Node& node = builder.node();
  if (node.attributes.count(key)) return node.Ints(key, {});
  const Tensor* list = builder.graph().Constant(node.Input(i));
  if (!list || list->type != DataType::kInt64) {
    return builder.NotCovered("input \"" + node.Input(i) + "\" is not a constant int64 list",
                              "export the model with fixed shapes");
  }
  const auto values = list->data<int64_t>();
  return std::vector<int64_t>(values.begin(), values.end());
}

// Axes counted from the front, none of them the batch.
StatusOr<std::set<int64_t>> ReadAxes(const NodeBuilder& builder, int64_t rank) {
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> listed, ReadList(builder, 1, "axes"));
  std::set<int64_t> axes;
  for (int64_t axis : listed) {
    if (axis < 0) axis += rank;
    if (axis < 1 || axis >= rank) return builder.NotCovered("axis " + std::to_string(axis));
    axes.insert(axis);
  }
  return axes;
}

StatusOr<std::vector<int64_t>> ReshapeShape(const NodeBuilder& builder,
                                            const std::vector<int64_t>& input) {
  DC_ASSIGN_OR_RETURN(std::vector<int64_t> shape, ReadList(builder, 1, "shape"));
  const Status unfit = builder.NotCovered(
      "target shape " + ShapeText(shape) + " does not keep the batch of input " + ShapeText(input),
      "training covers reshapes of each sample");
  if (shape.empty()) return unfit;
  // Models are exported with the batch open (-1, 0) or fixed to what the input declares.
  const bool batch_open = shape[0] == -1;
  if (!batch_open && shape[0] != 0 && shape[0] != builder.declared_batch()) return unfit;
  shape[0] = builder.batch();
  int64_t known = 1;
  int64_t open = -1;
  for (size_t i = 1; i < shape.size(); ++i) {
    if (shape[i] == 0 && builder.node().Int("allowzero", 0) == 0 && i < input.size()) {
      shape[i] = input[i];
    }
    if (shape[i] == -1 && open < 0 && !batch_open) {
      open = static_cast<int64_t>(i);
    } else if (shape[i] < 1 || known > ElementCount(input) / shape[i]) {
      return unfit;
    } else {
      known *= shape[i];
    }
  }
  const int64_t sample = ElementCount(input) / builder.batch();
  if (open >= 0 && sample % known == 0) {
    shape[open] = sample / known;
    known = sample;
  }
  if (known != sample) return unfit;
  return shape;
}

StatusOr<std::vector<int64_t>> OutputShape(const NodeBuilder& builder,
                                           const std::vector<int64_t>& input) {
  const Node& node = builder.node();
  const int64_t rank = static_cast<int64_t>(input.size());
  std::vector<int64_t> shape;
  if (node.op == "Identity") return input;
  if (node.op == "Flatten") {
    int64_t axis = node.Int("axis", 1);
    if (axis < 0) axis += rank;
    if (axis != 1) return builder.NotCovered("flatten at axis " + std::to_string(axis));
    shape = {input[0], ElementCount(input) / input[0]};
  } else if (node.op == "Squeeze") {
    DC_ASSIGN_OR_RETURN(const std::set<int64_t> axes, ReadAxes(builder, rank));
    for (int64_t i = 0; i < rank; ++i) {
      if (!axes.count(i)) {
        shape.push_back(input[i]);
      } else if (input[i] != 1) {
        return builder.Invalid("dimension " + std::to_string(i) + " of " + ShapeText(input) +
                               " is not 1");
      }
    }
  } else if (node.op == "Unsqueeze") {
    DC_ASSIGN_OR_RETURN(const std::vector<int64_t> listed, ReadList(builder, 1, "axes"));
    const int64_t new_rank = rank + static_cast<int64_t>(listed.size());
    DC_ASSIGN_OR_RETURN(const std::set<int64_t> axes, ReadAxes(builder, new_rank));
    if (axes.size() != listed.size()) return builder.Invalid("an axis is listed twice");
    size_t next = 0;
    for (int64_t i = 0; i < new_rank; ++i) shape.push_back(axes.count(i) ? 1 : input[next++]);
  } else {
    return ReshapeShape(builder, input);
  }
  return shape;
}

}  // namespace

StatusOr<std::unique_ptr<OperatorKernel>> MakeReshape(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, OutputShape(*builder, x->shape));
  // An unchanged shape keeps its layout.
  const bool same = shape == x->shape;
  DC_ASSIGN_OR_RETURN(const Value* y,
                      builder->Output(shape, same ? x->data.get_desc() : PlainDesc(shape)));
  return MakeCopy(builder, *y, {x}, {same ? x->data.get_desc() : PlainDesc(x->shape)});
}

StatusOr<std::unique_ptr<OperatorKernel>> MakeTranspose(NodeBuilder* builder) {
  DC_ASSIGN_OR_RETURN(const Value* x, builder->Input(0));
  const size_t rank = x->shape.size();
  const std::vector<int64_t> order = builder->node().Ints("perm", {});
  std::vector<int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool permutes = order.size() == rank && order[0] == 0;
  for (size_t i = 0; permutes && i < rank; ++i) permutes = sorted[i] == static_cast<int64_t>(i);
  if (!permutes) return builder->NotCovered("a transposition that moves the batch");
  std::vector<int64_t> shape(rank), strides(rank);
  for (size_t i = 0; i < rank; ++i) shape[i] = x->shape[order[i]];
  // Input dimension order[i] is output dimension i.
  int64_t stride = 1;
  for (size_t i = rank; i-- > 0;) {
    strides[order[i]] = stride;
    stride *= shape[i];
  }
  DC_ASSIGN_OR_RETURN(const Value* y, builder->Output(shape, PlainDesc(shape)));
  return MakeCopy(builder, *y, {x}, {{x->shape, dnnl::memory::data_type::f32, strides}});
}

}  // namespace dc::train
