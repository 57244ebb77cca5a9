#include "encode/hashed_weight.h"

#include "base/hash32.h"
#include "quantize/quantizers/hashed_spec.h"

namespace dc {

std::optional<HashedWeight> AsHashed(const QuantizedWeight& weight) {
  const auto spec = QuantizerSpec::Parse(weight.policy);
  if (!spec.ok() || spec->name != kHashedQuantizer || !CheckQuantizer(*spec).ok()) {
    return std::nullopt;
  }
  const HashedSettings settings = ReadHashedSettings(spec->settings);
  HashedWeight hashed;
  hashed.seed = settings.seed;
  hashed.table.resize(settings.buckets);
  std::vector<uint8_t> seen(settings.buckets);
  const std::vector<float> values = weight.Values();
  for (uint32_t i = 0; i < values.size(); ++i) {
    const uint32_t code = HashedCode(i, settings.buckets, settings.seed);
    const uint32_t bucket = code % settings.buckets;
    // Adding zero makes one zero of both.
    const float value = (code < settings.buckets ? values[i] : -values[i]) + 0.0f;
    if (!seen[bucket]) hashed.table[bucket] = value;
    seen[bucket] = 1;
    if (hashed.table[bucket] != value) return std::nullopt;
  }
  return hashed;
}

std::string HashedPolicy(size_t buckets, uint32_t seed) {
  return HashedSpec(static_cast<uint32_t>(buckets), seed).ToString();
}

}  // namespace dc
