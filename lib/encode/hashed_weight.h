// Weights that a hash shares out, recognised.
#ifndef DC_ENCODE_HASHED_WEIGHT_H_
#define DC_ENCODE_HASHED_WEIGHT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dc/quantized_weight.h"

namespace dc {

// What is left to store of such a weight.
struct HashedWeight {
  std::vector<float> table;
  uint32_t seed = 0;
};

// `weight` as a table, where its policy is the quantizer "hashed" and each of its values is, bit
// for bit, the one that the hash gives it or that one's negative; nothing where that is not so (the
// weight has been pruned or edited since).
std::optional<HashedWeight> AsHashed(const QuantizedWeight& weight);

// The name of that quantizer with its options.
std::string HashedPolicy(size_t buckets, uint32_t seed);

}  // namespace dc

#endif  // DC_ENCODE_HASHED_WEIGHT_H_
