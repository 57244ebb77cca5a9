#include "calibrate/layer_problem.h"

#include <Eigen/Cholesky>
#include <algorithm>

namespace dc::calibrate {
namespace {

Eigen::Map<const Matrix> View(const std::vector<double>& values, int64_t inputs) {
  return {values.data(), inputs, inputs};
}

}  // namespace

LayerProblem MakeProblem(const Matrix& weights, const InputMoments& moments, bool centred,
                         double damping) {
  LayerProblem problem;
  problem.hessian = View(moments.second, moments.inputs);
  Matrix cross = View(moments.cross, moments.inputs);
  if (centred) {
    const Eigen::Map<const Vector> mean(moments.mean.data(), moments.inputs);
    const Eigen::Map<const Vector> reference(moments.reference_mean.data(), moments.inputs);
    problem.hessian -= mean * mean.transpose();
    cross -= reference * mean.transpose();
  }
  // Inputs that are always the same leave nothing: any positive number will do.
  const double scarcity = 1 + static_cast<double>(moments.inputs) /
                                  static_cast<double>(std::max<int64_t>(moments.count, 1));
  const double added = std::max(damping * scarcity * problem.hessian.diagonal().mean(), 1e-12);
  problem.hessian.diagonal().array() += added;
  cross.diagonal().array() += added;
  problem.linear = weights * cross;
  problem.row_weights = Vector::Ones(weights.rows());
  return problem;
}

Vector SolveKept(const LayerProblem& problem, Eigen::Index row, std::span<const uint8_t> kept) {
  std::vector<Eigen::Index> survivors;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) survivors.push_back(static_cast<Eigen::Index>(i));
  }
  Vector result = Vector::Zero(static_cast<Eigen::Index>(kept.size()));
  if (survivors.empty()) return result;
  const Eigen::MatrixXd hessian = problem.hessian(survivors, survivors);
  const Vector linear = problem.linear.row(row).transpose()(survivors);
  const Vector solved = hessian.llt().solve(linear);
  result(survivors) = solved;
  return result;
}

double ErrorOf(const LayerProblem& problem, Eigen::Index row, const Vector& weights,
               const Vector& least) {
  const Vector difference = weights - least;
  return problem.row_weights[row] * difference.dot(problem.hessian * difference);
}

}  // namespace dc::calibrate
