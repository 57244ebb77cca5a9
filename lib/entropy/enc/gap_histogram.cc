#include "entropy/enc/gap_histogram.h"

#include <algorithm>

namespace dc {
namespace {

constexpr uint32_t kShortGaps = 1u << 16;

}  // namespace

Survivors ScanSurvivors(uint32_t rows, uint32_t columns, std::span<const uint16_t> codes,
                        bool column_major) {
  Survivors survivors;
  if (!column_major) {
    uint32_t gap = 0;
    for (uint16_t code : codes) {
      if (code == 0) {
        ++gap;
        continue;
      }
      survivors.gaps.push_back(gap);
      survivors.codes.push_back(code);
      gap = 0;
    }
    return survivors;
  }
  // A counting sort by column keeps the walk over `codes` sequential.
  std::vector<uint32_t> start(size_t{columns} + 1, 0);
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != 0) ++start[i % columns + 1];
  }
  for (size_t c = 0; c < columns; ++c) start[c + 1] += start[c];
  const size_t count = start[columns];
  survivors.gaps.resize(count);
  survivors.codes.resize(count);
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < columns; ++c) {
      const uint16_t code = codes[size_t{r} * columns + c];
      if (code == 0) continue;
      const uint32_t at = start[c]++;
      survivors.codes[at] = code;
      survivors.gaps[at] = c * rows + r;  // its place in scan order; a difference below
    }
  }
  uint32_t next = 0;
  for (uint32_t& gap : survivors.gaps) {
    const uint32_t place = gap;
    gap = place - next;
    next = place + 1;
  }
  return survivors;
}

GapHistogram::GapHistogram(std::span<const uint32_t> gaps) {
  for (uint32_t gap : gaps) {
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
  std::vector<SymbolCount> symbols;
  for (size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) symbols.push_back({static_cast<uint32_t>(s), counts[s]});
  }
  return symbols;
}

}  // namespace dc
