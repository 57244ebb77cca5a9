#include "entropy/enc/weight_encoder.h"

#include "base/bit_io.h"
#include "entropy/common/gap_token.h"
#include "entropy/enc/gap_histogram.h"
#include "entropy/enc/stream_plan.h"
#include "entropy/enc/weight_layouts.h"

namespace dc {
namespace {

void Append(const std::vector<uint8_t>& bytes, std::vector<uint8_t>* out) {
  out->insert(out->end(), bytes.begin(), bytes.end());
}

// Codes below `entries` as the layout's coder wants them.
std::vector<uint8_t> WriteCodes(std::span<const uint16_t> codes, size_t entries,
                                const WeightCoding& coding) {
  const bool huffman = coding.code_coder != StreamCoder::kRaw;
  return StreamPlan(CountCodes(codes, entries), coding.code_bits, huffman).Write(codes);
}

// Gaps of fixed width and the codes that go with them, fillers included.
void WriteFixedGaps(const WeightLayout& layout, size_t entries, EncodedWeight* weight) {
  const int width = layout.coding.gap_bits;
  const uint32_t mask = (1u << width) - 1;
  const Survivors& survivors = layout.scan->survivors;
  std::vector<uint16_t> gaps, codes;
  gaps.reserve(layout.coding.entries);
  codes.reserve(layout.coding.entries);
  for (size_t i = 0; i < survivors.gaps.size(); ++i) {
    const uint32_t gap = survivors.gaps[i];
    gaps.insert(gaps.end(), gap >> width, static_cast<uint16_t>(mask));
    codes.insert(codes.end(), gap >> width, 0);
    gaps.push_back(static_cast<uint16_t>(gap & mask));
    codes.push_back(survivors.codes[i]);
  }
  uint64_t fillers = 0;
  const StreamPlan plan(GapHistogram(survivors.gaps).Symbols(width, &fillers), width,
                        layout.coding.position_coder != StreamCoder::kRaw);
  Append(plan.Write(gaps), &weight->positions);
  Append(WriteCodes(codes, entries, layout.coding), &weight->codes);
}

std::vector<uint8_t> WriteEscapeGaps(const WeightLayout& layout) {
  const int precision = layout.coding.gap_bits;
  const Survivors& survivors = layout.scan->survivors;
  uint64_t suffix_bits = 0;
  const HuffmanEncoder tokens(GapHistogram(survivors.gaps).Tokens(precision, &suffix_bits));
  BitWriter bits;
  tokens.WriteTable(&bits);
  for (uint32_t gap : survivors.gaps) {
    const GapToken token = TokenOf(gap, precision);
    tokens.WriteSymbol(token.token, &bits);
    bits.Write(gap & ((1u << token.suffix_bits) - 1), token.suffix_bits);
  }
  return bits.Finish();
}

std::vector<uint8_t> WriteBitmask(const MatrixShape& shape, const KeptLines& kept,
                                  std::span<const uint16_t> codes) {
  BitWriter bits;
  for (uint32_t r : kept.rows) {
    for (uint32_t c : kept.columns) bits.Write(codes[size_t{r} * shape.columns + c] != 0, 1);
  }
  return bits.Finish();
}

}  // namespace

EncodedWeight EncodeWeight(const MatrixShape& shape, std::span<const float> codebook,
                           std::span<const uint16_t> codes, const WeightEncodingOptions& options) {
  const WeightLayout layout = ChooseLayout(shape, codebook, codes, options);
  const WeightCoding& coding = layout.coding;
  EncodedWeight weight;
  weight.coding = coding;
  weight.fillers = layout.fillers;
  weight.codes = CodingHeader(coding);
  if (coding.entries == 0) return weight;
  if (layout.scan) weight.positions = layout.scan->line_flags;
  if (coding.positions == PositionCoding::kFixedGaps) {
    WriteFixedGaps(layout, codebook.size(), &weight);
    return weight;
  }
  if (coding.positions == PositionCoding::kEscapeGaps) {
    Append(WriteEscapeGaps(layout), &weight.positions);
  } else if (coding.positions == PositionCoding::kBitmask) {
    Append(coding.position_coder == StreamCoder::kContext
               ? layout.mask
               : WriteBitmask(shape, layout.scan->kept, codes),
           &weight.positions);
  }
  if (coding.code_coder == StreamCoder::kContext) {
    Append(layout.context_codes, &weight.codes);
  } else {
    Append(WriteCodes(layout.scan ? layout.scan->survivors.codes : codes, codebook.size(), coding),
           &weight.codes);
  }
  return weight;
}

}  // namespace dc
