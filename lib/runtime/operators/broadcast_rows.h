// Operands that meet value by value, with multidirectional broadcasting.
#ifndef DC_RUNTIME_OPERATORS_BROADCAST_ROWS_H_
#define DC_RUNTIME_OPERATORS_BROADCAST_ROWS_H_

#include <array>
#include <span>
#include <vector>

#include "runtime/operators/node_context.h"

namespace dc::runtime {

// One operand along a row of the output: `step` values from one element to the next, and in each
// either one value per lane or, if it is constant, one for all.
struct RowOperand {
  const float* values;
  size_t step;
  bool constant;

  // Of lane l, in a loop over lanes that is not for speed.
  float Lane(size_t l) const { return values[constant ? 0 : l]; }
};

// The rows of an output, each along its last dimensions.
class BroadcastRows {
 public:
  static constexpr size_t kMostOperands = 3;

  // For the first `operands` inputs. Unsupported where all are constants.
  static StatusOr<BroadcastRows> Make(const NodeContext& context, size_t operands);

  size_t count() const { return outer_; }
  size_t length() const { return inner_; }

  // Operand `i`, where `inputs` are the activations among the operands.
  RowOperand Row(size_t i, std::span<const float* const> inputs, size_t row, size_t lanes) const;

 private:
  // Its values if it is constant, and how far apart elements are along each dimension of the output
  // (0 where it is broadcast).
  struct Operand {
    std::vector<float> constant;
    size_t activation = 0;  // else: its place among the activations
    std::vector<int64_t> strides;
  };

  // Makes one dimension of two that all operands step through alike.
  void Merge(size_t operands);

  // From that length on no further dimension becomes part of a row.
  static constexpr int64_t kLongRow = 2048;

  Shape shape_;  // of at least one dimension
  std::array<Operand, kMostOperands> operands_;
  size_t outer_ = 1, inner_ = 1;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_BROADCAST_ROWS_H_
