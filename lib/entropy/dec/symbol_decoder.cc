#include "entropy/dec/symbol_decoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/bit_io.h"
#include "base/damaged.h"
#include "entropy/dec/huffman_decoder.h"
#include "entropy/dec/huffman_streams.h"

namespace dc {
namespace {

// Reads a varint of at most 5 bytes.
bool ReadVarint(BitReader* bits, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const uint32_t byte = bits->Read(8);
    *value |= static_cast<uint64_t>(byte & 0x7Fu) << shift;
    if (byte < 0x80) return !bits->overrun();
  }
  return false;
}

template <typename T>
Status DecodeRaw(int width, uint32_t alphabet, std::span<const uint8_t> bytes, std::span<T> out) {
  const size_t bits_each = static_cast<size_t>(width);
  size_t i = 0;
  uint32_t greatest = 0;
  if constexpr (std::endian::native == std::endian::little) {
    // Fields within 8 whole bytes: each at its own place, so that none waits for another.
    const uint64_t mask = (uint64_t{1} << width) - 1;
    for (size_t bit = 0; i < out.size() && bit / 8 + 8 <= bytes.size(); ++i, bit += bits_each) {
      uint64_t word;
      std::memcpy(&word, bytes.data() + bit / 8, sizeof(word));
      const uint32_t value = static_cast<uint32_t>((word >> (bit % 8)) & mask);
      greatest = std::max(greatest, value);
      out[i] = static_cast<T>(value);
    }
  }
  BitReader bits(bytes.subspan(i * bits_each / 8));
  bits.Read(static_cast<int>(i * bits_each % 8));
  for (; i < out.size() && !bits.overrun(); ++i) {
    const uint32_t value = bits.Read(width);
    greatest = std::max(greatest, value);
    out[i] = static_cast<T>(value);
  }
  if (!bits.AtEnd()) return Damaged("bits missing or left over");
  return greatest < alphabet || out.empty() ? OkStatus() : Damaged("code outside the codebook");
}

template <typename T>
Status DecodeHuffman(StreamCoder coder, uint32_t alphabet, std::span<const uint8_t> bytes,
                     std::span<T> out) {
  BitReader bits(bytes);
  DC_ASSIGN_OR_RETURN(const auto lengths, ReadCodeLengths(alphabet, &bits));
  if (bits.overrun()) return Damaged("Huffman table cut short");
  std::array<HuffmanStream<T>, 4> streams;
  size_t count = 1;
  if (coder == StreamCoder::kHuffman) {
    streams[0] = {bytes, bits.consumed(), out};
  } else {
    count = 4;
    if (bits.Read(static_cast<int>((8 - bits.consumed() % 8) % 8)) != 0) {
      return Damaged("padding that is not zero");
    }
    std::array<uint64_t, 3> sizes;
    for (uint64_t& size : sizes) {
      if (!ReadVarint(&bits, &size)) return Damaged("stream lengths cut short");
    }
    auto rest = bytes.subspan(bits.consumed() / 8);
    const size_t quarter = (out.size() + 3) / 4;
    for (size_t j = 0; j < 4; ++j) {
      const uint64_t size = j < 3 ? sizes[j] : rest.size();
      if (size > rest.size()) return Damaged("bits missing or left over");
      const size_t begin = std::min(out.size(), j * quarter);
      streams[j] = {rest.first(size), 0, out.subspan(begin, std::min(quarter, out.size() - begin))};
      rest = rest.subspan(size);
    }
  }
  const bool complete =
      DecodeHuffmanStreams(lengths, std::span<const HuffmanStream<T>>(streams).first(count));
  return complete ? OkStatus() : Damaged("bits missing or left over");
}

template <typename T>
Status Decode(StreamCoder coder, int width, uint32_t alphabet, std::span<const uint8_t> bytes,
              std::span<T> out) {
  switch (coder) {
    case StreamCoder::kRaw:
      return DecodeRaw(width, alphabet, bytes, out);
    case StreamCoder::kHuffman:
    case StreamCoder::kHuffman4:
      return DecodeHuffman(coder, alphabet, bytes, out);
    case StreamCoder::kContext:
      break;
  }
  return Internal("a coder that DecodeSymbols does not cover");
}

}  // namespace

Status DecodeSymbols(StreamCoder coder, int width, uint32_t alphabet,
                     std::span<const uint8_t> bytes, std::span<uint8_t> out) {
  if (alphabet > 256) return Internal("an alphabet that bytes cannot hold");
  return Decode(coder, width, alphabet, bytes, out);
}

Status DecodeSymbols(StreamCoder coder, int width, uint32_t alphabet,
                     std::span<const uint8_t> bytes, std::span<uint16_t> out) {
  return Decode(coder, width, alphabet, bytes, out);
}

}  // namespace dc
