#include "entropy/dec/coding_header.h"

#include "base/bit_io.h"
#include "base/damaged.h"
#include "entropy/common/gap_token.h"

namespace dc {
namespace {

Status Check(const WeightCoding& coding, uint32_t gap_field) {
  const bool by_rows = !coding.column_major;
  const StreamCoder coder = coding.position_coder;
  const bool flagged = coding.rows_flagged || coding.columns_flagged;
  switch (coding.positions) {
    case PositionCoding::kDense:
      if (gap_field != 0 || coder != StreamCoder::kRaw || !by_rows || flagged) {
        return Damaged("gap settings in a dense weight");
      }
      return OkStatus();
    case PositionCoding::kFixedGaps:
      if (coder == StreamCoder::kContext || coding.code_coder == StreamCoder::kContext) break;
      return OkStatus();
    case PositionCoding::kEscapeGaps:
      if (coder != StreamCoder::kHuffman || gap_field > kMaxTokenPrecision) break;
      if (coding.code_coder == StreamCoder::kContext && !by_rows) break;
      return OkStatus();
    case PositionCoding::kBitmask:
      if (gap_field != 0 || !by_rows) break;
      if (coder != StreamCoder::kRaw && coder != StreamCoder::kContext) break;
      return OkStatus();
  }
  return Damaged("position coding and coder that do not go together");
}

}  // namespace

StatusOr<WeightCoding> ReadWeightCoding(std::span<const uint8_t> codes, size_t* header_bytes) {
  BitReader bits(codes);
  WeightCoding coding;
  coding.column_major = bits.Read(1) != 0;
  coding.positions = static_cast<PositionCoding>(bits.Read(2));
  coding.code_coder = static_cast<StreamCoder>(bits.Read(2));
  coding.position_coder = static_cast<StreamCoder>(bits.Read(2));
  const bool flagged = bits.Read(1) != 0;
  const uint32_t gap_field = bits.Read(4);
  coding.code_bits = static_cast<uint8_t>(bits.Read(4) + 1);
  if (flagged) {
    const uint32_t flags = bits.Read(8);
    if (!bits.overrun() && (flags == 0 || flags > 3)) {
      return Unsupported("a coding that this version does not know", "", "use a newer version");
    }
    coding.rows_flagged = flags & 1u;
    coding.columns_flagged = flags & 2u;
  }
  int shift = 0;
  uint32_t group;
  do {
    group = bits.Read(8);
    coding.entries |= static_cast<uint64_t>(group & 0x7Fu) << shift;
    shift += 7;
  } while ((group & 0x80u) && shift < 35);
  if (bits.overrun()) return Damaged("weight header cut short");
  if (group & 0x80u) return Damaged("number of entries out of range");
  DC_RETURN_IF_ERROR(Check(coding, gap_field));
  const bool fixed = coding.positions == PositionCoding::kFixedGaps;
  coding.gap_bits = static_cast<uint8_t>(gap_field + (fixed ? 1 : 0));
  *header_bytes = bits.consumed() / 8;
  return coding;
}

}  // namespace dc
