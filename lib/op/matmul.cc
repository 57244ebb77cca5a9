#include <algorithm>

#include "op/elementwise.h"
#include "op/operator.h"

namespace dc::op {
namespace {

// Matrices in the last two dimensions; those before them broadcast. A vector on the left is a row,
// one on the right a column.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  Shape a = context.Input(0), b = context.Input(1);
  if (a.empty()) return BadShape(0, a, "at least one dimension");
  if (b.empty()) return BadShape(1, b, "at least one dimension");
  const bool row = a.size() == 1, column = b.size() == 1;
  if (row) a.insert(a.begin(), 1);
  if (column) b.push_back(1);
  if (a.back() < 0 || b[b.size() - 2] < 0) return AcrossBatch("sums products");
  Shape y;
  if (a.back() != b[b.size() - 2] ||
      !Broadcast(std::span(a).first(a.size() - 2), std::span(b).first(b.size() - 2), &y)) {
    return BadShape(1, context.Input(1), "one that ", context.Input(0), " can be multiplied with");
  }
  if (!row) y.push_back(a[a.size() - 2]);
  if (!column) y.push_back(b.back());
  if (std::count_if(y.begin(), y.end(), [](int64_t d) { return d < 0; }) > 1) {
    return AcrossBatch("multiplies");
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

// A constant is a weight on either side.
[[maybe_unused]] constexpr InputSpec kInputs[] = {{"a", Role::kWeight}, {"weight", Role::kWeight}};

}  // namespace

const Operator kMatMul = {
    .name = "MatMul",
    .id = Id::kMatMul,
    .opset = 9,
    .inputs = DC_NOT_FOR_SIZE(kInputs),
    .min_inputs = 2,
    .max_inputs = 2,
    .traits = kProduct,
    .infer = Infer,
    .output_axis = [](const Attributes&, size_t input, size_t rank) -> size_t {
      return input == 0 && rank > 1 ? rank - 2 : rank - 1;
    }};

}  // namespace dc::op
