// Codes of one weight -> its two streams, each choice made by exact size.
#ifndef DC_ENTROPY_ENC_WEIGHT_ENCODER_H_
#define DC_ENTROPY_ENC_WEIGHT_ENCODER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/weight_coding.h"

namespace dc {

enum class ScanChoice { kAuto, kRow, kColumn };

struct WeightEncodingOptions {
  bool sparse = false;  // code 0 is the pruned zero and may be left out
  int gap_bits = 0;  // sparse weights: 1..16 forces gaps of this width, 0 takes the cheapest layout
  ScanChoice order = ScanChoice::kAuto;
  bool huffman = true;  // false: raw fields only
};

struct EncodedWeight {
  WeightCoding coding;
  uint64_t fillers = 0;
  std::vector<uint8_t> codes;  // begins with the coding header
  std::vector<uint8_t> gaps;   // empty where dense
};

// Encodes `codes` (row-major, rows * columns of them, each below codebook_entries). Tries the dense
// layout and, where `sparse`, every gap width and scan order that `options` leaves open; keeps the
// smallest, the earlier in the order dense, row before column, narrow before wide on a tie.
EncodedWeight EncodeWeight(uint32_t rows, uint32_t columns, uint32_t codebook_entries,
                           std::span<const uint16_t> codes, const WeightEncodingOptions& options);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_WEIGHT_ENCODER_H_
