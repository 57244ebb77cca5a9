// Quantized weights as whole numbers times a step.
#ifndef DC_MODEL_DIALECTS_WEIGHT_GRID_H_
#define DC_MODEL_DIALECTS_WEIGHT_GRID_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "dc/quantized_weight.h"

namespace dc {

// Element i of a weight is numbers[codes[i]] times the scale of its channel, to the last bit.
struct WeightGrid {
  std::vector<int32_t> numbers;  // by code
  std::vector<float> scales;     // one, or one per index of the weight's scale_axis
  int32_t low = 0, high = 0;     // of the numbers
};

// Nothing where the codebook is no uniform grid through zero of which `most` numbers are between
// the first and the last entry, zero among them.
std::optional<WeightGrid> FindWeightGrid(const QuantizedWeight& weight, int32_t most);

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_WEIGHT_GRID_H_
