// What it costs to remove a weight when those that stay make up for it.
#ifndef DC_CALIBRATE_SALIENCY_H_
#define DC_CALIBRATE_SALIENCY_H_

#include <Eigen/Core>
#include <span>

#include "calibrate/layer_problem.h"

namespace dc::calibrate {

// H^-1 of `problem`.
Matrix InverseHessian(const LayerProblem& problem);

// Optimal Brain Surgeon (Hassibi and Stork 1993; a row at a time as Frantar and Alistarh 2022,
// arXiv 2208.11580): starting from `weights`, the least of output `row`, removes again and again
// the weight whose removal raises the row's error least,
//   w_p^2 / [H^-1]_pp,   w -= w_p / [H^-1]_pp * [H^-1]_:p,
// and takes it out of H^-1. saliencies[p] receives that rise, times the row's weight, and at least
// that of weights removed before: removing all weights of less than some saliency removes a
// beginning of this order. `together` weights go at a time, as a compromise for long rows.
void RowSaliencies(const LayerProblem& problem, const Matrix& inverse, Eigen::Index row,
                   Vector weights, int together, std::span<double> saliencies);

// How many weights RowSaliencies removes together in a row of so many.
int RemovedTogether(Eigen::Index inputs);

}  // namespace dc::calibrate

#endif  // DC_CALIBRATE_SALIENCY_H_
