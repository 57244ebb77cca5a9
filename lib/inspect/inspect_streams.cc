#include "inspect/inspect_streams.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/bit_io.h"
#include "base/flag_runs.h"
#include "base/text_table.h"
#include "entropy/common/gap_token.h"
#include "entropy/common/matrix_shape.h"
#include "entropy/dec/coding_header.h"
#include "entropy/dec/hashed_codes.h"
#include "entropy/dec/huffman_decoder.h"
#include "format/codebook.h"
#include "format/layout.h"
#include "inspect/format_names.h"

namespace dc {
namespace {

std::string Bits(uint64_t count) { return Thousands(count) + (count == 1 ? " bit" : " bits"); }

// The fields of one stream, as far as they are known.
class StreamMarker {
 public:
  explicit StreamMarker(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint64_t at() const { return fields_.at(); }
  std::span<const uint8_t> rest() const { return bytes_.subspan(at()); }

  void Add(uint64_t size, std::string text) {
    fields_.Add(std::min<uint64_t>(size, rest().size()), std::move(text));
  }
  void AddRest(std::string text) { fields_.AddUpTo(bytes_.size(), std::move(text)); }

  // A Huffman table. `note` receives its size in words; false where it is damaged.
  bool AddTable(const std::string& what, uint32_t alphabet, bool shares_last_byte,
                std::string* note) {
    BitReader bits(rest());
    const auto lengths = ReadCodeLengths(alphabet, &bits);
    if (!lengths.ok() || bits.overrun()) return false;
    int shortest = kMaxCodeLength, longest = 0;
    for (const CodeLength& entry : *lengths) {
      shortest = std::min<int>(shortest, entry.length);
      longest = std::max<int>(longest, entry.length);
    }
    *note = "table of " + Bits(bits.consumed());
    std::string text = "table of the " + what + ", " + Bits(bits.consumed()) + ": " +
                       Thousands(lengths->size()) + " symbols, words of " +
                       (shortest < longest ? std::to_string(shortest) + " to " : "") +
                       Bits(static_cast<uint64_t>(longest));
    if (shares_last_byte && bits.consumed() % 8 != 0) text += "; then the words";
    Add((bits.consumed() + 7) / 8, text);
    return true;
  }

  // The lengths of three bit streams, these, and a fourth; false where they are not all there.
  bool AddFourStreams(const std::string& what) {
    std::array<uint64_t, 3> sizes{};
    BitReader bits(rest());
    for (uint64_t& size : sizes) {
      uint32_t byte = 0x80;
      for (int shift = 0; (byte & 0x80u) && shift < 35; shift += 7) {
        byte = bits.Read(8);
        size |= uint64_t{byte & 0x7Fu} << shift;
      }
    }
    if (bits.overrun()) return false;
    Add(bits.consumed() / 8, "bytes of the first three streams: " + Thousands(sizes[0]) + ", " +
                                 Thousands(sizes[1]) + ", " + Thousands(sizes[2]));
    for (size_t j = 0; j < 4; ++j) {
      if (j < 3 && sizes[j] > rest().size()) return false;
      Add(j < 3 ? sizes[j] : rest().size(), what + ", stream " + std::to_string(j + 1));
    }
    return true;
  }

  std::vector<ByteField> Take() { return fields_.Take(); }

 private:
  std::span<const uint8_t> bytes_;
  FieldWriter fields_;
};

// A list of symbols in a stream.
struct Symbols {
  std::string what;  // "codes", "gaps"
  StreamCoder coder = StreamCoder::kRaw;
  int width = 0;          // bits of a raw field
  uint32_t alphabet = 0;  // Huffman: symbols are below it
  uint64_t count = 0;
};

// Marks `symbols`, the rest of the stream. Returns how they are coded, in words.
std::string MarkSymbols(const Symbols& symbols, StreamMarker* stream) {
  const std::string count = Thousands(symbols.count) + " " + symbols.what;
  std::string note, coder = symbols.what + ": " + NameOf(symbols.coder);
  switch (symbols.coder) {
    case StreamCoder::kRaw:
      stream->AddRest(count + " of " + Bits(static_cast<uint64_t>(symbols.width)));
      return coder;
    case StreamCoder::kContext:
      stream->AddRest(count + ", range coder");
      return coder;
    case StreamCoder::kHuffman:
    case StreamCoder::kHuffman4:
      break;
  }
  const bool four = symbols.coder == StreamCoder::kHuffman4;
  const bool good = stream->AddTable(symbols.what, symbols.alphabet, !four, &note) &&
                    (!four || stream->AddFourStreams("words of the " + symbols.what));
  stream->AddRest(good ? "words of " + count : symbols.what + ", damaged");
  return coder + (note.empty() ? "" : ", " + note);
}

// The bytes of the header that the codes stream starts with, one field after another.
void MarkHeader(const WeightCoding& coding, size_t header_bytes, const std::string& tensor,
                StreamMarker* stream) {
  const bool dense = coding.positions == PositionCoding::kDense;
  std::string text = tensor + ", codes: " + NameOf(coding.positions);
  if (!dense) text += coding.column_major ? ", by columns" : ", by rows";
  text += "; codes " + NameOf(coding.code_coder);
  if (!dense) text += ", positions " + NameOf(coding.position_coder);
  stream->Add(1, text);
  text = "codes of " + Bits(coding.code_bits);
  if (coding.positions == PositionCoding::kFixedGaps) {
    text = "gaps of " + Bits(coding.gap_bits) + ", " + text;
  } else if (coding.positions == PositionCoding::kEscapeGaps) {
    text = "tokens with " + Bits(coding.gap_bits) + " after the leading one, " + text;
  }
  stream->Add(1, text);
  if (coding.rows_flagged || coding.columns_flagged) {
    stream->Add(1, std::string("empty lines are flagged: ") + (coding.rows_flagged ? "rows" : "") +
                       (coding.rows_flagged && coding.columns_flagged ? ", " : "") +
                       (coding.columns_flagged ? "columns" : ""));
  }
  stream->Add(header_bytes - stream->at(), Thousands(coding.entries) + " entries");
}

// Marks the positions stream of a weight that is not dense; returns its coding in words.
std::string MarkPositions(const WeightCoding& coding, const MatrixShape& shape,
                          StreamMarker* stream) {
  std::string words;
  if (coding.rows_flagged || coding.columns_flagged) {
    BitReader bits(stream->rest());
    std::vector<bool> flags;
    const bool good = (!coding.rows_flagged || ReadFlagRuns(shape.rows, &bits, &flags)) &&
                      (!coding.columns_flagged || ReadFlagRuns(shape.columns, &bits, &flags));
    if (!good || bits.overrun()) {
      stream->AddRest("flags of empty lines, damaged");
      return "damaged flags of empty lines";
    }
    words = "flags of empty lines, " + Bits(bits.consumed()) + "; ";
    stream->Add((bits.consumed() + 7) / 8, "flags of empty lines, " + Bits(bits.consumed()));
  }
  switch (coding.positions) {
    case PositionCoding::kDense:
      break;
    case PositionCoding::kFixedGaps:
      return words + MarkSymbols({"gaps", coding.position_coder, coding.gap_bits,
                                  1u << coding.gap_bits, coding.entries},
                                 stream);
    case PositionCoding::kEscapeGaps: {
      std::string note;
      const bool good =
          stream->AddTable("tokens", TokenCount(coding.gap_bits), /*shares_last_byte=*/true, &note);
      stream->AddRest(good ? Thousands(coding.entries) + " tokens, each with its other bits"
                           : "tokens, damaged");
      return words + "tokens: " + NameOf(coding.position_coder) + (note.empty() ? "" : ", " + note);
    }
    case PositionCoding::kBitmask:
      stream->AddRest(coding.position_coder == StreamCoder::kContext ? "mask, range coder"
                                                                     : "mask, one bit an element");
      return words + "mask: " + NameOf(coding.position_coder);
  }
  stream->AddRest("positions of a dense weight");
  return words;
}

void MarkWeight(const format::TensorEntry& entry, const format::TensorStreams& streams,
                const std::string& tensor, MarkedStreams* marked) {
  StreamMarker codes(streams.codes), positions(streams.gaps);
  if (entry.form == format::Form::kHashed) {
    marked->coding = "dense, codes of a hash";
    if (streams.codes.size() == format::kHashSeedBytes) {
      marked->coding += ", seed " + std::to_string(HashSeed(streams.codes));
    }
    codes.AddRest(tensor + ", codes: the seed of a hash");
    marked->codes = codes.Take();
    return;
  }
  size_t header_bytes = 0;
  const auto coding = ReadWeightCoding(streams.codes, &header_bytes);
  if (coding.ok()) {
    MarkHeader(*coding, header_bytes, tensor, &codes);
    std::string& words = marked->coding;
    words = NameOf(coding->positions);
    if (coding->positions == PositionCoding::kFixedGaps) words += " of " + Bits(coding->gap_bits);
    if (coding->positions != PositionCoding::kDense) {
      words += coding->column_major ? " by columns" : " by rows";
    }
    words += ", " + Thousands(coding->entries) + " entries of " + Bits(coding->code_bits);
    words += "; " + MarkSymbols({"codes", coding->code_coder, coding->code_bits,
                                 entry.codebook_entries, coding->entries},
                                &codes);
    if (!streams.gaps.empty()) {
      words += "; " + MarkPositions(*coding, MatrixOf(entry.shape), &positions);
    }
  } else {
    marked->coding = coding.status().what();
    codes.AddRest(tensor + ", codes: " + marked->coding);
    positions.AddRest("positions");
  }
  marked->codes = codes.Take();
  marked->gaps = positions.Take();
  if (!marked->gaps.empty()) marked->gaps[0].text = tensor + ", " + marked->gaps[0].text;
}

std::vector<ByteField> MarkCodebook(const format::TensorEntry& entry,
                                    std::span<const uint8_t> stored, const std::string& tensor) {
  FieldWriter fields;
  const bool half = entry.codebook_type == format::CodebookType::kFloat16;
  const std::string text = tensor + ", " + format::NameOf(entry.form);
  if (entry.codebook_bytes == 0) {
    fields.Add(stored.size(), text, 0, half ? Numbers::kFloat16 : Numbers::kFloat32);
    return fields.Take();
  }
  BitReader bits(stored);
  const uint32_t order = bits.Read(5);
  const bool permuted = bits.Read(1) != 0;
  fields.Add(stored.size(), text + ", " + (half ? "f16" : "f32") +
                                " as sorted differences: order " + std::to_string(order) +
                                (permuted ? ", permuted" : ""));
  return fields.Take();
}

// The planes of a tensor, as far as they are sound.
std::vector<ByteField> MarkPlanes(const format::TensorEntry& entry, std::span<const uint8_t> stored,
                                  const std::string& tensor) {
  StreamMarker fields(stored);
  for (int plane = entry.is_half() ? 2 : 4, number = 1; plane > 0; --plane, ++number) {
    const std::string name = tensor + ", plane " + std::to_string(number);
    uint64_t size = fields.rest().size();
    if (plane > 1) {
      BitReader bits(fields.rest());
      uint32_t byte = 0x80;
      size = 0;
      for (int shift = 0; (byte & 0x80u) && shift < 63; shift += 7) {
        byte = bits.Read(8);
        size |= uint64_t{byte & 0x7Fu} << shift;
      }
      if (bits.overrun() || size > fields.rest().size()) break;
      fields.Add(bits.consumed() / 8, name + ": length, " + Thousands(size));
      size = std::min<uint64_t>(size, fields.rest().size());
    }
    size_t header_bytes = 0;
    const auto coding = ReadWeightCoding(fields.rest().first(size), &header_bytes);
    if (!coding.ok()) break;
    fields.Add(size, name + ": bytes " + NameOf(coding->code_coder));
  }
  fields.AddRest(tensor + ", planes, damaged");
  return fields.Take();
}

std::vector<ByteField> MarkValues(const format::TensorEntry& entry, std::span<const uint8_t> stored,
                                  const std::string& tensor) {
  if (entry.has_planes()) return MarkPlanes(entry, stored, tensor);
  FieldWriter fields;
  const Numbers numbers = entry.is_half() ? Numbers::kFloat16 : Numbers::kFloat32;
  if (entry.value_bytes == 0) {
    fields.Add(stored.size(), tensor, 0, numbers);
    return fields.Take();
  }
  BitReader bits(stored);
  std::vector<bool> zeros;
  if (!ReadFlagRuns(entry.elements(), &bits, &zeros) || bits.overrun()) {
    fields.Add(stored.size(), tensor + ", runs of zeros, damaged");
    return fields.Take();
  }
  const uint64_t run_bytes = (bits.consumed() + 7) / 8;
  fields.Add(run_bytes, tensor + ", runs of zeros, " + Bits(bits.consumed()));
  fields.Add(stored.size() - run_bytes, tensor + ", the others", 0, numbers);
  return fields.Take();
}

}  // namespace

MarkedStreams MarkStreams(size_t index, const format::TensorEntry& entry,
                          const format::TensorStreams& streams) {
  MarkedStreams marked;
  const std::string tensor = "tensor " + std::to_string(index);
  marked.codebook = MarkCodebook(entry, streams.codebook, tensor);
  marked.values = MarkValues(entry, streams.values, tensor);
  if (entry.has_codes()) MarkWeight(entry, streams, tensor, &marked);
  return marked;
}

}  // namespace dc
