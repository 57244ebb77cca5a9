// Codes of one weight -> its two streams, each choice made by exact size.
#ifndef DC_ENTROPY_ENC_WEIGHT_ENCODER_H_
#define DC_ENTROPY_ENC_WEIGHT_ENCODER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/matrix_shape.h"
#include "entropy/common/weight_coding.h"

namespace dc {

enum class ScanChoice { kAuto, kRow, kColumn };

enum class CoderChoice {
  kRaw,      // fixed-width fields alone
  kHuffman,  // Huffman where smaller than raw
  kContext,  // the context coder, whatever it costs; not for codes into very large codebooks
  kAuto,     // the smallest of all, stream by stream
};

struct WeightEncodingOptions {
  bool sparse = false;  // code 0 is the pruned zero and may be left out
  // Sparse weights: 1..16 forces fixed gaps of this width, 0 takes the cheapest layout. Not with
  // kContext.
  int gap_bits = 0;
  ScanChoice order = ScanChoice::kAuto;
  CoderChoice coder = CoderChoice::kHuffman;
};

struct EncodedWeight {
  WeightCoding coding;
  uint64_t fillers = 0;
  std::vector<uint8_t> codes;      // begins with the coding header
  std::vector<uint8_t> positions;  // empty where dense
};

// Encodes `codes` (row-major, one per element of `shape`, each an index into `codebook`). Tries
// every layout, gap width, scan order and way to flag empty rows and columns that `options` leaves
// open, and keeps the smallest, the one tried first on a tie.
EncodedWeight EncodeWeight(const MatrixShape& shape, std::span<const float> codebook,
                           std::span<const uint16_t> codes, const WeightEncodingOptions& options);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_WEIGHT_ENCODER_H_
