#include "entropy/dec/symbol_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "entropy/enc/huffman_encoder.h"

namespace dc {
namespace {

using Bytes = std::vector<uint8_t>;
using Symbols = std::vector<uint16_t>;

// A decoder written from docs/format.md, one bit at a time.
class PlainDecoder {
 public:
  PlainDecoder(StreamCoder coder, int width, uint32_t alphabet, const Bytes& bytes)
      : coder_(coder), width_(width), alphabet_(alphabet), bytes_(bytes) {}

  // The symbols of the stream, or nothing where it is damaged.
  std::optional<Symbols> Decode(size_t count) {
    Symbols symbols;
    end_ = 8 * bytes_.size();
    if (coder_ == StreamCoder::kRaw) {
      for (size_t i = 0; i < count; ++i) Push(Number(width_), &symbols);
      return Ended() ? std::optional(symbols) : std::nullopt;
    }
    ReadTable();
    if (coder_ == StreamCoder::kHuffman) {
      for (size_t i = 0; good_ && i < count; ++i) Push(Word(), &symbols);
      return Ended() ? std::optional(symbols) : std::nullopt;
    }
    while (at_ % 8 != 0) good_ &= Bit() == 0;
    std::vector<size_t> sizes;
    for (int j = 0; j < 3; ++j) {
      size_t size = 0;
      bool more = true;
      for (int shift = 0; more; shift += 7) {
        if (shift == 35) return std::nullopt;
        size |= static_cast<size_t>(Number(7)) << shift;
        more = Bit() != 0;
      }
      sizes.push_back(size);
    }
    if (!good_) return std::nullopt;
    sizes.push_back(bytes_.size() - at_ / 8 -
                    std::min(bytes_.size() - at_ / 8, sizes[0] + sizes[1] + sizes[2]));
    const size_t quarter = (count + 3) / 4;
    for (size_t j = 0; j < 4; ++j) {
      if (at_ / 8 + sizes[j] > bytes_.size()) return std::nullopt;
      end_ = at_ + 8 * sizes[j];
      const size_t begin = std::min(count, j * quarter), end = std::min(count, (j + 1) * quarter);
      for (size_t i = begin; good_ && i < end; ++i) Push(Word(), &symbols);
      if (!Ended()) return std::nullopt;
      at_ = end_;
    }
    return symbols;
  }

 private:
  uint32_t Bit() {
    if (at_ >= end_) {
      good_ = false;
      return 0;
    }
    const uint32_t bit = (bytes_[at_ / 8] >> (at_ % 8)) & 1u;
    ++at_;
    return bit;
  }
  uint32_t Number(int bits) {
    uint32_t number = 0;
    for (int i = 0; i < bits; ++i) number |= Bit() << i;
    return number;
  }
  uint32_t ExpGolomb(int order) {
    int zeros = 0;
    while (good_ && Bit() == 0) ++zeros;
    if (zeros > 17) good_ = false;
    if (!good_) return 0;
    return (1u << (zeros + order)) + Number(zeros + order) - (1u << order);
  }
  void ReadTable() {
    std::vector<std::pair<int, uint32_t>> lengths;  // length, symbol
    uint32_t symbol = ExpGolomb(0);
    const int skip_mode = static_cast<int>(Number(2)), delta_order = static_cast<int>(Number(2));
    int length = static_cast<int>(Number(5));
    double sum = 0;
    while (good_) {
      if (symbol >= alphabet_ || length > 20 || (length < 1 && !lengths.empty())) good_ = false;
      lengths.emplace_back(length, symbol);
      sum += std::ldexp(1.0, -length);
      if (sum >= 1) break;
      symbol += 1 + (skip_mode == 0 ? 0 : ExpGolomb(skip_mode - 1));
      const int zigzag = static_cast<int>(ExpGolomb(delta_order));
      length += zigzag % 2 == 1 ? (zigzag + 1) / 2 : -zigzag / 2;
    }
    if (sum > 1) good_ = false;
    if (!good_) return;
    std::sort(lengths.begin(), lengths.end());
    uint32_t word = 0;
    for (size_t i = 0; i < lengths.size(); ++i) {
      if (i > 0) word = (word + 1) << (lengths[i].first - lengths[i - 1].first);
      words_[{lengths[i].first, word}] = lengths[i].second;
    }
  }
  uint32_t Word() {
    uint32_t word = 0;
    for (int length = 0; length <= 20 && good_; ++length) {
      const auto found = words_.find({length, word});
      if (found != words_.end()) return found->second;
      word = word << 1 | Bit();
    }
    good_ = false;
    return 0;
  }
  void Push(uint32_t symbol, Symbols* symbols) {
    good_ &= symbol < alphabet_;
    symbols->push_back(static_cast<uint16_t>(symbol));
  }
  // True where less than a byte is left, all zero.
  bool Ended() {
    if (!good_ || end_ - at_ >= 8) return false;
    while (at_ < end_) good_ &= Bit() == 0;
    return good_;
  }

