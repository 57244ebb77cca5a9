#include "entropy/dec/weight_decoder.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/bit_io.h"
#include "entropy/dec/huffman_decoder.h"

namespace dc {
namespace {

Status Damaged(const std::string& what) {
  return BadInput(what, "", "get a fresh copy of the file");
}

// The symbols of one stream, whatever codes them.
class SymbolReader {
 public:
  // Reads the code table where there is one. Symbols are below `alphabet` (Huffman) or have `width`
  // bits (raw).
  static StatusOr<SymbolReader> Make(StreamCoder coder, int width, uint32_t alphabet,
                                     std::span<const uint8_t> bytes) {
    SymbolReader reader(width, bytes);
    if (coder == StreamCoder::kHuffman) {
      DC_ASSIGN_OR_RETURN(const auto lengths, ReadCodeLengths(alphabet, &reader.bits_));
      reader.huffman_.emplace(lengths);
    }
    return reader;
  }

  uint32_t Next() { return huffman_ ? huffman_->Next(&bits_) : bits_.Read(width_); }
  bool overrun() const { return bits_.overrun(); }
  bool AtEnd() { return bits_.AtEnd(); }

 private:
  SymbolReader(int width, std::span<const uint8_t> bytes) : bits_(bytes), width_(width) {}

  BitReader bits_;
  int width_;
  std::optional<HuffmanDecoder> huffman_;
};

Status DecodeDense(uint64_t positions, uint32_t codebook_entries, SymbolReader* codes,
                   DecodedWeight* weight) {
  weight->codes.resize(positions);
  for (uint16_t& code : weight->codes) {
    const uint32_t symbol = codes->Next();
    if (symbol >= codebook_entries) return Damaged("code outside the codebook");
    code = static_cast<uint16_t>(symbol);
  }
  return OkStatus();
}

Status DecodeGaps(uint32_t rows, uint32_t columns, uint32_t codebook_entries,
                  const WeightCoding& coding, SymbolReader* codes, SymbolReader* gaps,
                  DecodedWeight* weight) {
  const uint32_t filler_gap = (1u << coding.gap_bits) - 1;
  const uint64_t line = coding.column_major ? rows : columns;
  const uint64_t lines = coding.column_major ? columns : rows;
  // The entry is `offset` positions into line number `at_line`; -1 is before the matrix.
  uint64_t at_line = 0;
  int64_t offset = -1;
  for (uint64_t i = 0; i < coding.entries; ++i) {
    const uint32_t gap = gaps->Next();
    const uint32_t code = codes->Next();
    offset += int64_t{gap} + 1;
    if (offset >= static_cast<int64_t>(line)) {
      at_line += static_cast<uint64_t>(offset) / line;
      offset %= static_cast<int64_t>(line);
      if (at_line >= lines) return Damaged("position outside the weight");
    }
    if (code == 0) {
      if (gap != filler_gap) return Damaged("stored zero that bridges no gap");
      // Bits past the end read as zeros: without this check a short stream of fillers would go on.
      if (codes->overrun() || gaps->overrun()) return Damaged("bits missing");
      continue;
    }
    if (code >= codebook_entries) return Damaged("code outside the codebook");
    const uint64_t at = static_cast<uint64_t>(offset);
    const uint64_t position = coding.column_major ? at * columns + at_line : at_line * line + at;
    weight->positions.push_back(static_cast<uint32_t>(position));
    weight->codes.push_back(static_cast<uint16_t>(code));
  }
  return OkStatus();
}

}  // namespace

StatusOr<WeightCoding> ReadWeightCoding(std::span<const uint8_t> codes, size_t* header_bytes) {
  BitReader bits(codes);
  WeightCoding coding;
  coding.column_major = bits.Read(1) != 0;
  const uint32_t positions = bits.Read(2);
  const uint32_t code_coder = bits.Read(2);
  const uint32_t gap_coder = bits.Read(2);
  const uint32_t reserved = bits.Read(1);
  const uint32_t gap_bits = bits.Read(4);
  coding.code_bits = static_cast<uint8_t>(bits.Read(4) + 1);
  int shift = 0;
  uint32_t group;
  do {
    group = bits.Read(8);
    coding.entries |= static_cast<uint64_t>(group & 0x7Fu) << shift;
    shift += 7;
  } while ((group & 0x80u) && shift < 35);
  if (bits.overrun()) return Damaged("weight header cut short");
  if (group & 0x80u) return Damaged("number of entries out of range");
  if (positions > 1 || code_coder > 1 || gap_coder > 1 || reserved != 0) {
    return Unsupported("a coding that this version does not know", "", "use a newer version");
  }
  coding.positions = static_cast<PositionCoding>(positions);
  coding.code_coder = static_cast<StreamCoder>(code_coder);
  coding.gap_coder = static_cast<StreamCoder>(gap_coder);
  if (coding.positions == PositionCoding::kFixedGaps) {
    coding.gap_bits = static_cast<uint8_t>(gap_bits + 1);
  } else if (gap_bits != 0 || gap_coder != 0 || coding.column_major) {
    return Damaged("gap settings in a dense weight");
  }
  *header_bytes = bits.consumed() / 8;
  return coding;
}

StatusOr<DecodedWeight> DecodeWeight(uint32_t rows, uint32_t columns, uint32_t codebook_entries,
                                     std::span<const uint8_t> codes,
                                     std::span<const uint8_t> gaps) {
  const uint64_t positions = uint64_t{rows} * columns;
  if (positions > 0xFFFFFFFFu) return Damaged("weight of more than 2^32 - 1 elements");
  size_t header_bytes = 0;
  DC_ASSIGN_OR_RETURN(const WeightCoding coding, ReadWeightCoding(codes, &header_bytes));
  const bool dense = coding.positions == PositionCoding::kDense;
  if (coding.entries > positions || (dense && coding.entries != positions)) {
    return Damaged("number of entries does not fit the weight's shape");
  }
  const auto body = codes.subspan(header_bytes);
  DecodedWeight weight;
  if (coding.entries == 0) {
    if (!body.empty() || !gaps.empty()) return Damaged("bytes left over in an empty weight");
    return weight;
  }
  // Raw fields alone say how many bits there must be; refusing early keeps memory in proportion.
  if (coding.code_coder == StreamCoder::kRaw &&
      (coding.entries * coding.code_bits + 7) / 8 != body.size()) {
    return Damaged("length of the codes does not fit their number");
  }
  DC_ASSIGN_OR_RETURN(
      SymbolReader code_reader,
      SymbolReader::Make(coding.code_coder, coding.code_bits, codebook_entries, body));
  if (dense) {
    if (!gaps.empty()) return Damaged("gaps in a dense weight");
    DC_RETURN_IF_ERROR(DecodeDense(positions, codebook_entries, &code_reader, &weight));
  } else {
    if (coding.gap_coder == StreamCoder::kRaw &&
        (coding.entries * coding.gap_bits + 7) / 8 != gaps.size()) {
      return Damaged("length of the gaps does not fit their number");
    }
    DC_ASSIGN_OR_RETURN(
        SymbolReader gap_reader,
        SymbolReader::Make(coding.gap_coder, coding.gap_bits, 1u << coding.gap_bits, gaps));
    // Nearly every entry takes a bit at least, so the streams bound the room to begin with.
    const uint64_t room = std::min<uint64_t>(coding.entries, 8 * (body.size() + gaps.size()));
    weight.positions.reserve(room);
    weight.codes.reserve(room);
    DC_RETURN_IF_ERROR(
        DecodeGaps(rows, columns, codebook_entries, coding, &code_reader, &gap_reader, &weight));
    if (!gap_reader.AtEnd()) return Damaged("bits missing or left over in the gaps");
  }
  if (!code_reader.AtEnd()) return Damaged("bits missing or left over in the codes");
  return weight;
}

}  // namespace dc
