#include "entropy/enc/huffman_encoder.h"

#include <algorithm>
#include <bit>

#include "base/exp_golomb.h"

namespace dc {
namespace {

// Longer words than 16 bits gain alphabets of up to 256 symbols less than 0.03 %, and slow their
// decoders down.
int LengthLimit(size_t symbols) { return symbols <= 256 ? 16 : kMaxCodeLength; }

// 0, 1, -1, 2, -2, ... -> 0, 1, 2, 3, 4, ...
uint32_t ZigZag(int delta) { return static_cast<uint32_t>(delta > 0 ? 2 * delta - 1 : -2 * delta); }

}  // namespace

HuffmanEncoder::HuffmanEncoder(std::span<const SymbolCount> counts)
    : lengths_(LimitedCodeLengths(counts, LengthLimit(counts.size()))) {
  words_.resize(size_t{counts.back().symbol} + 1);
  const std::vector<uint32_t> codes = CanonicalCodes(lengths_);
  for (size_t i = 0; i < lengths_.size(); ++i) {
    words_[lengths_[i].symbol] = {codes[i], lengths_[i].length};
    symbol_bits_ += counts[i].count * lengths_[i].length;
  }
  // Skips and deltas each choose the cheapest of four ways to write them.
  uint64_t skip_bits[4] = {0, 0, 0, 0}, delta_bits[4] = {0, 0, 0, 0};
  bool contiguous = true;
  for (size_t i = 1; i < lengths_.size(); ++i) {
    const uint32_t skip = lengths_[i].symbol - lengths_[i - 1].symbol - 1;
    const uint32_t delta = ZigZag(lengths_[i].length - lengths_[i - 1].length);
    contiguous &= skip == 0;
    for (int order = 0; order < 4; ++order) {
      if (order < 3) skip_bits[order + 1] += static_cast<uint64_t>(ExpGolombBits(skip, order));
      delta_bits[order] += static_cast<uint64_t>(ExpGolombBits(delta, order));
    }
  }
  const auto* skips = contiguous ? skip_bits : std::min_element(skip_bits + 1, skip_bits + 4);
  const auto* deltas = std::min_element(delta_bits, delta_bits + 4);
  skip_mode_ = static_cast<int>(skips - skip_bits);
  delta_order_ = static_cast<int>(deltas - delta_bits);
  table_bits_ =
      static_cast<uint64_t>(ExpGolombBits(lengths_[0].symbol, 0)) + 2 + 2 + 5 + *skips + *deltas;
}

void HuffmanEncoder::WriteTable(BitWriter* bits) const {
  WriteExpGolomb(lengths_[0].symbol, 0, bits);
  bits->Write(static_cast<uint32_t>(skip_mode_), 2);
  bits->Write(static_cast<uint32_t>(delta_order_), 2);
  bits->Write(lengths_[0].length, 5);
  for (size_t i = 1; i < lengths_.size(); ++i) {
    const uint32_t skip = lengths_[i].symbol - lengths_[i - 1].symbol - 1;
    if (skip_mode_ > 0) WriteExpGolomb(skip, skip_mode_ - 1, bits);
    WriteExpGolomb(ZigZag(lengths_[i].length - lengths_[i - 1].length), delta_order_, bits);
  }
}

}  // namespace dc
