#include "entropy/dec/weight_decoder.h"

#include "base/damaged.h"
#include "entropy/common/count_code.h"
#include "entropy/dec/coding_header.h"
#include "entropy/dec/context_decoder.h"
#include "entropy/dec/position_decoder.h"
#include "entropy/dec/symbol_decoder.h"

namespace dc {
namespace {

// The codes stream after its header. `positions` is null where every entry has a code, and where
// the entries' places are not known yet.
Status DecodeCodes(const MatrixShape& shape, std::span<const float> codebook,
                   const WeightCoding& coding, const RawVector<uint32_t>* positions,
                   std::span<const uint8_t> bytes, RawVector<uint16_t>* codes) {
  if (coding.code_coder == StreamCoder::kContext) {
    return DecodeContextCodes(shape, codebook, positions, bytes, codes);
  }
  codes->resize(coding.entries);
  return DecodeSymbols(coding.code_coder, coding.code_bits, static_cast<uint32_t>(codebook.size()),
                       bytes, *codes);
}

}  // namespace

StatusOr<DecodedWeight> DecodeWeight(const MatrixShape& shape, std::span<const float> codebook,
                                     std::span<const uint8_t> codes,
                                     std::span<const uint8_t> positions) {
  if (shape.elements() > 0xFFFFFFFFu) return Damaged("weight of more than 2^32 - 1 elements");
  DecodedWeight weight;
  size_t header_bytes = 0;
  DC_ASSIGN_OR_RETURN(weight.coding, ReadWeightCoding(codes, &header_bytes));
  const WeightCoding& coding = weight.coding;
  const bool dense = coding.positions == PositionCoding::kDense;
  if (coding.entries > shape.elements() || (dense && coding.entries != shape.elements())) {
    return Damaged("number of entries does not fit the weight's shape");
  }
  const auto body = codes.subspan(header_bytes);
  if (coding.entries == 0) {
    if (!body.empty() || !positions.empty() || coding.rows_flagged || coding.columns_flagged) {
      return Damaged("bytes left over in an empty weight");
    }
    return weight;
  }
  if (dense) {
    if (!positions.empty()) return Damaged("gaps in a dense weight");
    DC_RETURN_IF_ERROR(DecodeCodes(shape, codebook, coding, nullptr, body, &weight.codes));
    return weight;
  }
  if (coding.positions == PositionCoding::kFixedGaps) {
    // Fillers are known by their codes, so these come first.
    DC_RETURN_IF_ERROR(DecodeCodes(shape, codebook, coding, nullptr, body, &weight.codes));
    DC_ASSIGN_OR_RETURN(weight.positions, DecodePositions(shape, coding, positions, &weight.codes));
    return weight;
  }
  DC_ASSIGN_OR_RETURN(weight.positions, DecodePositions(shape, coding, positions, nullptr));
  DC_RETURN_IF_ERROR(DecodeCodes(shape, codebook, coding, &weight.positions, body, &weight.codes));
  if (CountCode(weight.codes, 0) != 0) {
    return Damaged("stored zero that bridges no gap");
  }
  return weight;
}

}  // namespace dc
