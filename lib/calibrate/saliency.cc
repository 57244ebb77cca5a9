#include "calibrate/saliency.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <numeric>
#include <vector>

namespace dc::calibrate {

Matrix InverseHessian(const LayerProblem& problem) {
  const Eigen::Index n = problem.hessian.rows();
  return problem.hessian.llt().solve(Matrix::Identity(n, n));
}

int RemovedTogether(Eigen::Index inputs) {
  return static_cast<int>(std::clamp<Eigen::Index>(inputs / 48, 1, 32));
}

void RowSaliencies(const LayerProblem& problem, const Matrix& inverse, Eigen::Index row,
                   Vector weights, int together, std::span<double> saliencies) {
  // What is left is kept in front: row i of `rest` belongs to weight index[i].
  Matrix rest = inverse;
  std::vector<size_t> index(static_cast<size_t>(rest.rows()));
  std::iota(index.begin(), index.end(), size_t{0});
  double highest = 0;
  for (Eigen::Index left = rest.rows(); left > 0;) {
    const Eigen::Index gone = std::min<Eigen::Index>(together, left);
    const Eigen::Index stay = left - gone;
    const auto rise = [&](Eigen::Index i) { return weights[i] * weights[i] / rest(i, i); };
    // The `gone` weights of least rise move to the end.
    for (Eigen::Index end = left; end > stay; --end) {
      Eigen::Index least = 0;
      double least_rise = rise(0);
      for (Eigen::Index i = 1; i < end; ++i) {
        const double other = rise(i);
        if (other < least_rise) {
          least = i;
          least_rise = other;
        }
      }
      const Eigen::Index last = end - 1;
      highest = std::max(highest, least_rise * problem.row_weights[row]);
      saliencies[index[static_cast<size_t>(least)]] = highest;
      if (least == last) continue;
      rest.row(least).head(left).swap(rest.row(last).head(left));
      rest.col(least).head(left).swap(rest.col(last).head(left));
      std::swap(weights[least], weights[last]);
      std::swap(index[static_cast<size_t>(least)], index[static_cast<size_t>(last)]);
    }
    if (stay > 0 && gone == 1) {
      const double scale = 1 / rest(stay, stay);
      const Vector column = rest.col(stay).head(stay);
      weights.head(stay) -= weights[stay] * scale * column;
      for (Eigen::Index i = 0; i < stay; ++i) {
        rest.row(i).head(stay) -= scale * column[i] * column.transpose();
      }
    } else if (stay > 0) {
      const Eigen::MatrixXd corner = rest.block(stay, stay, gone, gone);
      const Matrix columns = rest.block(stay, 0, gone, stay);
      const Eigen::LLT<Eigen::MatrixXd> factor(corner);
      const Matrix solved = factor.solve(columns);
      weights.head(stay) -= solved.transpose() * weights.segment(stay, gone);
      rest.topLeftCorner(stay, stay).noalias() -= columns.transpose() * solved;
    }
    left = stay;
  }
}

}  // namespace dc::calibrate
