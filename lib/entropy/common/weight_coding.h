// How the codes of one weight are laid out in its two streams. Written as a header of a few bytes
// in front of the codes stream, so that the streams describe themselves; the container that carries
// them knows lengths only.
#ifndef DC_ENTROPY_COMMON_WEIGHT_CODING_H_
#define DC_ENTROPY_COMMON_WEIGHT_CODING_H_

#include <cstdint>

namespace dc {

enum class PositionCoding : uint8_t {
  kDense = 0,       // one code a position, no positions stream
  kFixedGaps = 1,   // fixed-width gaps; a filler (gap all ones, code 0) bridges longer distances
  kEscapeGaps = 2,  // gaps as a token for their leading bits, then the other bits as they are
  kBitmask = 3,     // one bit a position
};

enum class StreamCoder : uint8_t {
  kRaw = 0,       // fixed-width fields
  kHuffman = 1,   // canonical, length-limited
  kContext = 2,   // adaptive binary range coder; of positions: a bitmask
  kHuffman4 = 3,  // Huffman, the symbols in four bit streams that decode side by side
};

// A weight is a matrix of rows (its dimension 0) times columns (the product of the others). Rows
// and columns that hold no survivor may be flagged; positions then count within the rows and
// columns that are left. Scan order is row by row, or column by column when `column_major`. A gap
// is the number of positions skipped since the previous stored entry (0 = directly after it),
// starting before position 0, running through the whole matrix.
struct WeightCoding {
  bool column_major = false;
  PositionCoding positions = PositionCoding::kDense;
  // kFixedGaps: width of a gap, 1..16. kEscapeGaps: bits of a gap below its leading one that are
  // part of the token, 0..15.
  uint8_t gap_bits = 0;
  uint8_t code_bits = 0;  // width of a raw code, 1..16; codes are below 2^code_bits
  uint64_t entries = 0;   // stored codes: survivors and fillers, or rows * columns when dense
  StreamCoder code_coder = StreamCoder::kRaw;
  StreamCoder position_coder = StreamCoder::kRaw;
  bool rows_flagged = false, columns_flagged = false;

  bool operator==(const WeightCoding&) const = default;
};

// What reports call them.
inline const char* KeywordOf(PositionCoding positions) {
  constexpr const char* kNames[] = {"dense", "gaps", "escape", "bitmask"};
  return kNames[static_cast<int>(positions)];
}
inline const char* KeywordOf(StreamCoder coder) {
  constexpr const char* kNames[] = {"raw", "huffman", "context", "huffman4"};
  return kNames[static_cast<int>(coder)];
}

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_WEIGHT_CODING_H_
