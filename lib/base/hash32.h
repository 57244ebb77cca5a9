// Weights that a hash shares out (HashedNets: Chen et al. 2015, arXiv 1504.04788): which number of
// a table a weight has, and its sign. No codes are stored: they follow from the place.
#ifndef DC_BASE_HASH32_H_
#define DC_BASE_HASH32_H_

#include <bit>
#include <cstdint>

namespace dc {

// XXH32 (Collet's xxHash, 32 bits) of the four little-endian bytes of `value`.
inline uint32_t Hash32(uint32_t value, uint32_t seed) {
  constexpr uint32_t kPrime2 = 2246822519u, kPrime3 = 3266489917u;
  constexpr uint32_t kPrime4 = 668265263u, kPrime5 = 374761393u;
  uint32_t hash = seed + kPrime5 + 4 + value * kPrime3;
  hash = std::rotl(hash, 17) * kPrime4;
  hash = (hash ^ hash >> 15) * kPrime2;
  hash = (hash ^ hash >> 13) * kPrime3;
  return hash ^ hash >> 16;
}

// The code of element `i` (row-major) into a table of `buckets` numbers followed by their
// negatives: at most 32,768 numbers.
inline uint16_t HashedCode(uint32_t i, uint32_t buckets, uint32_t seed) {
  const uint32_t bucket = Hash32(i, seed) % buckets;
  return static_cast<uint16_t>(bucket + (Hash32(i, seed + 1) & 1u ? buckets : 0));
}

}  // namespace dc

#endif  // DC_BASE_HASH32_H_
