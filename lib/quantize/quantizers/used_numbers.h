// Codebooks of the numbers that a weight uses.
#ifndef DC_QUANTIZE_QUANTIZERS_USED_NUMBERS_H_
#define DC_QUANTIZE_QUANTIZERS_USED_NUMBERS_H_

#include <algorithm>
#include <span>
#include <vector>

#include "dc/quantized_weight.h"

namespace dc {

// Codebook: the different ones among `numbers`, ascending; codes: which of them each is.
inline void FillNumbers(std::span<const float> numbers, QuantizedWeight* result) {
  std::vector<float>& used = result->codebook;
  used.assign(numbers.begin(), numbers.end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  result->codes.resize(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    result->codes[i] = static_cast<uint16_t>(
        std::lower_bound(used.begin(), used.end(), numbers[i]) - used.begin());
  }
}

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_USED_NUMBERS_H_
