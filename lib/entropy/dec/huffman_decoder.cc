#include "entropy/dec/huffman_decoder.h"

#include <algorithm>

#include "base/damaged.h"
#include "base/exp_golomb.h"

namespace dc {
namespace {

// Larger prefixes would code numbers beyond every alphabet.
constexpr int kMaxPrefix = 17;

Status BadTable(const char* what) { return Damaged(std::string("damaged Huffman table: ") + what); }

}  // namespace

StatusOr<std::vector<CodeLength>> ReadCodeLengths(uint32_t alphabet, BitReader* bits) {
  const int64_t first = ReadExpGolomb(0, bits, kMaxPrefix);
  const int skip_mode = static_cast<int>(bits->Read(2));
  const int delta_order = static_cast<int>(bits->Read(2));
  int64_t length = bits->Read(5);
  if (first < 0 || length > kMaxCodeLength) return BadTable("first symbol out of range");
  int64_t symbol = first;
  // What is left of the Kraft sum, in units of the longest code's share. The table ends with it.
  int64_t left = int64_t{1} << kMaxCodeLength;
  std::vector<CodeLength> lengths;
  for (;;) {
    if (symbol >= alphabet) return BadTable("symbol out of range");
    left -= int64_t{1} << (kMaxCodeLength - length);
    if (left < 0) return BadTable("more code words than bits allow");
    lengths.push_back({static_cast<uint32_t>(symbol), static_cast<uint8_t>(length)});
    if (left == 0) return lengths;
    const int64_t skip = skip_mode == 0 ? 0 : ReadExpGolomb(skip_mode - 1, bits, kMaxPrefix);
    const int64_t delta = ReadExpGolomb(delta_order, bits, kMaxPrefix);
    if (skip < 0 || delta < 0) return BadTable("bits missing");
    symbol += 1 + skip;
    length += (delta & 1) ? (delta + 1) / 2 : -(delta / 2);
    if (length < 1 || length > kMaxCodeLength) return BadTable("code length out of range");
  }
}

HuffmanDecoder::HuffmanDecoder(const std::vector<CodeLength>& lengths)
    : words_(lengths),
      table_bits_(std::min(words_.longest(), kTableBits)),
      table_(size_t{1} << table_bits_, kLong) {
  const std::vector<uint32_t> codes = CanonicalCodes(lengths);
  for (size_t i = 0; i < lengths.size(); ++i) {
    const auto [symbol, length] = lengths[i];
    if (length > table_bits_) continue;
    const uint32_t entry = static_cast<uint32_t>(length) << 16 | symbol;
    for (size_t at = codes[i]; at < table_.size(); at += size_t{1} << length) table_[at] = entry;
  }
}

}  // namespace dc
