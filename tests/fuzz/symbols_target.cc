#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/bit_io.h"
#include "entropy/common/gap_token.h"
#include "entropy/dec/escape_gaps.h"
#include "entropy/dec/huffman_decoder.h"
#include "entropy/dec/symbol_decoder.h"
#include "fuzz/fuzz_targets.h"

namespace dc {
namespace {

using Bytes = std::span<const uint8_t>;
using Symbols = std::vector<uint16_t>;

// Appends `count` symbols of one bit stream; false where bits are missing or left over.
bool AppendWords(const HuffmanDecoder& decoder, size_t count, BitReader* bits, Symbols* symbols) {
  for (size_t i = 0; i < count; ++i) symbols->push_back(static_cast<uint16_t>(decoder.Next(bits)));
  return bits->AtEnd();
}

// Decodes one symbol at a time; nothing where the stream is damaged.
std::optional<Symbols> DecodeOneByOne(StreamCoder coder, int width, uint32_t alphabet, Bytes bytes,
                                      size_t count) {
  Symbols symbols;
  BitReader bits(bytes);
  if (coder == StreamCoder::kRaw) {
    bool inside = true;
    for (size_t i = 0; i < count; ++i) {
      symbols.push_back(static_cast<uint16_t>(bits.Read(width)));
      inside &= symbols.back() < alphabet;
    }
    return bits.AtEnd() && inside ? std::optional(symbols) : std::nullopt;
  }
  const auto lengths = ReadCodeLengths(alphabet, &bits);
  if (!lengths.ok() || bits.overrun()) return std::nullopt;
  const HuffmanDecoder decoder(*lengths);
  if (coder == StreamCoder::kHuffman) {
    return AppendWords(decoder, count, &bits, &symbols) ? std::optional(symbols) : std::nullopt;
  }
  while (bits.consumed() % 8 != 0) {
    if (bits.Read(1) != 0) return std::nullopt;
  }
  std::array<uint64_t, 4> sizes{};
  for (size_t j = 0; j < 3; ++j) {
    uint32_t byte = 0x80;
    for (int shift = 0; byte >= 0x80; shift += 7) {
      if (shift == 35) return std::nullopt;
      byte = bits.Read(8);
      sizes[j] |= static_cast<uint64_t>(byte & 0x7Fu) << shift;
    }
  }
  if (bits.overrun()) return std::nullopt;
  Bytes rest = bytes.subspan(bits.consumed() / 8);
  const size_t quarter = (count + 3) / 4;
  for (size_t j = 0; j < 4; ++j) {
    if (j == 3) sizes[j] = rest.size();
    if (sizes[j] > rest.size()) return std::nullopt;
    BitReader stream(rest.first(sizes[j]));
    rest = rest.subspan(sizes[j]);
    const size_t left = count - symbols.size();
    if (!AppendWords(decoder, std::min(quarter, left), &stream, &symbols)) return std::nullopt;
  }
  return symbols;
}

// Escape gaps: DecodeEscapeGaps and a walk of one gap at a time find the same places.
void CompareGaps(int precision, Bytes bytes, uint64_t end, size_t count) {
  const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  std::vector<uint32_t> fast(count), slow;
  const Status status = DecodeEscapeGaps(precision, exact, end, fast);
  BitReader bits(bytes);
  const auto lengths = ReadCodeLengths(TokenCount(precision), &bits);
  bool good = lengths.ok();
  if (good) {
    const HuffmanDecoder tokens(*lengths);
    uint64_t passed = 0;
    for (size_t i = 0; i < count; ++i) {
      const uint32_t token = tokens.Next(&bits);
      passed += uint64_t{GapOf(token, bits.Read(SuffixBits(token, precision)), precision)} + 1;
      slow.push_back(static_cast<uint32_t>(passed - 1));
    }
    good = passed <= end && bits.AtEnd();
  }
  if (status.ok() != good || (good && fast != slow)) __builtin_trap();
}

template <typename T>
void Compare(StreamCoder coder, int width, uint32_t alphabet, Bytes bytes, size_t count) {
  // A buffer of its own: the sanitizer sees every step beyond either end.
  const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  std::vector<T> fast(count);
  const Status status = DecodeSymbols(coder, width, alphabet, exact, std::span<T>(fast));
  const auto slow = DecodeOneByOne(coder, width, alphabet, bytes, count);
  if (status.ok() != slow.has_value()) __builtin_trap();
  if (slow && !std::equal(fast.begin(), fast.end(), slow->begin(), slow->end())) __builtin_trap();
}

}  // namespace

void FuzzSymbols(std::span<const uint8_t> data) {
  if (data.size() < 6) return;
  constexpr std::array kCoders = {StreamCoder::kRaw, StreamCoder::kHuffman, StreamCoder::kHuffman4};
  const int width = data[1] % 16 + 1;
  const uint32_t alphabet = (uint32_t{data[2]} | uint32_t{data[3]} << 8) + 1;
  const size_t count = size_t{data[4]} | size_t{data[5]} << 8;
  const auto stream = data.subspan(6);
  if (data[0] % 4 == 3) {
    CompareGaps(width % (kMaxTokenPrecision + 1), stream, uint64_t{alphabet} * 1024, count);
    return;
  }
  const StreamCoder coder = kCoders[data[0] % 4];
  Compare<uint16_t>(coder, width, alphabet, stream, count);
  if (alphabet <= 256) Compare<uint8_t>(coder, width, alphabet, stream, count);
}

}  // namespace dc
