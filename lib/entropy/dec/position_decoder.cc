#include "entropy/dec/position_decoder.h"

#include <algorithm>
#include <string>

#include "base/bit_io.h"
#include "base/damaged.h"
#include "base/flag_runs.h"
#include "entropy/dec/context_decoder.h"
#include "entropy/dec/escape_gaps.h"
#include "entropy/dec/symbol_decoder.h"

namespace dc {
namespace {

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

// Turns places among the kept lines, ascending, into places among all.
void MapPlaces(const MatrixShape& shape, const WeightCoding& coding, std::span<const uint32_t> rows,
               std::span<const uint32_t> columns, std::span<uint32_t> places) {
  if (!coding.rows_flagged && !coding.columns_flagged) return;
  const auto lines = coding.column_major ? columns : rows;
  const auto line_places = coding.column_major ? rows : columns;
  const uint32_t line_length = coding.column_major ? shape.rows : shape.columns;
  size_t line = 0;
  uint64_t line_begin = 0;
  for (uint32_t& place : places) {
    for (; place - line_begin >= line_places.size(); ++line) line_begin += line_places.size();
    place = lines[line] * line_length + line_places[place - line_begin];
  }
}

// Fills `places` with the scan's places of the entries, all below `end`; removes fillers from both.
Status DecodeFixedGaps(const WeightCoding& coding, std::span<const uint8_t> bytes, uint64_t end,
                       RawVector<uint16_t>* codes, RawVector<uint32_t>* places) {
  RawVector<uint16_t> gaps(coding.entries);
  const uint32_t filler_gap = (1u << coding.gap_bits) - 1;
  DC_RETURN_IF_ERROR(
      DecodeSymbols(coding.position_coder, coding.gap_bits, filler_gap + 1, bytes, gaps));
  places->resize(gaps.size());
  uint64_t passed = 0;
  size_t count = 0;
  for (size_t i = 0; i < gaps.size(); ++i) {
    const uint16_t code = (*codes)[i];
    if (code == 0 && gaps[i] != filler_gap) return Damaged("stored zero that bridges no gap");
    passed += uint64_t{gaps[i]} + 1;
    // A filler is overwritten by the entry after it.
    (*places)[count] = static_cast<uint32_t>(passed - 1);
    (*codes)[count] = code;
    count += code != 0;
  }
  if (passed > end) return Damaged("position outside the weight");
  places->resize(count);
  codes->resize(count);
  return OkStatus();
}

Status DecodeBitmask(const MatrixShape& shape, const WeightCoding& coding,
                     std::span<const uint32_t> rows, std::span<const uint32_t> columns,
                     std::span<const uint8_t> bytes, RawVector<uint32_t>* positions) {
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

StatusOr<RawVector<uint32_t>> DecodePositions(const MatrixShape& shape, const WeightCoding& coding,
                                              std::span<const uint8_t> bytes,
                                              RawVector<uint16_t>* codes) {
  BitReader bits(bytes);
  DC_ASSIGN_OR_RETURN(const auto rows, ReadKept(shape.rows, coding.rows_flagged, &bits));
  DC_ASSIGN_OR_RETURN(const auto columns, ReadKept(shape.columns, coding.columns_flagged, &bits));
  if (bits.overrun()) return Damaged("flags of empty lines cut short");
  bytes = bytes.subspan((bits.consumed() + 7) / 8);
  if (bits.Read(static_cast<int>(7 - (bits.consumed() + 7) % 8)) != 0) {
    return Damaged("padding that is not zero");
  }
  const uint64_t end = uint64_t{rows.size()} * columns.size();
  if (coding.entries > end) return Damaged("number of entries does not fit the weight's shape");
  RawVector<uint32_t> positions;
  Status status;
  switch (coding.positions) {
    case PositionCoding::kDense:
      return Internal("a dense weight has no positions");
    case PositionCoding::kFixedGaps:
      status = DecodeFixedGaps(coding, bytes, end, codes, &positions);
      if (status.ok()) MapPlaces(shape, coding, rows, columns, positions);
      break;
    case PositionCoding::kEscapeGaps:
      positions.resize(coding.entries);
      status = DecodeEscapeGaps(coding.gap_bits, bytes, end, positions);
      if (status.ok()) MapPlaces(shape, coding, rows, columns, positions);
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
