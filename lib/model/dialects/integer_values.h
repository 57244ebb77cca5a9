// Tensors of whole numbers as the floats that stand for them.
//
// An integer operator multiplies numbers q - zero point and rescales the sum. Here such a tensor is
// a float tensor of (q - zero point) * unit. The unit is a power of two near the scale, so that
// weights and values have about the size of the real numbers that they stand for, which training
// relies on, and yet products and sums are those of the whole numbers, exactly, as far as 24 bits
// hold them.
#ifndef DC_MODEL_DIALECTS_INTEGER_VALUES_H_
#define DC_MODEL_DIALECTS_INTEGER_VALUES_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/dialects/linear.h"
#include "model/dialects/node_writer.h"
#include "model/dialects/quantized_constant.h"
#include "model/shapes.h"

namespace dc {

// The power of two below the largest scale, or it; of scales out of all proportion one that floats
// can be multiplied by.
float UnitOf(const Tensor& scale);

struct IntegerValue {
  std::string name;  // the float value (q - zero) * unit
  DataType type = DataType::kInt32;
  float unit = 1;
  int64_t zero = 0;
  std::string zero_name;  // of a zero point that is computed, which `zero` then does not count
};

// (q - zero point) * unit, an operand.
struct IntegerOperand {
  std::string name;
  float unit = 1;
  double most = 0;  // of |q - zero point|
  // The sum of |q - zero point| over an output's inputs, at most; of constants, else 0.
  double column = 0;
};

class IntegerValues {
 public:
  IntegerValues(Graph* graph, QuantizedConstants* constants, const ShapeTracker* shapes)
      : graph_(*graph), constants_(*constants), shapes_(*shapes) {}

  // Null where `name` is none that is known here.
  const IntegerValue* Find(const std::string& name) const;
  void Set(const std::string& name, IntegerValue value) { values_[name] = std::move(value); }
  // Takes the graph input or integer constant `name` for whole numbers, if it is one.
  void Take(const std::string& name);

  // Input `x` of `node` less its zero point, input `zero`; `axis` is where a constant has a zero
  // point for each index. `scale` is the operand's, null where the operator has none.
  StatusOr<IntegerOperand> Operand(const Node& node, size_t x, const Tensor* scale, size_t zero,
                                   int64_t axis, NodeWriter* to);
  // The whole numbers themselves.
  std::string Raw(const IntegerValue& value, NodeWriter* to) const;

 private:
  StatusOr<IntegerOperand> ConstantOperand(const Node& node, const std::string& name,
                                           const Tensor* scale, size_t zero, int64_t axis);
  StatusOr<IntegerOperand> Moved(const IntegerValue& value, const Node& node, size_t zero,
                                 int64_t axis, NodeWriter* to) const;

  Graph& graph_;
  QuantizedConstants& constants_;
  const ShapeTracker& shapes_;
  std::map<std::string, IntegerValue> values_;
  // Constants by name, zero point, axis and unit.
  std::map<std::tuple<std::string, std::string, int64_t, float>, IntegerOperand> operands_;
};

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_INTEGER_VALUES_H_
