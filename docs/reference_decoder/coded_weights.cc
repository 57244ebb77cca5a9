#include "coded_weights.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "context_coder.h"
#include "forms.h"

namespace dcz {

namespace {

enum Positions { kDense = 0, kFixedGaps = 1, kEscapeGaps = 2, kBitmask = 3 };
enum Coder { kRaw = 0, kHuffman = 1, kContext = 2, kFourStreams = 3 };

// Chapter 4: the header of a codes stream.
struct Header {
  bool by_columns;
  uint64_t positions, code_coder, position_coder, gap_field, code_width;
  bool rows_flagged, columns_flagged;
  uint64_t entries;  // N
};

// Chapter 4: the header, and whether the table lists its combination.
Header ReadHeader(ByteReader* stream) {
  BitReader bits(stream->Take(2));
  Header header;
  header.by_columns = bits.Bit() == 1;
  header.positions = bits.Number(2);
  header.code_coder = bits.Number(2);
  header.position_coder = bits.Number(2);
  const bool flagged = bits.Bit() == 1;
  header.gap_field = bits.Number(4);
  header.code_width = bits.Number(4) + 1;
  const uint32_t flags = flagged ? stream->Unsigned(1) : 0;
  Require(flagged ? flags >= 1 && flags <= 3 : flags == 0, "unknown flags");
  header.rows_flagged = flags & 1;
  header.columns_flagged = flags & 2;
  header.entries = stream->Varint(5);

  const bool context_codes = header.code_coder == kContext;
  const bool by_rows = !header.by_columns;
  bool known = false;
  if (header.positions == kDense) {
    known = header.position_coder == 0 && by_rows && !flagged && header.gap_field == 0;
  } else if (header.positions == kFixedGaps) {
    known = header.position_coder != kContext && !context_codes;
  } else if (header.positions == kEscapeGaps) {
    known =
        header.position_coder == kHuffman && (by_rows || !context_codes) && header.gap_field <= 10;
  } else {
    known = (header.position_coder == kRaw || header.position_coder == kContext) && by_rows &&
            header.gap_field == 0;
  }
  Require(known, "unknown combination of codings");
  return header;
}

// Chapter 4, **Huffman**: the table of code lengths and its canonical words.
class HuffmanTable {
 public:
  HuffmanTable(BitReader* bits, uint64_t alphabet) {
    uint64_t symbol = ReadExpGolomb(bits, 0, 17);
    const uint64_t skip_mode = bits->Number(2), delta_order = bits->Number(2);
    uint64_t length = bits->Number(5);
    uint64_t sum = 0;  // of 2^-length, in units of 2^-20
    while (true) {
      Require(symbol < alphabet, "symbol outside the alphabet");
      Require(length <= 20, "word of an impossible length");
      symbols_[length].push_back(static_cast<uint32_t>(symbol));
      sum += uint64_t{1} << (20 - length);
      Require(sum <= 1 << 20, "more words than there can be");
      if (sum == 1 << 20) return;
      symbol += 1 + (skip_mode == 0 ? 0 : ReadExpGolomb(bits, skip_mode - 1, 17));
      const uint64_t delta = ReadExpGolomb(bits, delta_order, 17);
      // Below 0 it wraps around to more than 20.
      length = delta % 2 == 1 ? length + (delta + 1) / 2 : length - delta / 2;
      Require(length > 0, "word of an impossible length");
    }
  }

  // The symbol of the next word. Words of one length are consecutive numbers from `first` on; the
  // numbers behind them begin longer words.
  uint32_t Read(BitReader* bits) const {
    uint64_t word = 0, first = 0;
    for (size_t length = 0;; ++length) {
      const std::vector<uint32_t>& symbols = symbols_[length];
      if (word - first < symbols.size()) return symbols[word - first];
      first = 2 * (first + symbols.size());
      word = 2 * word + bits->Bit();
    }
  }

