#include "entropy/enc/gap_histogram.h"

#include <algorithm>

#include "entropy/common/gap_token.h"

namespace dc {
namespace {

constexpr uint32_t kShortGaps = 1u << 16;

std::vector<SymbolCount> NonZero(std::span<const uint64_t> counts) {
  std::vector<SymbolCount> symbols;
  for (size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) symbols.push_back({static_cast<uint32_t>(s), counts[s]});
  }
  return symbols;
}

}  // namespace

GapHistogram::GapHistogram(std::span<const uint32_t> gaps) {
  for (uint32_t gap : gaps) {
    longest_ = std::max(longest_, gap);
    if (gap >= kShortGaps) {
      long_.push_back(gap);
      continue;
    }
    if (gap >= short_.size()) short_.resize(gap + 1);
    ++short_[gap];
  }
}

std::vector<SymbolCount> GapHistogram::Symbols(int width, uint64_t* fillers) const {
  const uint32_t mask = (1u << width) - 1;
  std::vector<uint64_t> counts(size_t{mask} + 1, 0);
  *fillers = 0;
  auto add = [&](uint32_t gap, uint64_t times) {
    counts[gap & mask] += times;
    *fillers += times * (gap >> width);
  };
  for (size_t gap = 0; gap < short_.size(); ++gap) add(static_cast<uint32_t>(gap), short_[gap]);
  for (uint32_t gap : long_) add(gap, 1);
  counts[mask] += *fillers;
  return NonZero(counts);
}

std::vector<SymbolCount> GapHistogram::Tokens(int precision, uint64_t* suffix_bits) const {
  std::vector<uint64_t> counts(TokenCount(precision), 0);
  *suffix_bits = 0;
  auto add = [&](uint32_t gap, uint64_t times) {
    const GapToken token = TokenOf(gap, precision);
    counts[token.token] += times;
    *suffix_bits += times * static_cast<uint64_t>(token.suffix_bits);
  };
  for (size_t gap = 0; gap < short_.size(); ++gap) add(static_cast<uint32_t>(gap), short_[gap]);
  for (uint32_t gap : long_) add(gap, 1);
  return NonZero(counts);
}

}  // namespace dc
