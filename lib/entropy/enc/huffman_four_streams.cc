#include <algorithm>
#include <array>

#include "entropy/enc/huffman_encoder.h"

namespace dc {
namespace {

// The symbols of each stream.
std::array<std::span<const uint16_t>, 4> Quarters(std::span<const uint16_t> symbols) {
  const size_t quarter = (symbols.size() + 3) / 4;
  std::array<std::span<const uint16_t>, 4> result;
  for (size_t j = 0; j < 4; ++j) {
    const size_t begin = std::min(symbols.size(), j * quarter);
    result[j] = symbols.subspan(begin, std::min(quarter, symbols.size() - begin));
  }
  return result;
}

size_t VarintBytes(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

void AppendVarint(uint64_t value, std::vector<uint8_t>* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<uint8_t>(value | 0x80));
  out->push_back(static_cast<uint8_t>(value));
}

}  // namespace

std::array<uint64_t, 4> HuffmanEncoder::StreamBytes(std::span<const uint16_t> symbols) const {
  const auto quarters = Quarters(symbols);
  std::array<uint64_t, 4> bytes{};
  for (size_t j = 0; j < 4; ++j) {
    uint64_t bits = 0;
    for (uint16_t symbol : quarters[j]) bits += static_cast<uint64_t>(words_[symbol].length);
    bytes[j] = (bits + 7) / 8;
  }
  return bytes;
}

uint64_t HuffmanEncoder::FourStreamBytes(std::span<const uint16_t> symbols) const {
  const std::array<uint64_t, 4> streams = StreamBytes(symbols);
  uint64_t bytes = (table_bits_ + 7) / 8 + streams[3];
  for (size_t j = 0; j < 3; ++j) bytes += VarintBytes(streams[j]) + streams[j];
  return bytes;
}

void HuffmanEncoder::WriteFourStreams(std::span<const uint16_t> symbols,
                                      std::vector<uint8_t>* out) const {
  BitWriter bits;
  const auto append = [&] {
    const std::vector<uint8_t> bytes = bits.Finish();
    out->insert(out->end(), bytes.begin(), bytes.end());
  };
  WriteTable(&bits);
  append();
  const std::array<uint64_t, 4> streams = StreamBytes(symbols);
  for (size_t j = 0; j < 3; ++j) AppendVarint(streams[j], out);
  for (std::span<const uint16_t> quarter : Quarters(symbols)) {
    for (uint16_t symbol : quarter) WriteSymbol(symbol, &bits);
    append();
  }
}

}  // namespace dc