  StreamCoder coder_;
  int width_;
  uint32_t alphabet_;
  const Bytes& bytes_;
  std::map<std::pair<int, uint32_t>, uint32_t> words_;  // by length and word
  size_t at_ = 0, end_ = 0;                             // bits
  bool good_ = true;
};

std::vector<SymbolCount> Count(const Symbols& symbols) {
  std::map<uint32_t, uint64_t> counts;
  for (uint16_t symbol : symbols) ++counts[symbol];
  std::vector<SymbolCount> result;
  for (const auto& [symbol, count] : counts) result.push_back({symbol, count});
  return result;
}

Bytes Encode(StreamCoder coder, int width, const Symbols& symbols, const HuffmanEncoder& encoder) {
  if (coder == StreamCoder::kHuffman4) {
    Bytes bytes;
    encoder.WriteFourStreams(symbols, &bytes);
    EXPECT_EQ(bytes.size(), encoder.FourStreamBytes(symbols));
    return bytes;
  }
  BitWriter writer;
  if (coder == StreamCoder::kRaw) {
    for (uint16_t symbol : symbols) writer.Write(symbol, width);
  } else {
    encoder.WriteTable(&writer);
    for (uint16_t symbol : symbols) encoder.WriteSymbol(symbol, &writer);
  }
  return writer.Finish();
}

Bytes Encode(StreamCoder coder, int width, const Symbols& symbols) {
  return Encode(coder, width, symbols, HuffmanEncoder(Count(symbols)));
}

// Decodes `bytes`, copied to a buffer without a byte to spare, into one without a symbol to spare.
template <typename T>
Status DecodeExactly(StreamCoder coder, int width, uint32_t alphabet, const Bytes& bytes,
                     size_t count, std::vector<T>* symbols) {
  const Bytes exact(bytes.begin(), bytes.end());
  *symbols = std::vector<T>(count);
  return DecodeSymbols(coder, width, alphabet, exact, std::span<T>(*symbols));
}

// `symbols` come back through every coder, as both types where they fit.
void RoundTrip(const Symbols& symbols, uint32_t alphabet) {
  int width = 1;
  while ((1u << width) < alphabet) ++width;
  for (StreamCoder coder : {StreamCoder::kRaw, StreamCoder::kHuffman, StreamCoder::kHuffman4}) {
    const Bytes bytes = Encode(coder, width, symbols);
    Symbols wide;
    const Status status = DecodeExactly(coder, width, alphabet, bytes, symbols.size(), &wide);
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_TRUE(wide == symbols) << "coder " << static_cast<int>(coder);
    if (alphabet > 256) continue;
    std::vector<uint8_t> narrow;
    ASSERT_TRUE(DecodeExactly(coder, width, alphabet, bytes, symbols.size(), &narrow).ok());
    ASSERT_TRUE(std::equal(symbols.begin(), symbols.end(), narrow.begin(), narrow.end()));
  }
}

// `count` symbols below `alphabet`; the larger `skew`, the rarer large ones.
Symbols Draw(size_t count, uint32_t alphabet, double skew, uint64_t seed) {
  Rng rng(seed);
  Symbols symbols(count);
  for (uint16_t& symbol : symbols) {
    symbol = static_cast<uint16_t>(std::pow(rng.Uniform(), skew) * alphabet);
  }
  return symbols;
}

TEST(SymbolDecoderTest, RoundTripsAlphabetsOfEverySize) {
  for (uint32_t alphabet : {1u, 2u, 3u, 5u, 16u, 31u, 32u, 100u, 256u, 257u, 4000u, 65536u}) {
    for (double skew : {1.0, 2.5, 8.0}) {
      for (size_t count : {1u, 63u, 1000u, 40000u}) {
        SCOPED_TRACE(std::to_string(alphabet) + " symbols, " + std::to_string(count) + " drawn");
        RoundTrip(Draw(count, alphabet, skew, alphabet + count), alphabet);
      }
    }
  }
}

TEST(SymbolDecoderTest, RoundTripsCountsAroundEveryMultipleOfFour) {
  for (size_t count = 1; count < 300; ++count) {
    SCOPED_TRACE(count);
    RoundTrip(Draw(count, 16, 3.0, count), 16);
    RoundTrip(Draw(count, 300, 1.0, count), 300);
  }
  for (size_t count : {8191u, 8193u, 99997u, 100000u}) RoundTrip(Draw(count, 255, 2.0, 7), 255);
}

TEST(SymbolDecoderTest, RoundTripsQuartersOfVeryDifferentLength) {
  // The first quarter takes 1 bit a symbol, the others far more: lanes end at different times.
  Symbols symbols(40000, 0);
  const Symbols rest = Draw(30000, 200, 1.0, 9);
  for (size_t shift : {0u, 10000u}) {
    std::fill(symbols.begin(), symbols.end(), uint16_t{0});
    std::copy(rest.begin(), rest.end(), symbols.begin() + static_cast<std::ptrdiff_t>(shift));
    RoundTrip(symbols, 200);
  }
}

TEST(SymbolDecoderTest, RoundTripsWordsLongerThanAnyTable) {
  // Halving counts: words of up to 16 bits in a small alphabet, up to 20 in a large one. Long words
  // come one after another as well as alone.
  for (uint32_t flat : {0u, 250u, 5000u}) {
    Symbols symbols;
    for (uint32_t s = 0; s < 16; ++s) symbols.insert(symbols.end(), size_t{1} << (16 - s), s);
    for (uint32_t s = 16; s < flat; ++s) symbols.push_back(static_cast<uint16_t>(s));
    uint8_t longest = 0;
    const HuffmanEncoder encoder(Count(symbols));
    for (const CodeLength& entry : encoder.lengths()) longest = std::max(longest, entry.length);
    ASSERT_GT(longest, 14);
    RoundTrip(symbols, std::max(16u, flat));
    Rng rng(5);
    for (size_t i = symbols.size(); i > 1; --i) {
      std::swap(symbols[i - 1], symbols[rng.Below(static_cast<uint32_t>(i))]);
    }
    RoundTrip(symbols, std::max(16u, flat));
  }
}

TEST(SymbolDecoderTest, ACodeOfOneSymbolTakesNoBits) {
  for (size_t count : {1u, 2u, 1000u}) RoundTrip(Symbols(count, 7), 8);
  // First symbol 7 (Exp-Golomb 0001 000), modes 00 00, length 0: 16 bits. Then three empty streams.
  const Bytes bytes = {0x08, 0x00, 0x00, 0x00, 0x00};
  std::vector<uint8_t> symbols;
  EXPECT_TRUE(DecodeExactly(StreamCoder::kHuffman4, 0, 8, bytes, 9, &symbols).ok());
  EXPECT_EQ(symbols, std::vector<uint8_t>(9, 7));
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(DecodeExactly(StreamCoder::kHuffman4, 0, 8, longer, 9, &symbols).code(),
            StatusCode::kBadInput);
  longer = bytes;
  longer[2] = 1;
  longer.push_back(0);
  EXPECT_EQ(DecodeExactly(StreamCoder::kHuffman4, 0, 8, longer, 9, &symbols).code(),
            StatusCode::kBadInput);
}

TEST(SymbolDecoderTest, DecodesFourStreamsWrittenByHand) {
  // Symbols 0 to 2 with words 0, 10, 11: first symbol 0 (1), modes 00 00, length 1 (10000); deltas
  // +1 (zigzag 1: 010) and 0 (1): 14 bits. Quarters of 2, 2, 2 and 1 symbols: 0 1 | 2 0 | 1 1 | 2.
  // The table 1 00 00 100 | 00 010 1 00, then 0 10 | 11 0 | 10 10 | 11.
  const Bytes bytes = {0x21, 0x28, 1, 1, 1, 0x02, 0x03, 0x05, 0x03};
  std::vector<uint8_t> symbols;
  const Status status = DecodeExactly(StreamCoder::kHuffman4, 2, 3, bytes, 7, &symbols);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(symbols, (std::vector<uint8_t>{0, 1, 2, 0, 1, 1, 2}));
  const Symbols expected(symbols.begin(), symbols.end());
  Bytes written;
  HuffmanEncoder(Count({0, 0, 0, 1, 2})).WriteFourStreams(expected, &written);
  EXPECT_EQ(written, bytes);
}

TEST(SymbolDecoderTest, DecodesNoSymbols) {
  std::vector<uint8_t> symbols;
  EXPECT_TRUE(DecodeExactly(StreamCoder::kRaw, 3, 5, {}, 0, &symbols).ok());
  EXPECT_FALSE(DecodeExactly(StreamCoder::kRaw, 3, 5, {0}, 0, &symbols).ok());
  for (StreamCoder coder : {StreamCoder::kHuffman, StreamCoder::kHuffman4}) {
    const Bytes table = Encode(coder, 0, {}, HuffmanEncoder(Count({1, 2, 2})));
    EXPECT_TRUE(DecodeExactly(coder, 3, 5, table, 0, &symbols).ok());
    EXPECT_FALSE(DecodeExactly(coder, 3, 5, {}, 0, &symbols).ok());
  }
}

TEST(SymbolDecoderTest, RefusesRawSymbolsOutsideTheAlphabet) {
  const Symbols symbols = Draw(1000, 7, 1.0, 3);
  Bytes bytes = Encode(StreamCoder::kRaw, 3, symbols);
  std::vector<uint8_t> decoded;
  EXPECT_TRUE(DecodeExactly(StreamCoder::kRaw, 3, 7, bytes, 1000, &decoded).ok());
  for (size_t at : {0u, 200u, 374u}) {
    Bytes damaged = bytes;
    damaged[at] = 0xFF;
    EXPECT_EQ(DecodeExactly(StreamCoder::kRaw, 3, 7, damaged, 1000, &decoded).code(),
              StatusCode::kBadInput);
  }
  // A symbol whose low 8 bits alone are inside.
  Symbols wide(100, 1);
  wide[50] = 257;
  EXPECT_EQ(
      DecodeExactly(StreamCoder::kRaw, 9, 2, Encode(StreamCoder::kRaw, 9, wide), 100, &decoded)
          .code(),
      StatusCode::kBadInput);
}

TEST(SymbolDecoderTest, RefusesWhatItDoesNotCover) {
  std::vector<uint8_t> symbols(4);
  const Bytes bytes(4, 0);
  EXPECT_EQ(DecodeSymbols(StreamCoder::kContext, 8, 256, bytes, std::span(symbols)).code(),
            StatusCode::kInternal);
  EXPECT_EQ(DecodeSymbols(StreamCoder::kRaw, 8, 257, bytes, std::span(symbols)).code(),
            StatusCode::kInternal);
}

// The fast decoder and the plain one agree on `bytes`: both refuse, or both give the same symbols.
void Agree(StreamCoder coder, int width, uint32_t alphabet, const Bytes& bytes, size_t count) {
  const auto plain = PlainDecoder(coder, width, alphabet, bytes).Decode(count);
  Symbols wide;
  const Status status = DecodeExactly(coder, width, alphabet, bytes, count, &wide);
  ASSERT_EQ(status.ok(), plain.has_value()) << status.ToString();
  if (plain) {
    ASSERT_TRUE(wide == *plain);
  } else {
    ASSERT_EQ(status.code(), StatusCode::kBadInput);
  }
  std::vector<uint8_t> narrow;
  ASSERT_EQ(DecodeExactly(coder, width, alphabet, bytes, count, &narrow).ok(), status.ok());
  if (plain) {
    ASSERT_TRUE(std::equal(wide.begin(), wide.end(), narrow.begin(), narrow.end()));
  }
}

TEST(SymbolDecoderTest, AgreesWithAPlainDecoderOnDamage) {
  struct Case {
    uint32_t alphabet;
    int width;
    size_t count;
    double skew;
  };
  for (const Case& c : {Case{3, 2, 7, 1.0}, Case{16, 4, 250, 2.0}, Case{200, 8, 400, 1.5}}) {
    const Symbols symbols = Draw(c.count, c.alphabet, c.skew, 21);
    for (StreamCoder coder : {StreamCoder::kRaw, StreamCoder::kHuffman, StreamCoder::kHuffman4}) {
      SCOPED_TRACE(std::to_string(c.alphabet) + " coder " +
                   std::to_string(static_cast<int>(coder)));
      const Bytes bytes = Encode(coder, c.width, symbols);
      Agree(coder, c.width, c.alphabet, bytes, c.count);
      for (size_t size = 0; size < bytes.size(); ++size) {
        Agree(coder, c.width, c.alphabet, Bytes(bytes.begin(), bytes.begin() + size), c.count);
      }
      for (size_t i = 0; i < bytes.size(); ++i) {
        for (uint8_t change : {0x01, 0x08, 0x80, 0xFF}) {
          Bytes damaged = bytes;
          damaged[i] ^= change;
          Agree(coder, c.width, c.alphabet, damaged, c.count);
        }
      }
      for (size_t count : {c.count - 1, c.count + 1, c.count + 3}) {
        Agree(coder, c.width, c.alphabet, bytes, count);
      }
      Bytes longer = bytes;
      longer.push_back(0);
      Agree(coder, c.width, c.alphabet, longer, c.count);
    }
  }
}

TEST(SymbolDecoderTest, AgreesWithAPlainDecoderOnRandomBytes) {
  // Bytes behind a good table: every bit string is some words.
  Rng rng(8);
  for (int trial = 0; trial < 400; ++trial) {
    const uint32_t alphabet = 2 + rng.Below(255);
    const HuffmanEncoder encoder(Count(Draw(500, alphabet, 1.0 + 6.0 * rng.Uniform(), rng.Next())));
    const size_t stream = rng.Below(60);
    const auto random_bytes = [&](size_t size) {
      Bytes bytes(size);
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(rng.Next());
      return bytes;
    };
    BitWriter table;
    encoder.WriteTable(&table);
    Bytes bytes = table.Finish();
    for (size_t size : {stream, stream, stream}) bytes.push_back(static_cast<uint8_t>(size));
    const Bytes words = random_bytes(4 * stream);
    bytes.insert(bytes.end(), words.begin(), words.end());
    // About as many words as there are, so that every outcome is met.
    const size_t bits = 8 * 4 * stream;
    Agree(StreamCoder::kHuffman4, 0, alphabet, bytes, bits / (1 + rng.Below(9)));
    Agree(StreamCoder::kHuffman, 0, alphabet, bytes, bits / (1 + rng.Below(9)));
  }
}

}  // namespace
}  // namespace dc
