// Scales of quantized weights on the way into a .dcz, whose weights have codes and codebooks only.
#ifndef DC_ENCODE_LOWER_SCALES_H_
#define DC_ENCODE_LOWER_SCALES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "encode/lower.h"
#include "model/graph_index.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"

namespace dc {

// The form of the weight at input 1 of `node`, where its scales are those of the node's outputs and
// nothing else reads it: a Mul after the node does the same, and after that an Add of its bias.
// `index` is that of `graph`.
std::optional<QuantizedForm> ScalesOfOutputs(const Graph& graph, const GraphIndex& index,
                                             const Node& node, const NodeAttributes& attributes);

// The shape in which those scales, and the bias, broadcast over what `node` computes.
std::vector<int64_t> FactorShape(const Graph& graph, const Node& node, const QuantizedForm& form);

// Takes the scales of the weight `tensor` into its codebook, which `lowered` then holds; or makes
// the weight floats where that would be too large.
Status TakeScalesIn(const Graph& graph, LoweredTensor* tensor, LoweredGraph* lowered);

}  // namespace dc

#endif  // DC_ENCODE_LOWER_SCALES_H_
