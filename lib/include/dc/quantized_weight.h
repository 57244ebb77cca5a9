// The quantized form of a weight and how a graph holds it.
#ifndef DC_QUANTIZED_WEIGHT_H_
#define DC_QUANTIZED_WEIGHT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// W[i] == codebook[codes[i]], times the scale of its channel where there are scales.
struct QuantizedWeight {
  static constexpr size_t kMostEntries = 65536;  // of a codebook

  std::vector<int64_t> shape;
  std::vector<float> codebook;  // 1 to 65,536 entries; codebook[0] == 0 in a sparse layer
  std::vector<uint16_t> codes;  // ElementCount(shape) indices into the codebook
  std::string policy;           // name of the policy that chose the codebook
  int bits = 0;                 // fixed code width that the policy was given
  std::vector<float> scales;    // one per index of the dimension scale_axis, or none
  size_t scale_axis = 0;

  bool sparse() const { return !codebook.empty() && codebook[0] == 0.0f; }
  // The weight, in row-major order.
  std::vector<float> Values() const;
  // The scale of each weight, in the same order; empty where there are no scales.
  std::vector<float> Factors() const;
};

// The same weight without scales: its codebook holds every product that occurs, ascending after the
// zero of a sparse weight. Nothing where those are more than 65,536.
std::optional<QuantizedWeight> WithoutScales(const QuantizedWeight& weight);

// Brings the codebook into the order that every codebook has: an exact zero (+0) first, where it
// has one, then ascending, each entry once. Codes follow; the values stay.
void SortCodebook(QuantizedWeight* weight);

// Gives the weights that `kept` (one per weight, nonzero = kept) leaves out the code of an exact
// zero, which the codebook gets where it has none; it is in order afterwards. Unsupported where it
// has 65,536 other entries in use.
Status PruneCodes(const std::vector<uint8_t>& kept, QuantizedWeight* weight);

// Replaces the float initializer `name` (or its earlier quantized form) by `name`_codes (uint8, or
// uint16 above 256 entries) and `name`_codebook, and by a Cast to int32 and a Gather that writes
// the value `name`, or where there are scales `name`_unscaled, which a Mul with `name`_scales makes
// `name`; all get names that nothing has yet. Policy and bits go into metadata as
// dc.weight.NAME.policy and .bits. Inserts nodes: node indices held by the caller (WeightRef::node)
// are stale afterwards. BadInput where `name` is no weight of this shape or the codes do not fit
// the codebook; `graph` is then unchanged.
Status SetQuantizedWeight(Graph* graph, const std::string& name, const QuantizedWeight& weight);

// Reads it back. BadInput where `name` has no such form or a code is outside the codebook.
StatusOr<QuantizedWeight> GetQuantizedWeight(const Graph& graph, const std::string& name);

// True where the value `name` is Gather(codebook, Cast(codes)) on initializers, or that times
// scales.
bool IsQuantized(const Graph& graph, const std::string& name);

// Turns the quantized weight `name` back into a float initializer of the same name, and drops its
// policy and bits from the metadata. Node indices held by the caller are stale afterwards. BadInput
// where it has no such form or a code is outside its codebook.
Status DequantizeWeight(Graph* graph, const std::string& name);

// The same for all of them.
Status DequantizeAll(Graph* graph);

}  // namespace dc

#endif  // DC_QUANTIZED_WEIGHT_H_
