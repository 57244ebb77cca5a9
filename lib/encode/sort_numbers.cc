#include "encode/sort_numbers.h"

#include <algorithm>
#include <bit>

#include "base/bit_io.h"
#include "base/exp_golomb.h"
#include "format/sorted_numbers.h"

namespace dc {
namespace {

constexpr int kOrders = 32;

// Truncated binary; see format/sorted_numbers.cc.
void WriteChoice(uint32_t value, uint32_t choices, BitWriter* bits) {
  const int width = std::bit_width(choices) - 1;
  const uint32_t short_ones = (2u << width) - choices;
  if (value < short_ones) {
    bits->Write(value, width);
  } else {
    bits->Write((value + short_ones) >> 1, width);
    bits->Write((value + short_ones) & 1u, 1);
  }
}

}  // namespace

std::optional<std::vector<uint8_t>> EncodeSortedNumbers(std::span<const uint32_t> numbers,
                                                        bool half) {
  std::vector<uint32_t> ordered;
  for (uint32_t bits : numbers) ordered.push_back(format::OrderedBits(bits, half));
  std::vector<uint32_t> sorted = ordered;
  std::sort(sorted.begin(), sorted.end());
  const bool permuted = sorted != ordered;
  if (permuted && sorted.size() > format::kMaxPermuted) return std::nullopt;

  int best_order = 0;
  uint64_t best_bits = ~uint64_t{0};
  for (int order = 0; order < kOrders; ++order) {
    uint64_t total = 0;
    for (size_t i = 1; i < sorted.size(); ++i) {
      total += static_cast<uint64_t>(ExpGolombBits(sorted[i] - sorted[i - 1], order));
    }
    if (total < best_bits) {
      best_bits = total;
      best_order = order;
    }
  }
  BitWriter bits;
  bits.Write(static_cast<uint32_t>(best_order), 5);
  bits.Write(permuted, 1);
  bits.Write(sorted[0], half ? 16 : 32);
  for (size_t i = 1; i < sorted.size(); ++i) {
    WriteExpGolomb(sorted[i] - sorted[i - 1], best_order, &bits);
  }
  if (permuted) {
    for (uint32_t number : ordered) {
      const auto at = std::lower_bound(sorted.begin(), sorted.end(), number);
      WriteChoice(static_cast<uint32_t>(at - sorted.begin()), static_cast<uint32_t>(sorted.size()),
                  &bits);
      sorted.erase(at);
    }
  }
  return bits.Finish();
}

}  // namespace dc
