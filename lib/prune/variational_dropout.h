// Sparse variational dropout: weights that learn how much noise they bear.
#ifndef DC_PRUNE_VARIATIONAL_DROPOUT_H_
#define DC_PRUNE_VARIATIONAL_DROPOUT_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/prune.h"
#include "model/constraint.h"

namespace dc {

// Molchanov, Ashukha and Vetrov 2017, "Variational dropout sparsifies deep neural networks" (arXiv
// 1701.05369), with the additive noise of its section 4.1. A weight is theta + sigma e with e
// normal, and training minimises
//   mean loss of a sample + divergence * sum of KL(log alpha) over the weights,
// where alpha = sigma^2 / theta^2 is the share of noise, and KL that of the posterior from a
// log-uniform prior. Weights that the data do not need end with log alpha far above 0: they are
// noise, and go.
//
// Noise is drawn once a step for the whole batch, where the paper draws that of every output of a
// layer and sample (local reparameterization): the gradient means the same and varies more.

// KL of the paper's equation 14, up to its constant: 0 for log alpha -> infinity.
//   -KL = k1 sigmoid(k2 + k3 log alpha) - log(1 + 1 / alpha) / 2 - k1
double NoiseDivergence(double log_alpha);

// Its derivative by log alpha, which is never above 0.
double NoiseDivergenceSlope(double log_alpha);

// `weights` with noise of little variance. Weights that are zero are pruned and stay so. Latent
// values: n theta and n log sigma^2; then the rule's own: the n values of the noise in use, for
// each weight 1 or 0 for whether it is kept, the divergence's weight, and 1 once noise has ended.
// That is 4 n floats; with Adam's 4 n and gradients of 2 n values 10 n in all, where a mask takes
// 4 n.
ConstrainedWeight MakeNoisyWeight(std::span<const float> weights);

// What the divergence of one weight counts beside the mean loss of a sample, from now on.
void SetDivergence(double divergence, std::span<float> latent);

// From now on weights are their means without noise, and those that `mask` does not keep are zero.
void EndNoise(const std::vector<uint8_t>& mask, std::span<float> latent);

// Whether that has happened.
bool HasEndedNoise(std::span<const float> latent);

// Means and log variances among these latent values.
RunningWeight NoisyWeight(std::span<const float> latent);

}  // namespace dc

#endif  // DC_PRUNE_VARIATIONAL_DROPOUT_H_
