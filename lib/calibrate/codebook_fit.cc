#include "calibrate/codebook_fit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "quantize/kmeans_exact.h"
#include "quantize/weighted_points.h"

namespace dc::calibrate {
namespace {

// H over the survivors of a row, and its Cholesky factor L, H = L L^T.
struct Factored {
  Eigen::MatrixXd hessian, factor;
  Factored(const LayerProblem& problem, const std::vector<Eigen::Index>& survivors)
      : hessian(problem.hessian(survivors, survivors)), factor(hessian.llt().matrixL()) {}
};

// One row, reduced to its survivors.
struct Row {
  const LayerProblem* problem = nullptr;
  Eigen::Index row = 0;
  size_t first = 0;                       // of the row's weights in the layer
  std::vector<Eigen::Index> survivors;    // ascending diagonal of H: the last one is coded first
  std::shared_ptr<const Factored> dense;  // of all rows without a zero; else null
};

// The row's share of the problem, and the least of its error.
struct RowSystem {
  std::shared_ptr<const Factored> factored;
  Vector linear, least;

  explicit RowSystem(const Row& row)
      : factored(row.dense ? row.dense
                           : std::make_shared<const Factored>(*row.problem, row.survivors)),
        linear(row.problem->linear.row(row.row).transpose()(row.survivors)) {
    const auto lower = factored->factor.triangularView<Eigen::Lower>();
    least = lower.transpose().solve(lower.solve(linear));
  }
};

std::vector<Row> RowsOf(const std::vector<QuantizedGroup>& groups,
                        const std::vector<uint8_t>& kept) {
  std::vector<Row> rows;
  for (const QuantizedGroup& group : groups) {
    const Vector diagonal = group.problem.hessian.diagonal();
    std::vector<Eigen::Index> order(static_cast<size_t>(diagonal.size()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](Eigen::Index a, Eigen::Index b) { return diagonal[a] < diagonal[b]; });
    std::shared_ptr<const Factored> dense;
    for (Eigen::Index r = 0; r < group.problem.linear.rows(); ++r) {
      Row row{&group.problem, r, group.first + static_cast<size_t>(r * diagonal.size()), {}, {}};
      for (const Eigen::Index i : order) {
        if (kept[row.first + static_cast<size_t>(i)]) row.survivors.push_back(i);
      }
      if (row.survivors.size() == order.size()) {
        if (!dense) dense = std::make_shared<const Factored>(group.problem, order);
        row.dense = dense;
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

struct WeightedValue {
  double value = 0, weight = 0;
};

// Sorted points for k-means; neighbours are merged where there are very many.
WeightedPoints PointsOf(std::vector<WeightedValue> values) {
  constexpr size_t kMostPoints = size_t{1} << 17;
  std::sort(values.begin(), values.end(),
            [](const WeightedValue& a, const WeightedValue& b) { return a.value < b.value; });
  const size_t merged = values.size() / kMostPoints + 1;
  double total = 0, sum = 0;
  for (const WeightedValue& v : values) {
    total += v.weight;
    sum += v.weight * v.value;
  }
  WeightedPoints points;
  points.center = sum / total;
  points.exact = merged == 1;
  points.counts = points.sums = points.squares = {0.0};
  for (size_t i = 0; i < values.size();) {
    double weight = 0, first_moment = 0;
    const size_t end = std::min(values.size(), i + merged);
    const double from = values[i].value;
    for (; i < values.size() && (i < end || values[i].value == from); ++i) {
      weight += values[i].weight;
      first_moment += values[i].weight * (values[i].value - points.center);
    }
    const double value = first_moment / weight;
    if (!points.values.empty() && value <= points.values.back()) {
      points.counts.back() += weight;
      points.sums.back() += first_moment;
      points.squares.back() += first_moment * value;
      continue;
    }
    points.values.push_back(value);
    points.counts.push_back(points.counts.back() + weight);
    points.sums.push_back(points.sums.back() + first_moment);
    points.squares.push_back(points.squares.back() + first_moment * value);
  }
  return points;
}

std::vector<double> WeightedKMeans(const std::vector<Row>& rows, size_t entries, ThreadPool* pool) {
  std::vector<std::vector<WeightedValue>> of_rows(rows.size());
  pool->ParallelFor(rows.size(), [&](size_t r) {
    if (rows[r].survivors.empty()) return;
    const RowSystem system(rows[r]);
    const double share = rows[r].problem->row_weights[rows[r].row];
    for (Eigen::Index i = 0; i < system.least.size(); ++i) {
      of_rows[r].push_back({system.least[i], share * system.factored->hessian(i, i)});
    }
  });
  std::vector<WeightedValue> values;
  for (const auto& row : of_rows) values.insert(values.end(), row.begin(), row.end());
  if (values.empty()) return {};
  const WeightedPoints points = PointsOf(std::move(values));
  const size_t clusters = std::min(entries, points.size());
  const std::vector<size_t> bounds = ExactKMeans(points, clusters);
  std::vector<double> centroids;
  for (size_t c = 0; c < clusters; ++c) {
    centroids.push_back(points.Mean(bounds[c], bounds[c + 1]) + points.center);
  }
  return centroids;
}

// The entry of the ascending `values` that is nearest to `target`.
size_t Nearest(const std::vector<double>& values, double target) {
  const auto above = std::lower_bound(values.begin(), values.end(), target);
  if (above == values.begin()) return 0;
  if (above == values.end()) return values.size() - 1;
  const auto at = static_cast<size_t>(above - values.begin());
  return target - values[at - 1] <= values[at] - target ? at - 1 : at;
}

// The normal equations of the codebook for given codes.
struct CodebookSums {
  Eigen::MatrixXd matrix;
  Vector linear;
  double error = 0;

  explicit CodebookSums(size_t entries)
      : matrix(Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(entries),
                                     static_cast<Eigen::Index>(entries))),
        linear(Vector::Zero(static_cast<Eigen::Index>(entries))) {}
};

// Codes of one row, in the order of its survivors, by error feedback; adds to `sums`.
void CodeRow(const Row& row, const std::vector<double>& values, std::vector<size_t>* codes,
             CodebookSums* sums) {
  const RowSystem system(row);
  const Eigen::MatrixXd& hessian = system.factored->hessian;
  const Eigen::MatrixXd& factor = system.factored->factor;
  const Eigen::Index n = system.least.size();
  codes->assign(static_cast<size_t>(n), 0);
  Vector difference = Vector::Zero(n);  // w - q of what is coded
  for (Eigen::Index j = n; j-- > 0;) {
    // Row j of L^T: entry (i, j) of L for i >= j.
    const double behind =
        factor.col(j).tail(n - j - 1).dot(difference.tail(n - j - 1)) / factor(j, j);
    const size_t code = Nearest(values, system.least[j] + behind);
    (*codes)[static_cast<size_t>(j)] = code;
    difference[j] = system.least[j] - values[code];
  }
  const double share = row.problem->row_weights[row.row];
  sums->error +=
      share * (factor.triangularView<Eigen::Lower>().transpose() * difference).squaredNorm();
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto a = static_cast<Eigen::Index>((*codes)[static_cast<size_t>(i)]);
    sums->linear[a] += share * system.linear[i];
    for (Eigen::Index j = 0; j < n; ++j) {
      sums->matrix(static_cast<Eigen::Index>((*codes)[static_cast<size_t>(j)]), a) +=
          share * hessian(j, i);
    }
  }
}

// The codebook of least error for the codes that made `sums`; the entry `zero`, if there is one,
// and those that no weight uses stay.
std::vector<double> SolveCodebook(const CodebookSums& sums, const std::vector<double>& values,
                                  std::optional<size_t> zero) {
  std::vector<Eigen::Index> used;
  for (size_t c = 0; c < values.size(); ++c) {
    if (c != zero && sums.matrix(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(c)) > 0) {
      used.push_back(static_cast<Eigen::Index>(c));
    }
  }
  std::vector<double> solved = values;
  if (used.empty()) return solved;
  Eigen::MatrixXd matrix = sums.matrix(used, used);
  Vector linear = sums.linear(used);
  // Held where they are by a little, so that rare entries do not run away.
  for (size_t i = 0; i < used.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    const double hold = 1e-3 * matrix(at, at);
    matrix(at, at) += hold;
    linear[at] += hold * values[static_cast<size_t>(used[i])];
  }
  const Vector found = matrix.ldlt().solve(linear);
  for (size_t i = 0; i < used.size(); ++i) {
    solved[static_cast<size_t>(used[i])] = found[static_cast<Eigen::Index>(i)];
  }
  std::sort(solved.begin(), solved.end());
  return solved;
}

// What a file holds: floats, distinct.
std::vector<double> Rounded(std::vector<double> values) {
  for (double& value : values) value = static_cast<double>(static_cast<float>(value) + 0.0f);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::optional<size_t> ZeroOf(const std::vector<double>& values) {
  const auto zero = std::find(values.begin(), values.end(), 0.0);
  if (zero == values.end()) return std::nullopt;
  return static_cast<size_t>(zero - values.begin());
}

}  // namespace

CodebookFit FitCodebook(const std::vector<QuantizedGroup>& groups, const std::vector<uint8_t>& kept,
                        size_t entries, int rounds, ThreadPool* pool) {
  const bool sparse = std::find(kept.begin(), kept.end(), 0) != kept.end();
  const std::vector<Row> rows = RowsOf(groups, kept);
  std::vector<double> values =
      WeightedKMeans(rows, std::max<size_t>(1, entries - (sparse ? 1 : 0)), pool);
  if (sparse) values.push_back(0.0);
  values = Rounded(std::move(values));

  // Rows are summed in runs, so that results do not depend on the number of threads.
  constexpr size_t kLeastRun = 16, kMostRuns = 32;
  const size_t run_rows = std::max(kLeastRun, (rows.size() + kMostRuns - 1) / kMostRuns);
  const size_t runs = (rows.size() + run_rows - 1) / run_rows;
  CodebookFit best;
  best.error = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const std::optional<size_t> zero = sparse ? ZeroOf(values) : std::nullopt;
    std::vector<std::vector<size_t>> codes(rows.size());
    CodebookSums sums(values.size());
    std::vector<std::unique_ptr<CodebookSums>> of_runs(runs);
    pool->ParallelFor(runs, [&](size_t run) {
      of_runs[run] = std::make_unique<CodebookSums>(values.size());
      for (size_t r = run * run_rows; r < std::min(rows.size(), (run + 1) * run_rows); ++r) {
        if (!rows[r].survivors.empty()) CodeRow(rows[r], values, &codes[r], of_runs[run].get());
      }
    });
    for (const auto& run : of_runs) {
      sums.matrix += run->matrix;
      sums.linear += run->linear;
      sums.error += run->error;
    }
    if (sums.error < best.error) {
      best.error = sums.error;
      // A sparse layer has its zero first.
      std::vector<uint16_t> number(values.size());
      best.codebook.clear();
      if (zero) best.codebook.push_back(0.0f);
      for (size_t c = 0; c < values.size(); ++c) {
        if (c == zero) continue;
        number[c] = static_cast<uint16_t>(best.codebook.size());
        best.codebook.push_back(static_cast<float>(values[c]));
      }
      best.codes.assign(kept.size(), 0);
      for (size_t r = 0; r < rows.size(); ++r) {
        for (size_t i = 0; i < rows[r].survivors.size(); ++i) {
          best.codes[rows[r].first + static_cast<size_t>(rows[r].survivors[i])] =
              number[codes[r][i]];
        }
      }
    }
    if (round + 1 < rounds) values = Rounded(SolveCodebook(sums, values, zero));
  }
  return best;
}

}  // namespace dc::calibrate
