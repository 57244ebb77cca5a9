#include <algorithm>
#include <cfloat>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "calibrate/saliency.h"
#include "pipeline/calibrated_stages.h"
#include "pipeline/calibration.h"

namespace dc {
namespace {

using calibrate::LayerPart;
using calibrate::LayerProblem;
using calibrate::Matrix;
using calibrate::Vector;

// Multiplications above which weights are judged by a first look alone (w^2 / [H^-1] of the whole
// row): a few minutes of removing them one after another.
constexpr double kMostWork = 4e11;

double WorkOf(const CalibratedLayer& layer) {
  double work = 0;
  for (const LayerPart& part : layer.rows.parts()) {
    work += static_cast<double>(part.rows) * std::pow(static_cast<double>(part.inputs), 3) / 3;
  }
  return work;
}

// What each weight of the layer means to its outputs, as the tensor stores it: the root of its
// saliency, which has the unit of an output; 0 for weights that are zero already.
std::vector<float> ScoresOf(const CalibratedLayer& layer, std::span<const float> weights,
                            ThreadPool* pool) {
  const bool first_look = WorkOf(layer) > kMostWork;
  std::vector<float> scores(weights.size());
  for (size_t p = 0; p < layer.problems.size(); ++p) {
    const LayerProblem& problem = layer.problems[p];
    const LayerPart& part = layer.rows.parts()[p];
    const Matrix inverse = calibrate::InverseHessian(problem);
    const Matrix least = problem.linear * inverse;
    pool->ParallelFor(static_cast<size_t>(part.rows), [&](size_t r) {
      const auto row = static_cast<Eigen::Index>(r);
      std::vector<double> saliencies(static_cast<size_t>(part.inputs));
      if (first_look) {
        for (Eigen::Index i = 0; i < part.inputs; ++i) {
          saliencies[static_cast<size_t>(i)] =
              problem.row_weights[row] * least(row, i) * least(row, i) / inverse(i, i);
        }
      } else {
        calibrate::RowSaliencies(problem, inverse, row, least.row(row),
                                 calibrate::RemovedTogether(part.inputs), saliencies);
      }
      for (int64_t i = 0; i < part.inputs; ++i) {
        const size_t at = layer.rows.At(part, row, i);
        const double score = std::sqrt(saliencies[static_cast<size_t>(i)]);
        if (weights[at] != 0.0f) scores[at] = std::max(static_cast<float>(score), FLT_MIN);
      }
    });
  }
  return scores;
}

// Sets the weights that `mask` keeps to the least squares of the layer's outputs, the others to 0.
// Returns the error that is left.
double SolveLayer(const CalibratedLayer& layer, const std::vector<uint8_t>& mask, ThreadPool* pool,
                  std::span<float> weights) {
  double total = 0;
  for (size_t p = 0; p < layer.problems.size(); ++p) {
    const LayerProblem& problem = layer.problems[p];
    const LayerPart& part = layer.rows.parts()[p];
    const Matrix least = problem.linear * calibrate::InverseHessian(problem);
    std::vector<double> errors(static_cast<size_t>(part.rows));
    pool->ParallelFor(static_cast<size_t>(part.rows), [&](size_t r) {
      const auto row = static_cast<Eigen::Index>(r);
      std::vector<uint8_t> kept(static_cast<size_t>(part.inputs));
      for (int64_t i = 0; i < part.inputs; ++i) {
        kept[static_cast<size_t>(i)] = mask[layer.rows.At(part, row, i)];
      }
      const Vector solved = calibrate::SolveKept(problem, row, kept);
      for (int64_t i = 0; i < part.inputs; ++i) {
        const auto value = static_cast<float>(solved[i]);
        // What is kept stays a survivor.
        weights[layer.rows.At(part, row, i)] =
            kept[static_cast<size_t>(i)] && value == 0.0f ? FLT_MIN : value;
      }
      errors[r] = calibrate::ErrorOf(problem, row, solved, least.row(row));
    });
    for (const double error : errors) total += error;
  }
  return total;
}

// The mask of the layer alone at `density`.
StatusOr<std::vector<uint8_t>> MaskAt(const Graph& graph, const std::string& name,
                                      const std::vector<float>& scores, double density) {
  PruneOptions options;
  options.amounts.SetName(name, std::to_string(density));
  DC_ASSIGN_OR_RETURN(Masks masks, ChooseMasksAt(graph, {{name, {scores, {}}}}, options, 1.0));
  return std::move(masks[name]);
}

}  // namespace

Status PruneCalibrated(const PruneOptions& options, uint64_t seed, int threads, Graph* graph,
                       Progress* progress) {
  DC_ASSIGN_OR_RETURN(const Calibration calibration,
                      Calibration::Open(options.calibrate, options.calibrate_samples, seed, threads,
                                        *graph, progress));
  const bool global = options.criterion == PruneCriterion::kGlobalDensity;
  // In place of magnitudes.
  std::map<std::string, RunningWeight> scores;
  if (global) {
    // Beside scores of other units magnitudes say nothing.
    for (const WeightRef& ref : ListWeights(*graph)) {
      std::vector<float>& all = scores[ref.name].values;
      for (const float w : graph->initializers.at(ref.name).f32()) {
        all.push_back(w == 0.0f ? 0.0f : FLT_MAX);
      }
    }
  }
  const Graph before = *graph;
  DC_RETURN_IF_ERROR(calibration.ForEach(
      "saliencies",
      [&](const CalibratedLayer& layer) -> Status {
        const std::string& name = layer.ref.name;
        const auto weights = before.initializers.at(name).f32();
        std::vector<float>& own = scores[name].values;
        own = ScoresOf(layer, weights, calibration.pool());
        if (!global) return OkStatus();
        // How much the network's outputs suffer for the error of this layer's.
        DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> mask,
                            MaskAt(before, name, own, options.global_density));
        Graph alone = before;
        const double error =
            SolveLayer(layer, mask, calibration.pool(), alone.initializers.at(name).f32());
        DC_ASSIGN_OR_RETURN(const double at_output, calibration.OutputError(alone));
        const double factor = std::sqrt(at_output / std::max(error, 1e-30));
        for (float& score : own) {
          if (score > 0) score = std::max(static_cast<float>(score * factor), FLT_MIN);
        }
        return OkStatus();
      },
      progress));
  DC_ASSIGN_OR_RETURN(const Masks masks, ChooseMasksAt(*graph, scores, options, 1.0));
  DC_RETURN_IF_ERROR(calibration.ForEachInOrder(
      "prune", [&](const WeightRef& ref) { return masks.count(ref.name) > 0; },
      [&](const CalibratedLayer& layer) {
        SolveLayer(layer, masks.at(layer.ref.name), calibration.pool(),
                   graph->initializers.at(layer.ref.name).f32());
        return OkStatus();
      },
      graph, progress));
  return ApplyMasks(masks, graph);
}

}  // namespace dc
