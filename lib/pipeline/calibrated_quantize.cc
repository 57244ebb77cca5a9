#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "calibrate/codebook_fit.h"
#include "pipeline/calibrated_stages.h"
#include "pipeline/calibration.h"

namespace dc {
namespace {

using calibrate::CodebookFit;
using calibrate::LayerPart;
using calibrate::QuantizedGroup;

// Codes and codebook in turn: more rounds gain less than a thousandth of the error.
constexpr int kRounds = 4;

// With more bits than this k-means is as near as makes no difference, and the equations of the
// codebook grow with their square.
constexpr int kMostBits = 10;

// The codebook of one layer, its codes as the tensor stores them.
QuantizedWeight FitLayer(const CalibratedLayer& layer, std::span<const float> weights, int bits,
                         ThreadPool* pool) {
  std::vector<uint8_t> kept(weights.size());
  std::vector<size_t> place(weights.size());
  std::vector<QuantizedGroup> groups;
  for (size_t p = 0; p < layer.problems.size(); ++p) {
    const LayerPart& part = layer.rows.parts()[p];
    groups.push_back({layer.problems[p], part.first_weight});
    size_t number = part.first_weight;
    for (int64_t r = 0; r < part.rows; ++r) {
      for (int64_t i = 0; i < part.inputs; ++i, ++number) {
        place[number] = layer.rows.At(part, r, i);
        kept[number] = weights[place[number]] != 0.0f;
      }
    }
  }
  const CodebookFit fit = calibrate::FitCodebook(groups, kept, size_t{1} << bits, kRounds, pool);
  QuantizedWeight weight;
  weight.shape = layer.ref.shape;
  weight.codebook = fit.codebook;
  weight.codes.resize(fit.codes.size());
  for (size_t i = 0; i < fit.codes.size(); ++i) weight.codes[place[i]] = fit.codes[i];
  weight.policy = "kmeans";
  weight.bits = bits;
  return weight;
}

}  // namespace

Status QuantizeCalibrated(const QuantizeOptions& options, Graph* graph,
                          std::vector<LayerQuantization>* outcomes, Progress* progress) {
  DC_ASSIGN_OR_RETURN(std::vector<QuantizedLayer> layers, QuantizeGraph(*graph, options, progress));
  std::map<std::string, QuantizedLayer*> by_name;
  for (QuantizedLayer& layer : layers) by_name[layer.outcome.name] = &layer;
  DC_ASSIGN_OR_RETURN(const Calibration calibration,
                      Calibration::Open(options.calibrate, options.calibrate_samples, options.seed,
                                        options.threads, *graph, progress));
  const Graph before = *graph;
  DC_RETURN_IF_ERROR(calibration.ForEachInOrder(
      "calibrate",
      [&](const WeightRef& ref) {
        const LayerQuantization& outcome = by_name.at(ref.name)->outcome;
        return outcome.policy == "kmeans" && outcome.bits <= kMostBits;
      },
      [&](const CalibratedLayer& layer) {
        QuantizedLayer& result = *by_name.at(layer.ref.name);
        const auto weights = before.initializers.at(layer.ref.name).f32();
        result.weight = FitLayer(layer, weights, result.outcome.bits, calibration.pool());
        result.outcome.entries = static_cast<int64_t>(result.weight.codebook.size());
        result.outcome.iterations = kRounds;
        MeasureErrors(weights, result.weight, &result.outcome);
        const std::vector<float> values = result.weight.Values();
        std::copy(values.begin(), values.end(),
                  graph->initializers.at(layer.ref.name).f32().begin());
        return OkStatus();
      },
      graph, progress));
  for (const QuantizedLayer& layer : layers) {
    outcomes->push_back(layer.outcome);
    DC_RETURN_IF_ERROR(SetQuantizedWeight(graph, layer.outcome.name, layer.weight));
  }
  return OkStatus();
}

}  // namespace dc
