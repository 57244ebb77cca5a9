// Codebooks of the values that a weight has.
#ifndef DC_MODEL_DISTINCT_VALUES_H_
#define DC_MODEL_DISTINCT_VALUES_H_

#include <cstdint>
#include <span>
#include <vector>

namespace dc {

// The different ones among `values`, none of them NaN: a zero (+0) first, if there is one, then
// ascending, as the codebook of every weight with zeros is.
std::vector<float> DistinctValues(std::span<const float> values);

// The index of `value` among `entries`, which DistinctValues made and which hold it.
uint16_t CodeAmong(std::span<const float> entries, float value);

}  // namespace dc

#endif  // DC_MODEL_DISTINCT_VALUES_H_
