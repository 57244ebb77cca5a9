#include "format/sorted_numbers.h"

#include <bit>

#include "base/bit_io.h"
#include "base/damaged.h"
#include "base/exp_golomb.h"

namespace dc::format {
namespace {

// A number below `choices` in truncated binary: with w = floor(log2 choices), w bits, or w + 1
// where those are not enough.
uint32_t ReadChoice(uint32_t choices, BitReader* bits) {
  const int width = std::bit_width(choices) - 1;
  const uint32_t short_ones = (2u << width) - choices;
  const uint32_t head = bits->Read(width);
  return head < short_ones ? head : 2 * head + bits->Read(1) - short_ones;
}

}  // namespace

StatusOr<std::vector<uint32_t>> DecodeSortedNumbers(std::span<const uint8_t> stored, size_t count,
                                                    bool half) {
  BitReader bits(stored);
  const int order = static_cast<int>(bits.Read(5));
  const bool permuted = bits.Read(1) != 0;
  if (permuted && count > kMaxPermuted) return Damaged("codebook out of order that is too large");
  uint64_t ordered = bits.Read(half ? 16 : 32);
  std::vector<uint32_t> sorted = {UnorderedBits(static_cast<uint32_t>(ordered), half)};
  while (sorted.size() < count) {
    const int64_t difference = ReadExpGolomb(order, &bits);
    if (difference < 0 || bits.overrun()) return Damaged("codebook cut short");
    ordered += static_cast<uint64_t>(difference);
    if (ordered > (half ? 0xFFFFu : 0xFFFFFFFFu)) return Damaged("codebook beyond all numbers");
    sorted.push_back(UnorderedBits(static_cast<uint32_t>(ordered), half));
  }
  std::vector<uint32_t> numbers;
  if (permuted) {
    while (!sorted.empty()) {
      const uint32_t at = ReadChoice(static_cast<uint32_t>(sorted.size()), &bits);
      if (at >= sorted.size()) return Damaged("codebook out of order");
      numbers.push_back(sorted[at]);
      sorted.erase(sorted.begin() + at);
    }
  } else {
    numbers = std::move(sorted);
  }
  if (!bits.AtEnd()) return Damaged("bits missing or left over in a codebook");
  return numbers;
}

}  // namespace dc::format
