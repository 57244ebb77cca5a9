// How the codes of one weight are laid out in its two streams. Written as a header of a few bytes
// in front of the codes stream, so that the streams describe themselves; the container that carries
// them knows lengths only.
#ifndef DC_ENTROPY_COMMON_WEIGHT_CODING_H_
#define DC_ENTROPY_COMMON_WEIGHT_CODING_H_

#include <cstdint>

namespace dc {

enum class PositionCoding : uint8_t {
  kDense = 0,      // one code a position, no gaps stream
  kFixedGaps = 1,  // fixed-width gaps; a filler (gap all ones, code 0) bridges longer distances
};

enum class StreamCoder : uint8_t {
  kRaw = 0,      // fixed-width fields
  kHuffman = 1,  // canonical, length-limited
};

// A weight is a matrix of rows (its dimension 0) times columns (the product of the others). Scan
// order is row by row, or column by column when `column_major`. A gap is the number of positions
// skipped since the previous stored entry (0 = directly after it), starting before position 0,
// running through the whole matrix.
struct WeightCoding {
  bool column_major = false;
  PositionCoding positions = PositionCoding::kDense;
  uint8_t gap_bits = 0;   // kFixedGaps: 1..16
  uint8_t code_bits = 0;  // width of a raw code, 1..16; codes are below 2^code_bits
  uint64_t entries = 0;   // stored codes: survivors and fillers, or rows * columns when dense
  StreamCoder code_coder = StreamCoder::kRaw;
  StreamCoder gap_coder = StreamCoder::kRaw;

  bool operator==(const WeightCoding&) const = default;
};

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_WEIGHT_CODING_H_
