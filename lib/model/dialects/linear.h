// Scales and zero points as QuantizeLinear and its kin have them.
#ifndef DC_MODEL_DIALECTS_LINEAR_H_
#define DC_MODEL_DIALECTS_LINEAR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/shapes.h"

namespace dc {

// The least and the largest number of an integer type.
struct Bounds {
  int64_t low = 0, high = 0;
};

// Of the types that are quantized to; nothing for all others.
std::optional<Bounds> BoundsOf(DataType type);

// What a value of whole numbers q stands for: (q - zero point) * scale.
struct Linear {
  std::string scale_name;
  const Tensor* scale = nullptr;
  const Tensor* zero = nullptr;  // of as many elements; null: 0
  int64_t axis = 1;              // of a scale with one dimension and several elements
  int64_t block = 0;             // of a scale that has the value's rank: elements that share one

  bool single() const { return scale->size() == 1; }
  float ScaleAt(size_t i) const { return scale->f32()[i]; }
  int64_t ZeroAt(size_t i) const;
  // The zero point that all scales have in common.
  std::optional<int64_t> CommonZero() const;
};

// Reads the inputs `scale` and `zero` (which may be omitted) of `node`, constants of `graph`;
// `type` is that of the whole numbers. BadInput where a scale is not above zero and finite, a zero
// point has another shape or type, or is not allowed; Unsupported where one is computed.
StatusOr<Linear> ReadLinear(const Graph& graph, const Node& node, size_t scale, size_t zero,
                            std::optional<DataType> type);

// The index of the scale of each element of a tensor of shape `shape`; BadInput where the scale
// does not fit it.
StatusOr<std::vector<uint32_t>> ScaleIndices(const Linear& linear,
                                             const std::vector<int64_t>& shape);

// The shape in which scales of several channels broadcast over the value `x`. Unsupported where its
// shape is not known, BadInput where they do not fit it.
StatusOr<std::vector<int64_t>> ChannelShape(const ShapeTracker& shapes, const std::string& x,
                                            const Linear& linear);

// The type of what `node`, a QuantizeLinear, writes.
StatusOr<DataType> QuantizedType(const Graph& graph, const Node& node);

// BadInput where `node` writes no first output, or more than `most`.
Status CheckOutputs(const Node& node, size_t most);

// Unsupported where `node` has attributes that are not among `known`.
Status CheckAttributes(const Node& node, const std::vector<std::string>& known);

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_LINEAR_H_
