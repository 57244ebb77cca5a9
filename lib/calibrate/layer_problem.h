// What compressing a layer after training minimises: the error of its outputs on samples.
#ifndef DC_CALIBRATE_LAYER_PROBLEM_H_
#define DC_CALIBRATE_LAYER_PROBLEM_H_

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "model/input_moments.h"

namespace dc::calibrate {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

// For each output (row w' of the compressed weights) the expected squared difference to what the
// reference network computes there, up to a constant that does not depend on w':
//   E(w') = w' H w'^T - 2 w' b^T,   H = E[x x^T] + damping,   b = w (E[r x^T] + damping)
// with x the layer's inputs as they are now, r those of the reference network and w its weights;
// both centred where a constant can be added to the output afterwards (Nagel et al. 2019, arXiv
// 1906.04721, bias correction), so that only what varies counts. Without constraints the least
// E is at w' = b H^-1, and at w where r == x.
struct LayerProblem {
  Matrix hessian;  // H: inputs x inputs, positive definite
  Matrix linear;   // b: a row per output
  // How much the error of each output counts beside those of others.
  Vector row_weights;
};

// Share of H's mean diagonal that is added to its diagonal, where there are many more places than
// inputs; with n places for k inputs 1 + k / n times as much, against fitting to chance.
inline constexpr double kDamping = 0.01;

// `weights`: rows of moments.inputs values, those of the reference network.
LayerProblem MakeProblem(const Matrix& weights, const InputMoments& moments, bool centred,
                         double damping = kDamping);

// The row w' of least error for output `row` among those that are zero wherever `kept` is 0: the
// solution of H_SS w'_S = b_S over the kept weights S. `kept` has as many entries as there are
// inputs.
Vector SolveKept(const LayerProblem& problem, Eigen::Index row, std::span<const uint8_t> kept);

// E(w') - E(least): what the constraints that made w' cost.
double ErrorOf(const LayerProblem& problem, Eigen::Index row, const Vector& weights,
               const Vector& least);

}  // namespace dc::calibrate

#endif  // DC_CALIBRATE_LAYER_PROBLEM_H_
