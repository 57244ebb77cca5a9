// Constants that a dialect stores as whole numbers with scales.
#ifndef DC_MODEL_DIALECTS_QUANTIZED_CONSTANT_H_
#define DC_MODEL_DIALECTS_QUANTIZED_CONSTANT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/quantized_weight.h"
#include "model/dialects/linear.h"

namespace dc {

// A tensor whose element i is numbers[i] times the scale of its channel.
struct QuantizedConstant {
  std::vector<int64_t> shape;
  std::vector<float> numbers;  // zero points taken off; row-major
  std::vector<float> scales;   // one, or one per index of the dimension `axis`
  size_t axis = 0;

  // Of numbers whose element i has scale indices[i] of `linear`. Scales of blocks go into the
  // numbers: no codes and scales of channels say the same.
  static QuantizedConstant Of(std::vector<int64_t> shape, std::vector<float> numbers,
                              const Linear& linear, const std::vector<uint32_t>& indices);

  std::vector<float> Values() const;
  // Its transpose: dimension d is dimension perm[d] of this one. `perm` holds every dimension once.
  QuantizedConstant Transposed(const std::vector<int64_t>& perm) const;
  // As a weight: the numbers that occur, ascending after a zero, are the codebook, times the scale
  // where there is one. Nothing where there are more than 65,536.
  std::optional<QuantizedWeight> AsWeight() const;
};

// What a graph's dialect says of its constants, put to use together at the end: weights (whatever
// node reads them as such, of rank 2 and up) get their quantized form, all others float values.
class QuantizedConstants {
 public:
  // The value `name` is `constant`.
  void Add(const std::string& name, QuantizedConstant constant);
  // Defines all of them in `graph`, whose nodes no longer write them. Nodes that transpose them go,
  // too: the transpose of a quantized constant is one.
  void Apply(Graph* graph) &&;

 private:
  void TakeTransposes(Graph* graph);

  std::map<std::string, QuantizedConstant> constants_;
};

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_QUANTIZED_CONSTANT_H_
