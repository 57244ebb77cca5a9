#include "quantize/rate_constraint.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "quantize/rate_codebook.h"

namespace dc {
namespace {

// Of a step in the running mean of squared gradients.
constexpr float kMeanShare = 1.0f / 256;

// The entries of `start`, one of which is zero: where none is, the nearest to it becomes it.
std::vector<float> EntriesWithZero(const QuantizedWeight& start) {
  std::vector<float> ascending = start.codebook;
  if (!start.sparse()) {
    *std::min_element(ascending.begin(), ascending.end(),
                      [](float a, float b) { return std::abs(a) < std::abs(b); }) = 0.0f;
  }
  std::sort(ascending.begin(), ascending.end());
  return ascending;
}

}  // namespace

RateConstraint::RateConstraint(const QuantizedWeight& start, std::span<const float> weights,
                               int batch_size)
    : RateConstraint(start, weights, batch_size, EntriesWithZero(start), /*on_grid=*/false) {
  SetBounds(NearestBounds(std::span(first_latent_).subspan(entries(), count_)));
}

RateConstraint::RateConstraint(const QuantizedWeight& start, std::span<const float> weights,
                               int batch_size, const DeadZoneGrid& grid,
                               std::span<const float> bounds)
    : RateConstraint(start, weights, batch_size, grid.Entries(), /*on_grid=*/true) {
  SetBounds(bounds);
}

RateConstraint::RateConstraint(const QuantizedWeight& start, std::span<const float> weights,
                               int batch_size, const std::vector<float>& ascending, bool on_grid)
    : start_(start),
      size_(weights.size()),
      count_(ascending.size()),
      on_grid_(on_grid),
      batch_size_(batch_size),
      sums_(count_),
      members_(count_) {
  zero_ =
      static_cast<size_t>(std::find(ascending.begin(), ascending.end(), 0.0f) - ascending.begin());
  for (size_t i = 0; i < size_; ++i) {
    if (weights[i] != 0.0f) survivors_.push_back(static_cast<uint32_t>(i));
  }
  first_latent_.assign(weights.begin(), weights.end());
  first_latent_.insert(first_latent_.end(), ascending.begin(), ascending.end());
  if (on_grid_) first_latent_[entries() + zero_] = ascending[zero_ + 1];
  first_latent_.resize(bounds(), static_cast<float>(zero_));
  first_latent_.resize(fixed() + 1);
}

void RateConstraint::SetBounds(std::span<const float> limits) {
  std::copy(limits.begin(), limits.end(),
            first_latent_.begin() + static_cast<std::ptrdiff_t>(bounds()));
}

void RateConstraint::Project(std::span<float> latent, std::span<float> effective, uint64_t) const {
  const auto limits = latent.subspan(bounds(), count_);
  const auto values = latent.subspan(entries(), count_);
  const bool choose = latent[fixed()] == 0;
  FollowStep(latent);
  std::fill(effective.begin(), effective.end(), 0.0f);
  for (const uint32_t i : survivors_) {
    float& code = latent[codes() + i];
    if (choose) code = static_cast<float>(EntryWithin(limits, latent[i]));
    const auto entry = static_cast<size_t>(code);
    if (entry != zero_) effective[i] = values[entry];
  }
}

void RateConstraint::ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                                    std::span<float> latent_gradient) const {
  std::fill(latent_gradient.begin(), latent_gradient.end(), 0.0f);
  if (latent[fixed()] != 0) {
    // A sum over many members is larger than the gradient of one weight: divided by the root of
    // their number, one learning rate suits both (as in Esser et al. 2020, section 2.2).
    std::fill(sums_.begin(), sums_.end(), 0.0);
    std::fill(members_.begin(), members_.end(), 0.0);
    for (const uint32_t i : survivors_) {
      const auto code = static_cast<size_t>(latent[codes() + i]);
      sums_[code] += gradient[i];
      members_[code] += 1;
    }
    if (on_grid_) {
      // A weight of n steps moves with n times the step's gradient.
      double sum = 0, squares = 0;
      for (size_t c = 0; c < count_; ++c) {
        sum += Steps(c) * sums_[c];
        squares += Steps(c) * Steps(c) * members_[c];
      }
      if (squares == 0) return;
      latent_gradient[entries() + zero_] = static_cast<float>(sum / std::sqrt(squares));
      return;
    }
    for (size_t c = 0; c < count_; ++c) {
      if (c == zero_ || members_[c] == 0) continue;
      latent_gradient[entries() + c] = static_cast<float>(sums_[c] / std::sqrt(members_[c]));
    }
    return;
  }
  double squares_now = 0;
  for (const uint32_t i : survivors_) {
    latent_gradient[i] = gradient[i];
    squares_now += static_cast<double>(gradient[i]) * gradient[i];
  }
  const auto mean =
      static_cast<float>(squares_now / static_cast<double>(std::max<size_t>(survivors_.size(), 1)));
  latent[squares()] += kMeanShare * (mean - latent[squares()]);
  latent[seen()] += kMeanShare * (1 - latent[seen()]);
}

