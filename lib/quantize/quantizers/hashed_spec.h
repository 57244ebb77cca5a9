// The quantizer "hashed" and its numbers.
#ifndef DC_QUANTIZE_QUANTIZERS_HASHED_SPEC_H_
#define DC_QUANTIZE_QUANTIZERS_HASHED_SPEC_H_

#include <cstdint>
#include <cstdlib>
#include <string>

#include "quantize/quantizer.h"

namespace dc {

inline constexpr char kHashedQuantizer[] = "hashed";

// A table and its negatives are the entries of a codebook.
inline constexpr int64_t kMostBuckets = 32768;
inline constexpr int64_t kMostHashSeed = 0xFFFFFFFF;

struct HashedSettings {
  uint32_t buckets = 1, seed = 0;
};

// Precondition: settings that CheckQuantizer has found right, or NewQuantizer completed.
inline HashedSettings ReadHashedSettings(const QuantizerSettings& settings) {
  HashedSettings result;
  const auto read = [&](const char* name, uint32_t* number) {
    const auto it = settings.find(name);
    if (it == settings.end()) return;
    *number = static_cast<uint32_t>(std::strtoul(it->second.c_str(), nullptr, 10));
  };
  read("buckets", &result.buckets);
  read("seed", &result.seed);
  return result;
}

inline QuantizerSpec HashedSpec(uint32_t buckets, uint32_t seed) {
  return {
      kHashedQuantizer, 0, {{"buckets", std::to_string(buckets)}, {"seed", std::to_string(seed)}}};
}

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_HASHED_SPEC_H_
