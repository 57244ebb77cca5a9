// What a quantized weight's codes stand for, and other codes that stand for the same.
#include <algorithm>
#include <utility>
#include <vector>

#include "dc/quantized_weight.h"
#include "model/distinct_values.h"

namespace dc {

std::vector<float> QuantizedWeight::Values() const {
  std::vector<float> values(codes.size());
  for (size_t i = 0; i < codes.size(); ++i) values[i] = codebook[codes[i]];
  const std::vector<float> factors = Factors();
  for (size_t i = 0; i < factors.size(); ++i) values[i] *= factors[i];
  return values;
}

std::vector<float> QuantizedWeight::Factors() const {
  if (scales.empty()) return {};
  size_t inner = 1;
  for (size_t d = scale_axis + 1; d < shape.size(); ++d) inner *= static_cast<size_t>(shape[d]);
  std::vector<float> factors(codes.size());
  for (size_t i = 0; i < factors.size(); ++i) factors[i] = scales[i / inner % scales.size()];
  return factors;
}

std::optional<QuantizedWeight> WithoutScales(const QuantizedWeight& weight) {
  if (weight.scales.empty()) return weight;
  QuantizedWeight result = weight;
  result.scales.clear();
  result.scale_axis = 0;
  const std::vector<float> values = weight.Values();
  std::vector<float> entries = DistinctValues(values);
  if (entries.size() > QuantizedWeight::kMostEntries) return std::nullopt;
  for (size_t i = 0; i < values.size(); ++i) result.codes[i] = CodeAmong(entries, values[i]);
  result.codebook = std::move(entries);
  return result;
}

void SortCodebook(QuantizedWeight* weight) {
  const std::vector<float> before = weight->codebook;
  weight->codebook = DistinctValues(before);
  std::vector<uint16_t> moved;
  moved.reserve(before.size());
  for (const float entry : before) moved.push_back(CodeAmong(weight->codebook, entry));
  for (uint16_t& code : weight->codes) code = moved[code];
}

Status PruneCodes(const std::vector<uint8_t>& kept, QuantizedWeight* weight) {
  const std::vector<float>& codebook = weight->codebook;
  auto zero =
      static_cast<size_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  if (zero == QuantizedWeight::kMostEntries) {
    std::vector<uint8_t> used(codebook.size());
    for (size_t i = 0; i < kept.size(); ++i) used[weight->codes[i]] |= kept[i] != 0;
    zero = static_cast<size_t>(std::find(used.begin(), used.end(), 0) - used.begin());
    if (zero == QuantizedWeight::kMostEntries) {
      return Unsupported("the codebook has no room for the zero of pruned weights", "",
                         "quantize the weight to 15 bits or fewer");
    }
    weight->codebook[zero] = 0.0f;
  } else if (zero == codebook.size()) {
    weight->codebook.push_back(0.0f);
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) weight->codes[i] = static_cast<uint16_t>(zero);
  }
  SortCodebook(weight);
  return OkStatus();
}

}  // namespace dc
