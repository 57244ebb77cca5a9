#include "runtime/forms/block_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "runtime/kernels/block_matrix.h"

namespace dc::runtime {
namespace {

// One line in so many is looked at for how survivors spread over the other dimension.
constexpr uint32_t kSampled = 8;
// Half blocks with about as many survivors are taken for equal.
constexpr size_t kGroups = 16;

struct Counts {
  std::vector<uint32_t> rows;    // survivors of each row, or a part of them
  std::vector<uint32_t> halves;  // the same for each half of a block
};

Counts CountBothWays(const SparseRows& source, bool transposed) {
  const uint32_t rows = transposed ? source.columns : source.rows;
  const uint32_t columns = transposed ? source.rows : source.columns;
  Counts counts;
  counts.rows.assign(rows, 0);
  counts.halves.assign((size_t{columns} + BlockMatrix::kHalf - 1) / BlockMatrix::kHalf, 0);
  const uint32_t step = source.rows < 64 * kSampled ? 1 : kSampled;
  for (uint32_t line = 0; line < source.rows; ++line) {
    const uint32_t survivors = static_cast<uint32_t>(source.begin[line + 1] - source.begin[line]);
    if (transposed) {
      counts.halves[line / BlockMatrix::kHalf] += survivors;
    } else {
      counts.rows[line] = survivors;
    }
  }
  for (uint32_t line = 0; line < source.rows; line += step) {
    const uint32_t line_begin = line * source.columns;
    for (uint64_t i = source.begin[line]; i < source.begin[line + 1]; ++i) {
      const uint32_t place = source.positions[i] - line_begin;
      ++(transposed ? counts.rows[place] : counts.halves[place / BlockMatrix::kHalf]);
    }
  }
  return counts;
}

// How much of what counts differ by is the rows' and not chance, by which they would differ by as
// much as the root of their mean (James and Stein's estimate).
double ShareBeyondChance(std::span<const uint32_t> counts) {
  double sum = 0, squares = 0;
  for (uint32_t count : counts) {
    sum += count;
    squares += static_cast<double>(count) * count;
  }
  const double rows = static_cast<double>(counts.size()), mean = sum / rows;
  const double variance = squares / rows - mean * mean;
  return variance > mean ? 1 - mean / variance : 0;
}

// The part of a row's survivors that lies in one half block, for kGroups groups of them that are
// equally large (or one for each, if there are fewer).
std::vector<double> ShareOfHalves(std::vector<uint32_t> halves) {
  std::sort(halves.begin(), halves.end());
  const double total = std::accumulate(halves.begin(), halves.end(), 0.0);
  const size_t groups = std::min(kGroups, halves.size());
  std::vector<double> shares;
  for (size_t g = 0; g < groups; ++g) {
    const size_t begin = halves.size() * g / groups, end = halves.size() * (g + 1) / groups;
    const double sum = std::accumulate(&halves[begin], &halves[begin] + (end - begin), 0.0);
    shares.push_back(sum / std::max(total, 1.0) / static_cast<double>(end - begin));
  }
  return shares;
}

// Survivors of a row and block that find no slot in so many words, expected if each of the columns
// of both halves is a survivor with the same probability.
class Overflow {
 public:
  explicit Overflow(double probability) {
    // That a half has n survivors; 0.98 for what powers of 1 - p could not tell from 0.
    const double p = std::min(probability, 0.98), odds = p / (1 - p);
    std::array<double, BlockMatrix::kHalf + 1> exactly;
    exactly[0] = std::pow(1 - p, BlockMatrix::kHalf);
    for (uint32_t n = 0; n < BlockMatrix::kHalf; ++n) {
      exactly[n + 1] = exactly[n] * odds * (BlockMatrix::kHalf - n) / (n + 1);
    }
    more_[BlockMatrix::kHalf] = excess_[BlockMatrix::kHalf] = 0;
    for (uint32_t n = BlockMatrix::kHalf; n-- > 0;) {
      more_[n] = more_[n + 1] + exactly[n + 1];
      excess_[n] = excess_[n + 1] + more_[n];
    }
  }

  double Of(uint32_t words) const {
    const uint32_t own = words / 2 * BlockMatrix::kSlots + words % 2;
    if (own >= BlockMatrix::kHalf) return 0;
    // The shared word's last slot takes one more, of either half.
    const double shared = words % 2 ? 1 - (1 - more_[own]) * (1 - more_[own]) : 0;
    return 2 * excess_[own] - shared;
  }

 private:
  // That a half has more than n survivors, and by how many it exceeds n in the mean.
  std::array<double, BlockMatrix::kHalf + 1> more_, excess_;
};

}  // namespace

SlotPlan PlanBlocks(const SparseRows& source, bool transposed, const FormCosts& costs) {
  constexpr uint32_t kRows = BlockMatrix::kRows;
  constexpr double kMicroseconds = 1e-3;
  const Counts counts = CountBothWays(source, transposed);
  const double survivors = static_cast<double>(source.positions.size());
  const std::vector<double> shares = ShareOfHalves(counts.halves);
  const size_t whole_blocks = (counts.halves.size() + 1) / 2;
  const double blocks = static_cast<double>(whole_blocks);

  SlotPlan plan;
  // Rows that are about alike stay in their order, in which they are read and written faster.
  constexpr double kAlike = 0.5;
  const double beyond_chance = ShareBeyondChance(counts.rows);
  const bool alike = beyond_chance < kAlike;
  if (alike) {
    plan.order.resize(counts.rows.size());
    std::iota(plan.order.begin(), plan.order.end(), 0u);
  } else {
    plan.order = MostFirst(counts.rows);
  }
  const double counted = std::accumulate(counts.rows.begin(), counts.rows.end(), 0.0);
  const double mean = survivors / static_cast<double>(counts.rows.size());
  double nanoseconds = 0, planned_for = -1, best = 0;
  for (size_t first = 0; first < plan.order.size(); first += kRows) {
    const size_t last = std::min(first + kRows, plan.order.size());
    double in_slice = 0;
    for (size_t i = first; i < last; ++i) in_slice += counts.rows[plan.order[i]];
    const double of_slice =
        in_slice / static_cast<double>(last - first) * survivors / std::max(counted, 1.0);
    const double of_row = alike ? mean : mean + beyond_chance * (of_slice - mean);
    // Hardly fewer than in the slice before: no need to try everything again.
    constexpr double kHardly = 0.01;
    if (std::abs(planned_for - of_row) <= kHardly * of_row) {
      plan.words.push_back(plan.words.back());
      nanoseconds += best;
      continue;
    }
    planned_for = of_row;
    std::array<double, BlockMatrix::kMostWords + 1> overflow{};
    for (const double share : shares) {
      const Overflow group(of_row * share / BlockMatrix::kHalf);
      for (uint32_t words = 0; words < overflow.size(); ++words) overflow[words] += group.Of(words);
    }
    uint32_t chosen = 0;
    for (uint32_t words = 0; words < overflow.size(); ++words) {
      const double left = overflow[words] / static_cast<double>(shares.size());
      const double cost =
          (words > 0 ? costs.slice : 0) +
          blocks * (costs.word * (words - words % 2) + costs.shared_word * (words % 2) +
                    costs.rest_entry * kRows * left);
      if (words == 0 || cost < best) {
        best = cost;
        chosen = words;
      }
    }
    plan.words.push_back(static_cast<uint8_t>(chosen));
    nanoseconds += best;
  }
  plan.estimate = kMicroseconds * nanoseconds;
  plan.sell_estimate = kMicroseconds * costs.sell_entry * survivors;
  return plan;
}

}  // namespace dc::runtime
