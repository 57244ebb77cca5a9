// Codebooks of the numbers that a weight uses.
#ifndef DC_QUANTIZE_QUANTIZERS_USED_NUMBERS_H_
#define DC_QUANTIZE_QUANTIZERS_USED_NUMBERS_H_

#include <span>

#include "dc/quantized_weight.h"
#include "model/distinct_values.h"

namespace dc {

// Codebook: the different ones among `numbers`; codes: which of them each is.
inline void FillNumbers(std::span<const float> numbers, QuantizedWeight* result) {
  result->codebook = DistinctValues(numbers);
  result->codes.clear();
  for (const float number : numbers) {
    result->codes.push_back(CodeAmong(result->codebook, number));
  }
}

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_USED_NUMBERS_H_