 private:
  std::array<std::vector<uint32_t>, 21> symbols_;  // ascending, by the length of their words
};

// Chapter 4, **Raw**, **Huffman**, **Huffman in four streams**: `count` symbols below `alphabet`.
Symbols ReadSymbols(Bytes stream, uint64_t coder, uint64_t count, uint64_t width,
                    uint64_t alphabet) {
  BitReader bits(stream);
  Symbols symbols;
  if (coder == kRaw) {
    while (symbols.size() < count) symbols.push_back(static_cast<uint32_t>(bits.Number(width)));
    bits.RequireEnd();
    return symbols;
  }
  const HuffmanTable table(&bits, alphabet);
  if (coder == kHuffman) {
    while (symbols.size() < count) symbols.push_back(table.Read(&bits));
    bits.RequireEnd();
    return symbols;
  }
  ByteReader reader(bits.RestAfterPadding());
  std::array<uint64_t, 3> lengths;
  for (uint64_t& length : lengths) length = reader.Varint(5);
  const uint64_t q = (count + 3) / 4;
  for (uint64_t j = 0; j < 4; ++j) {
    BitReader part(reader.Take(j < 3 ? lengths[j] : reader.rest().size()));
    while (symbols.size() < std::min(count, (j + 1) * q)) symbols.push_back(table.Read(&part));
    part.RequireEnd();
  }
  return symbols;
}

// Chapter 4, **Escape gaps**.
Symbols ReadEscapeGaps(Bytes stream, uint64_t count, uint64_t m) {
  BitReader bits(stream);
  const HuffmanTable table(&bits, (33 - m) << m);
  Symbols gaps;
  while (gaps.size() < count) {
    const uint64_t token = table.Read(&bits), h = token >> m, s = h == 0 ? 0 : h - 1;
    gaps.push_back(static_cast<uint32_t>(((token - (s << m)) << s) + bits.Number(s)));
  }
  bits.RequireEnd();
  return gaps;
}

// Chapter 4, **Fixed-width gaps** and **Escape gaps**: the elements that gaps lead to.
Places FollowGaps(const Symbols& gaps, const Matrix& matrix, bool by_columns) {
  const uint64_t rows = matrix.rows_left.size(), columns = matrix.columns_left.size();
  Places places;
  uint64_t p = 0;  // one behind the last entry
  for (const uint32_t gap : gaps) {
    p += gap;
    Require(p < rows * columns, "position outside the weight");
    const uint32_t row = matrix.rows_left[by_columns ? p % rows : p / columns];
    const uint32_t column = matrix.columns_left[by_columns ? p / rows : p % columns];
    places.push_back(static_cast<uint32_t>(row * matrix.columns + column));
    ++p;
  }
  return places;
}

// Chapter 4, **Bitmask**, raw.
Places ReadRawBitmask(Bytes stream, const Matrix& matrix) {
  BitReader bits(stream);
  Places places;
  for (const uint32_t row : matrix.rows_left) {
    for (const uint32_t column : matrix.columns_left) {
      if (bits.Bit()) places.push_back(static_cast<uint32_t>(row * matrix.columns + column));
    }
  }
  bits.RequireEnd();
  return places;
}

// Chapter 4, **Flagged lines**: the numbers of those of `count` lines that are left.
std::vector<uint32_t> ReadLinesLeft(BitReader* bits, bool flagged, uint64_t count) {
  const std::vector<bool> left_out = flagged ? ReadRuns(bits, count) : std::vector<bool>(count);
  std::vector<uint32_t> left;
  for (uint32_t i = 0; i < count; ++i) {
    if (!left_out[i]) left.push_back(i);
  }
  return left;
}

}  // namespace

// Chapter 4: the codes of all elements of a weight.
std::vector<uint16_t> ReadWeight(const Tensor& tensor, const std::vector<float>& codebook,
                                 Bytes codes_stream, Bytes gaps_stream) {
  ByteReader codes_reader(codes_stream);
  const Header header = ReadHeader(&codes_reader);
  const uint64_t count = header.entries, gap_width = header.gap_field + 1;
  const uint64_t longest_gap = (uint64_t{1} << gap_width) - 1;
  const bool dense = header.positions == kDense;
  Require(dense || !tensor.zero_stored, "positions without an implied zero");
  std::vector<uint16_t> codes(tensor.elements, 0);
  if (count == 0) {
    Require(!dense && !header.rows_flagged && !header.columns_flagged, "flags of no entries");
    Require(codes_reader.empty() && gaps_stream.empty(), "streams of no entries");
    return codes;
  }

  Matrix matrix;
  const Numbers& shape = tensor.shape;
  matrix.rows = shape.empty() ? 1 : shape[0];
  matrix.columns = tensor.elements / matrix.rows;
  matrix.kernel = shape.size() < 3 ? 1 : matrix.columns / shape[1];
  matrix.kernel_line = shape.size() < 3 ? 1 : shape.back();
  BitReader flag_bits(gaps_stream);
  matrix.rows_left = ReadLinesLeft(&flag_bits, header.rows_flagged, matrix.rows);
  matrix.columns_left = ReadLinesLeft(&flag_bits, header.columns_flagged, matrix.columns);
  const Bytes positions = flag_bits.RestAfterPadding();
  Require(count <= matrix.rows_left.size() * matrix.columns_left.size(),
          "more entries than elements");

  Places places;
  Symbols gaps;
  if (dense) {
    Require(count == tensor.elements && gaps_stream.empty(), "not one code for each element");
    places.resize(count);
    std::iota(places.begin(), places.end(), 0u);
  } else if (header.positions == kBitmask) {
    places = header.position_coder == kRaw ? ReadRawBitmask(positions, matrix)
                                           : ReadContextBitmask(positions, matrix);
    Require(places.size() == count, "not one code for each bit of the mask");
  } else {
    gaps = header.positions == kFixedGaps
               ? ReadSymbols(positions, header.position_coder, count, gap_width, longest_gap + 1)
               : ReadEscapeGaps(positions, count, header.gap_field);
    places = FollowGaps(gaps, matrix, header.by_columns);
  }

  const Bytes stream = codes_reader.rest();
  const Symbols entries =
      header.code_coder == kContext
          ? ReadContextCodes(stream, matrix, dense, places, codebook)
          : ReadSymbols(stream, header.code_coder, count, header.code_width, codebook.size());
  for (size_t i = 0; i < count; ++i) {
    Require(entries[i] < codebook.size(), "code outside the codebook");
    const bool may_be_filler = header.positions == kFixedGaps && gaps[i] == longest_gap;
    Require(dense || may_be_filler || entries[i] != 0, "stored zero that bridges no gap");
    codes[places[i]] = static_cast<uint16_t>(entries[i]);
  }
  return codes;
}

// Chapter 3, **Planes**: each a dense weight whose codes are bytes.
std::vector<float> ReadPlanes(const Tensor& tensor, Bytes streams) {
  const bool f16 = tensor.form == 6;
  const int planes = f16 ? 2 : 4, width = 8 * planes;
  Tensor plane = tensor;
  plane.codebook_entries = 256;
  plane.zero_stored = true;
  std::vector<float> codebook;
  for (int byte = 0; byte < 256; ++byte) codebook.push_back(static_cast<float>(byte));
  std::vector<uint64_t> rotated(tensor.elements, 0);
  ByteReader reader(streams);
  for (int p = 1; p <= planes; ++p) {
    const uint64_t size = p < planes ? reader.Varint(9) : reader.rest().size();
    const std::vector<uint16_t> bytes = ReadWeight(plane, codebook, reader.Take(size), {});
    for (uint64_t i = 0; i < tensor.elements; ++i) rotated[i] = rotated[i] << 8 | bytes[i];
  }
  std::vector<float> numbers;
  for (const uint64_t bits : rotated) {
    numbers.push_back(ToFloat(static_cast<uint32_t>(bits >> 1 | (bits & 1) << (width - 1)), f16));
  }
  return numbers;
}

}  // namespace dcz
