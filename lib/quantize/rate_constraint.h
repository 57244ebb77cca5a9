// Weight sharing whose assignments follow the coder's bits while training.
#ifndef DC_QUANTIZE_RATE_CONSTRAINT_H_
#define DC_QUANTIZE_RATE_CONSTRAINT_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/quantized_weight.h"
#include "model/constraint.h"
#include "quantize/dead_zone_grid.h"

namespace dc {

// Training minimises loss + lambda * bits. A weight w goes to the entry c of least
// h/2 (w - c)^2 + lambda * bits(c), where h is the curvature of the loss along the layer's weights
// (the mean square of their gradients, times the batch size: the empirical Fisher information) and
// bits are those of an ideal coder at the present counts; zero is an entry like the others, so
// weights are pruned and come back. Gradients go straight through to latent weights; entries become
// the means of theirs. Wiedemann et al. 2020, "Entropy-constrained training of deep neural
// networks" (arXiv 1812.07520), has this cost in a relaxed form. In the end Fix holds the codes and
// trains the entries, as in Han et al. 2016, equation 3.
//
// Entries are free, or the whole numbers of one step, which is trained in their place: its least
// squares fit takes the place of the means.
//
// Latent values, n weights and k entries, ascending with a zero among them: n weights, k entries
// (on a grid the step in place of the zero, and the others follow it); then the rule's own: n
// codes, k upper bounds of the entries' intervals (RateBounds), the running mean of squared
// gradients, its weight so far, and 1 once codes are fixed.
class RateConstraint : public Constraint {
 public:
  // Begins with `start`, a quantization of `weights` (kept where they are zero), whose entries are
  // free. Gradients are means over `batch_size` samples.
  RateConstraint(const QuantizedWeight& start, std::span<const float> weights, int batch_size);
  // Begins with weights on `grid`, between these bounds. `start` says what Finish leaves alone.
  RateConstraint(const QuantizedWeight& start, std::span<const float> weights, int batch_size,
                 const DeadZoneGrid& grid, std::span<const float> bounds);

  const std::vector<float>& first_latent() const { return first_latent_; }
  // How many of them are the rule's own (ConstrainedWeight).
  size_t rule_values() const { return first_latent_.size() - codes(); }

  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override;
  void ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override;

  // Moves entries to the means of their weights, and the bounds between them to where a bit may
  // cost `lambda` of the loss. Without effect before gradients were seen, and on fixed codes.
  void Refit(double lambda, std::span<float> latent) const;

  // From now on codes stay as they are, and entries are trained.
  void Fix(std::span<float> latent) const;

  // The quantized weight that `latent` stands for: the entries in use, zero first where there is
  // one.
  QuantizedWeight Finish(std::span<const float> latent) const;

 private:
  RateConstraint(const QuantizedWeight& start, std::span<const float> weights, int batch_size,
                 const std::vector<float>& ascending, bool on_grid);

  void SetBounds(std::span<const float> limits);

  // Where the parts of the latent values begin.
  size_t entries() const { return size_; }
  size_t codes() const { return entries() + count_; }
  size_t bounds() const { return codes() + size_; }
  size_t squares() const { return bounds() + count_; }
  size_t seen() const { return squares() + 1; }
  size_t fixed() const { return squares() + 2; }

  std::vector<int64_t> Counts(std::span<const float> latent) const;
  // The number of steps from zero to entry `c` of a grid.
  double Steps(size_t c) const { return static_cast<double>(c) - static_cast<double>(zero_); }
  // Moves entries to the means of their weights, or their step to what fits best.
  void MoveEntries(std::span<const int64_t> counts, std::span<float> latent) const;
  // On a grid: sets the entries to the multiples of their step.
  void FollowStep(std::span<float> latent) const;

  QuantizedWeight start_;
  size_t size_, count_;  // weights, entries
  size_t zero_ = 0;      // the entry that is zero
  bool on_grid_;
  int batch_size_;
  std::vector<uint32_t> survivors_;  // positions of the weights that are trained
  std::vector<float> first_latent_;
  mutable std::vector<double> sums_, members_;  // scratch: a step must not allocate
};

}  // namespace dc

#endif  // DC_QUANTIZE_RATE_CONSTRAINT_H_