std::vector<int64_t> RateConstraint::Counts(std::span<const float> latent) const {
  std::vector<int64_t> counts(count_);
  for (const float code : latent.subspan(codes(), size_)) ++counts[static_cast<size_t>(code)];
  return counts;
}

void RateConstraint::FollowStep(std::span<float> latent) const {
  if (!on_grid_) return;
  const auto values = latent.subspan(entries(), count_);
  const float step = GridStep(values[zero_]);
  for (size_t c = 0; c < count_; ++c) {
    if (c != zero_) values[c] = static_cast<float>(Steps(c)) * step;
  }
}

void RateConstraint::MoveEntries(std::span<const int64_t> counts, std::span<float> latent) const {
  std::vector<double> sums(count_);
  for (const uint32_t i : survivors_) sums[static_cast<size_t>(latent[codes() + i])] += latent[i];
  const auto values = latent.subspan(entries(), count_);
  if (on_grid_) {
    // Sum over weights of (w - n s)^2 is least where s = sum n w / sum n^2.
    double products = 0, squares = 0;
    for (size_t c = 0; c < count_; ++c) {
      products += Steps(c) * sums[c];
      squares += Steps(c) * Steps(c) * static_cast<double>(counts[c]);
    }
    if (products > 0) values[zero_] = static_cast<float>(products / squares);
    FollowStep(latent);
    return;
  }
  for (size_t c = 0; c < count_; ++c) {
    // An interval may reach beyond zero; its entry must not.
    if (counts[c] > 0 && (c > zero_ ? sums[c] > 0 : c < zero_ && sums[c] < 0)) {
      values[c] = static_cast<float>(sums[c] / static_cast<double>(counts[c]));
    }
  }
}

void RateConstraint::Refit(double lambda, std::span<float> latent) const {
  if (latent[fixed()] != 0 || latent[squares()] <= 0) return;
  std::vector<int64_t> counts = Counts(latent);
  MoveEntries(counts, latent);
  std::vector<float> values(latent.begin() + static_cast<std::ptrdiff_t>(entries()),
                            latent.begin() + static_cast<std::ptrdiff_t>(codes()));
  values[zero_] = 0.0f;
  // A zero that no weight has yet costs about as much as the rarest value.
  counts[zero_] = std::max<int64_t>(counts[zero_], 1);
  const std::vector<double> lengths = CodeLengths(counts);
  const double curvature = batch_size_ * latent[squares()] / latent[seen()];
  double bit_cost = 2 * lambda / curvature;
  std::vector<float> limits;
  // A layer without weights would cut the network: it keeps some whatever they cost.
  for (bool empty = true; empty; bit_cost /= 2) {
    limits = RateBounds(values, lengths, bit_cost);
    empty = std::all_of(survivors_.begin(), survivors_.end(),
                        [&](uint32_t i) { return EntryWithin(limits, latent[i]) == zero_; });
    if (bit_cost < 1e-30) break;
  }
  std::copy(limits.begin(), limits.end(), latent.begin() + static_cast<std::ptrdiff_t>(bounds()));
}

void RateConstraint::Fix(std::span<float> latent) const { latent[fixed()] = 1; }

QuantizedWeight RateConstraint::Finish(std::span<const float> latent) const {
  const std::vector<int64_t> counts = Counts(latent);
  QuantizedWeight result = start_;
  result.codebook.clear();
  result.codes.resize(size_);
  std::vector<uint16_t> number(count_);
  const auto add = [&](size_t c) {
    if (counts[c] == 0) return;
    number[c] = static_cast<uint16_t>(result.codebook.size());
    result.codebook.push_back(c == zero_ ? 0.0f : latent[entries() + c]);
  };
  add(zero_);
  // Trained entries may have passed each other.
  std::vector<size_t> order;
  for (size_t c = 0; c < count_; ++c) {
    if (c != zero_) order.push_back(c);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return latent[entries() + a] < latent[entries() + b];
  });
  for (const size_t c : order) add(c);
  for (size_t i = 0; i < size_; ++i) {
    result.codes[i] = number[static_cast<size_t>(latent[codes() + i])];
  }
  return result;
}

}  // namespace dc
