#include "op/elementwise.h"

#include <algorithm>

namespace dc::op {

Status SameShape(const InferContext& context, std::vector<Shape>* outputs) {
  *outputs = {context.Input(0)};
  return OkStatus();
}

bool Broadcast(std::span<const int64_t> a, std::span<const int64_t> b, Shape* result) {
  const size_t rank = std::max(a.size(), b.size());
  result->assign(rank, 1);
  for (size_t d = 0; d < rank; ++d) {  // from the end
    const int64_t left = d < a.size() ? a[a.size() - 1 - d] : 1;
    const int64_t right = d < b.size() ? b[b.size() - 1 - d] : 1;
    if (left != right && left != 1 && right != 1) return false;
    (*result)[rank - 1 - d] = left == 1 ? right : left;
  }
  return true;
}

Status BroadcastOnFirst(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    Shape y;
    if (!Broadcast(x, context.Input(i), &y) || y != x) {
      return BadShape(i, context.Input(i), "one that broadcasts over ", x);
    }
  }
  *outputs = {x};
  return OkStatus();
}

Status BroadcastShape(const InferContext& context, std::vector<Shape>* outputs) {
  Shape shape;
  if (!Broadcast(context.Input(0), context.Input(1), &shape)) {
    return BadShape(1, context.Input(1), "one that broadcasts with ", context.Input(0));
  }
  *outputs = {std::move(shape)};
  return OkStatus();
}

}  // namespace dc::op
