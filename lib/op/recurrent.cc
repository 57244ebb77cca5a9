#include "op/recurrent.h"

namespace dc::op {
namespace {

// A weight of each direction has `rows` rows and `columns` columns.
Status CheckWeight(size_t i, const Shape& shape, int64_t directions, int64_t rows,
                   int64_t columns) {
  if (shape == Shape{directions, rows, columns}) return OkStatus();
  return BadShape(i, shape, Shape{directions, rows, columns});
}

// A state before the first step; that of one sample may stand for all.
Status CheckState(size_t i, const Shape& shape, const RecurrentSizes& sizes) {
  Shape expected = {sizes.directions, sizes.batch, sizes.hidden};
  if (sizes.batch_first) std::swap(expected[0], expected[1]);
  Shape one = expected;
  one[sizes.batch_first ? 0 : 1] = 1;
  if (shape == expected || shape == one) return OkStatus();
  return BadShape(i, shape, expected);
}

}  // namespace

Status ReadRecurrent(const InferContext& context, int64_t gates, RecurrentSizes* sizes) {
  const Shape& x = context.Input(0);
  const Shape& r = context.Input(2);
  if (x.size() != 3) return BadShape(0, x, "steps x samples x inputs");
  if (r.size() != 3 || r[2] < 1 || r[2] > (int64_t{1} << 24)) {
    return BadShape(2, r, "directions x gates x hidden");
  }
  if (context.attributes.Int("hidden_size") != r[2]) {
    return BadAttribute("hidden_size", "that of the recurrence, ", r[2]);
  }
  sizes->batch_first = context.attributes.Int("layout") != 0;
  sizes->steps = x[sizes->batch_first ? 1 : 0];
  sizes->batch = x[sizes->batch_first ? 0 : 1];
  sizes->inputs = x[2];
  sizes->hidden = r[2];
  const auto direction = static_cast<Direction>(context.attributes.Int("direction"));
  sizes->directions = direction == Direction::kBidirectional ? 2 : 1;
  if (sizes->steps < 0 || sizes->inputs < 0) return AcrossBatch("takes steps");
  if (context.Has(4)) {
    return Unsupported("sequences of different lengths", "",
                       "export the model without sequence_lens");
  }
  const int64_t rows = gates * sizes->hidden, directions = sizes->directions;
  DC_RETURN_IF_ERROR(CheckWeight(1, context.Input(1), directions, rows, sizes->inputs));
  DC_RETURN_IF_ERROR(CheckWeight(2, r, directions, rows, sizes->hidden));
  if (context.Has(3) && context.Input(3) != Shape{directions, 2 * rows}) {
    return BadShape(3, context.Input(3), Shape{directions, 2 * rows});
  }
  for (size_t i = 5; i < 7; ++i) {
    if (context.Has(i)) DC_RETURN_IF_ERROR(CheckState(i, context.Input(i), *sizes));
  }
  if (context.Has(7) && context.Input(7) != Shape{directions, 3 * sizes->hidden}) {
    return BadShape(7, context.Input(7), Shape{directions, 3 * sizes->hidden});
  }
  return OkStatus();
}

Shape RecurrentOutput(const RecurrentSizes& sizes) {
  if (sizes.batch_first) return {sizes.batch, sizes.steps, sizes.directions, sizes.hidden};
  return {sizes.steps, sizes.directions, sizes.batch, sizes.hidden};
}

}  // namespace dc::op
