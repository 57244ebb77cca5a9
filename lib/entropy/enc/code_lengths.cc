#include "entropy/enc/code_lengths.h"

#include <algorithm>
#include <numeric>

namespace dc {

std::vector<CodeLength> LimitedCodeLengths(std::span<const SymbolCount> counts, int limit) {
  const size_t n = counts.size();
  std::vector<CodeLength> lengths(n);
  for (size_t i = 0; i < n; ++i) lengths[i] = {counts[i].symbol, 0};
  if (n == 1) return lengths;

  // Symbols by rising count; ties by symbol, so that the result is the same everywhere.
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return counts[a].count < counts[b].count; });

  // Level 1 (the deepest bits) holds the symbols; each higher level merges the symbols with the
  // pairs ("packages") of the level below. is_package[l][i]: whether item i of level l is a pair.
  std::vector<uint64_t> level, next;
  for (uint32_t i : order) level.push_back(counts[i].count);
  std::vector<std::vector<bool>> is_package(static_cast<size_t>(limit));
  is_package[0].assign(n, false);
  for (size_t l = 1; l < is_package.size(); ++l) {
    next.clear();
    const size_t packages = level.size() / 2;
    size_t leaf = 0, package = 0;
    while (leaf < n || package < packages) {
      const bool take_package =
          package < packages &&
          (leaf == n || level[2 * package] + level[2 * package + 1] < counts[order[leaf]].count);
      if (take_package) {
        next.push_back(level[2 * package] + level[2 * package + 1]);
        ++package;
      } else {
        next.push_back(counts[order[leaf++]].count);
      }
      is_package[l].push_back(take_package);
    }
    level.swap(next);
  }

  // The first 2n - 2 items of the top level are chosen; a chosen pair chooses its two items one
  // level down. A symbol is one bit long for every level at which it is chosen.
  size_t chosen = 2 * n - 2;
  for (size_t l = is_package.size(); l-- > 0;) {
    size_t leaves = 0;
    for (size_t i = 0; i < chosen; ++i) {
      if (!is_package[l][i]) ++lengths[order[leaves++]].length;
    }
    chosen = 2 * (chosen - leaves);
  }
  return lengths;
}

}  // namespace dc
