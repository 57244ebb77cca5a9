#include "entropy/dec/position_decoder.h"

#include <algorithm>
#include <string>

#include "base/bit_io.h"
#include "base/flag_runs.h"
#include "entropy/common/gap_token.h"
#include "entropy/dec/context_decoder.h"
#include "entropy/dec/huffman_decoder.h"
#include "entropy/dec/symbol_decoder.h"

namespace dc {
namespace {

Status Damaged(const char* what) { return BadInput(what, "", "get a fresh copy of the file"); }

// The lines that positions count in, ascending.
StatusOr<std::vector<uint32_t>> ReadKept(uint32_t lines, bool flagged, BitReader* bits) {
  std::vector<bool> empty(lines, false);
  if (flagged && !ReadFlagRuns(lines, bits, &empty)) return Damaged("damaged flags of empty lines");
  std::vector<uint32_t> kept;
  for (uint32_t i = 0; i < lines; ++i) {
    if (!empty[i]) kept.push_back(i);
  }
  return kept;
}

// Turns gaps into positions.
class Walk {
 public:
  Walk(const MatrixShape& shape, const WeightCoding& coding, std::span<const uint32_t> rows,
       std::span<const uint32_t> columns)
      : lines_(coding.column_major ? columns : rows),
        places_(coding.column_major ? rows : columns),
        line_step_(coding.column_major ? 1 : shape.columns),
        place_step_(coding.column_major ? shape.columns : 1),
        // Rows in a row: a position is a number that only grows.
        plain_(!coding.column_major && !coding.columns_flagged && !coding.rows_flagged),
        end_(shape.elements()) {}

  // Moves on by `gap` + 1 positions; false where that leaves the matrix.
  bool Advance(uint64_t gap) {
    at_ += gap + 1;
    if (plain_) return at_ <= end_;
    if (at_ > places_.size()) {
      line_ += (at_ - 1) / places_.size();
      at_ = (at_ - 1) % places_.size() + 1;
    }
    return line_ < lines_.size();
  }
  // The position reached: row * columns + column.
  uint32_t position() const {
    if (plain_) return static_cast<uint32_t>(at_ - 1);
    return lines_[line_] * line_step_ + places_[at_ - 1] * place_step_;
  }

 private:
  std::span<const uint32_t> lines_, places_;
  uint32_t line_step_, place_step_;
  bool plain_;
  uint64_t end_;
  uint64_t line_ = 0;
  uint64_t at_ = 0;  // places passed in this line, or in the whole matrix if plain_
};

Status DecodeFixedGaps(const WeightCoding& coding, std::span<const uint8_t> bytes, Walk walk,
                       std::vector<uint16_t>* codes, std::vector<uint32_t>* positions) {
  std::vector<uint16_t> gaps(coding.entries);
  const uint32_t filler_gap = (1u << coding.gap_bits) - 1;
  DC_RETURN_IF_ERROR(
      DecodeSymbols(coding.position_coder, coding.gap_bits, filler_gap + 1, bytes, gaps));
  positions->resize(gaps.size());
  size_t count = 0;
  for (size_t i = 0; i < gaps.size(); ++i) {
    const uint32_t gap = gaps[i];
    if (!walk.Advance(gap)) return Damaged("position outside the weight");
    const uint16_t code = (*codes)[i];
    if (code == 0 && gap != filler_gap) return Damaged("stored zero that bridges no gap");
    // A filler is overwritten by the entry after it.
    (*positions)[count] = walk.position();
    (*codes)[count] = code;
    count += code != 0;
  }
  positions->resize(count);
  codes->resize(count);
  return OkStatus();
}

Status DecodeEscapeGaps(const WeightCoding& coding, std::span<const uint8_t> bytes, Walk walk,
                        std::vector<uint32_t>* positions) {
  BitReader bits(bytes);
  const int precision = coding.gap_bits;
  DC_ASSIGN_OR_RETURN(const auto lengths, ReadCodeLengths(TokenCount(precision), &bits));
  const HuffmanDecoder tokens(lengths);
  positions->resize(coding.entries);
  for (uint32_t& position : *positions) {
    const uint32_t token = tokens.Next(&bits);
    const uint32_t suffix = bits.Read(SuffixBits(token, precision));
    if (!walk.Advance(GapOf(token, suffix, precision))) {
      return Damaged("position outside the weight");
    }
    position = walk.position();
  }
  if (!bits.AtEnd()) return Damaged("bits missing or left over in the positions");
  return OkStatus();
}

Status DecodeBitmask(const MatrixShape& shape, const WeightCoding& coding,
                     std::span<const uint32_t> rows, std::span<const uint32_t> columns,
                     std::span<const uint8_t> bytes, std::vector<uint32_t>* positions) {
  if (bytes.size() != (uint64_t{rows.size()} * columns.size() + 7) / 8) {
    return Damaged("bitmask of the wrong length");
  }
  positions->reserve(coding.entries);
  BitReader bits(bytes);
  for (uint32_t r : rows) {
    for (uint32_t c : columns) {
      if (bits.Read(1)) positions->push_back(r * shape.columns + c);
    }
    if (positions->size() > coding.entries) break;
  }
  if (positions->size() != coding.entries)
    return Damaged("number of entries does not fit the mask");
  if (!bits.AtEnd()) return Damaged("bits left over in the positions");
  return OkStatus();
}

}  // namespace

StatusOr<std::vector<uint32_t>> DecodePositions(const MatrixShape& shape,
                                                const WeightCoding& coding,
                                                std::span<const uint8_t> bytes,
                                                std::vector<uint16_t>* codes) {
  BitReader bits(bytes);
  DC_ASSIGN_OR_RETURN(const auto rows, ReadKept(shape.rows, coding.rows_flagged, &bits));
  DC_ASSIGN_OR_RETURN(const auto columns, ReadKept(shape.columns, coding.columns_flagged, &bits));
  if (bits.overrun()) return Damaged("flags of empty lines cut short");
  bytes = bytes.subspan((bits.consumed() + 7) / 8);
  if (bits.Read(static_cast<int>(7 - (bits.consumed() + 7) % 8)) != 0) {
    return Damaged("padding that is not zero");
  }
  if (coding.entries > uint64_t{rows.size()} * columns.size()) {
    return Damaged("number of entries does not fit the weight's shape");
  }
  std::vector<uint32_t> positions;
  Status status;
  const Walk walk(shape, coding, rows, columns);
  switch (coding.positions) {
    case PositionCoding::kDense:
      return Internal("a dense weight has no positions");
    case PositionCoding::kFixedGaps:
      status = DecodeFixedGaps(coding, bytes, walk, codes, &positions);
      break;
    case PositionCoding::kEscapeGaps:
      status = DecodeEscapeGaps(coding, bytes, walk, &positions);
      break;
    case PositionCoding::kBitmask:
      status = coding.position_coder == StreamCoder::kContext
                   ? DecodeMask(shape, rows, columns, bytes, coding.entries, &positions)
                   : DecodeBitmask(shape, coding, rows, columns, bytes, &positions);
      break;
  }
  if (!status.ok()) return status;
  return positions;
}

}  // namespace dc
