// What QONNX's operators say besides their operands.
#ifndef DC_MODEL_DIALECTS_QONNX_SETTINGS_H_
#define DC_MODEL_DIALECTS_QONNX_SETTINGS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "op/grid_functions.h"

namespace dc {

// The domain of QONNX's operators, as its newer files spell it.
inline constexpr const char* kQonnxDomain = "qonnx.custom_op.general";

// Whether `node` is QONNX's `op`. Its domain is one of several, is often not declared, or is
// missing from the nodes.
bool IsQonnx(const Node& node, std::string_view op);

struct RoundingName {
  std::string_view qonnx;  // as QONNX writes it
  std::string_view own;    // UniformQuantize's word
  op::Rounding rounding = op::Rounding::kHalfEven;
};

// How `node` rounds; `otherwise` where it does not say. Unsupported for words that are not known.
StatusOr<RoundingName> RoundingOf(const Node& node, const std::string& otherwise);
// QONNX's name of a rule.
std::string_view QonnxRounding(op::Rounding rounding);
// `x` rounded, of any size.
float WholeNumber(op::Rounding rounding, float x);

// The one number that the constant `name` holds, whole or not, perhaps several times. `what` is
// what it is called.
StatusOr<float> NumberOf(const Graph& graph, const std::string& name, const std::string& what);
// The constant scale `name`, all of whose elements are above zero and finite.
StatusOr<const Tensor*> ScaleOf(const Graph& graph, const std::string& name);

// The index of the element of a tensor of shape `from` that each element of one of shape `to` meets
// where `from` broadcasts over it; BadInput where it does not.
StatusOr<std::vector<uint32_t>> BroadcastIndices(const std::vector<int64_t>& from,
                                                 const std::vector<int64_t>& to);

// The range of a grid of `bits` (1 and up, perhaps with a fraction).
struct QonnxRange {
  float low = 0, high = 0;
};
QonnxRange RangeOf(float bits, bool is_signed, bool narrow);

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_QONNX_SETTINGS_H_
