#include "entropy/enc/stream_plan.h"

#include <bit>

#include "base/bit_io.h"

namespace dc {
namespace {

// What four streams take above one: padding of the table and of three streams, three lengths.
uint64_t FourStreamExtra(uint64_t bytes) {
  const int length_bits = std::bit_width(bytes);
  return 4 + 3 * static_cast<uint64_t>((length_bits + 6) / 7);
}

}  // namespace

StreamPlan::StreamPlan(std::span<const SymbolCount> counts, int width, bool allow_huffman)
    : width_(width) {
  uint64_t symbols = 0;
  for (const SymbolCount& entry : counts) symbols += entry.count;
  bytes_ = (symbols * static_cast<uint64_t>(width) + 7) / 8;
  if (counts.empty() || !allow_huffman) return;
  huffman_.emplace(counts);
  uint64_t bytes = (huffman_->table_bits() + huffman_->symbol_bits() + 7) / 8;
  const bool four_streams = symbols >= kFourStreamSymbols && counts.size() > 1;
  if (four_streams) bytes += FourStreamExtra(bytes);
  if (bytes < bytes_) {
    bytes_ = bytes;
    coder_ = four_streams ? StreamCoder::kHuffman4 : StreamCoder::kHuffman;
  } else {
    huffman_.reset();
  }
}

std::vector<uint8_t> StreamPlan::Write(std::span<const uint16_t> symbols) const {
  std::vector<uint8_t> bytes;
  if (coder_ == StreamCoder::kHuffman4) {
    huffman_->WriteFourStreams(symbols, &bytes);
    return bytes;
  }
  BitWriter bits;
  if (huffman_) {
    huffman_->WriteTable(&bits);
    for (uint16_t symbol : symbols) huffman_->WriteSymbol(symbol, &bits);
  } else {
    for (uint16_t symbol : symbols) bits.Write(symbol, width_);
  }
  return bits.Finish();
}

}  // namespace dc
