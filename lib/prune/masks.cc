#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "dc/prune.h"
#include "dc/weights.h"
#include "prune/criteria/criterion.h"

namespace dc {
namespace {

Status CheckOptions(const PruneOptions& options, double extent) {
  if (!(extent >= 0 && extent <= 1)) {
    return UsageError("a pruning extent of " + std::to_string(extent) + " is impossible", "",
                      "choose one from 0 to 1");
  }
  if (options.steps < 1) {
    return UsageError("pruning in " + std::to_string(options.steps) + " rounds is impossible", "",
                      "choose 1 or more");
  }
  if (!(options.ramp > 0 && options.ramp <= 1)) {
    return UsageError("a ramp of " + std::to_string(options.ramp) + " of the run is impossible", "",
                      "choose one above 0 and up to 1");
  }
  if (options.mask_updates < 1) {
    return UsageError(std::to_string(options.mask_updates) + " mask updates are impossible", "",
                      "choose 1 or more");
  }
  return OkStatus();
}

// The setting for `weight`, if there is one.
StatusOr<std::optional<double>> AmountOf(const LayerSettings& amounts, const WeightRef& weight) {
  if (amounts.Text(weight, "").empty()) return std::optional<double>();
  DC_ASSIGN_OR_RETURN(const double amount, amounts.Number(weight, 0));
  return std::optional<double>(amount);
}

Status CheckFinite(std::span<const float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return BadInput("the weight holds a NaN or an infinity", "element " + std::to_string(i),
                      "train the model again from a sound state");
    }
  }
  return OkStatus();
}

bool HasZero(std::span<const float> values) {
  return std::find(values.begin(), values.end(), 0.0f) != values.end();
}

std::vector<uint8_t> MaskOfZeros(std::span<const float> values) {
  std::vector<uint8_t> mask;
  mask.reserve(values.size());
  for (const float value : values) mask.push_back(value != 0.0f);
  return mask;
}

}  // namespace

StatusOr<Masks> ChooseMasks(const Graph& graph, const PruneOptions& options) {
  return ChooseMasksAt(graph, {}, options, 1.0);
}

StatusOr<Masks> ChooseMasksAt(const Graph& graph,
                              const std::map<std::string, RunningWeight>& weights,
                              const PruneOptions& options, double extent) {
  DC_RETURN_IF_ERROR(CheckOptions(options, extent));
  const std::vector<WeightRef> refs = ListWeights(graph);
  DC_RETURN_IF_ERROR(options.amounts.CheckKeys(graph));

  std::vector<PrunableLayer> layers;
  Masks masks;
  for (const WeightRef& ref : refs) {
    const std::string where = "tensor " + ref.name;
    DC_ASSIGN_OR_RETURN(const std::optional<double> amount, AmountOf(options.amounts, ref));
    const bool pruned = amount || options.criterion == PruneCriterion::kGlobalDensity;
    if (ref.quantized) {
      if (!pruned) continue;
      return Unsupported("a quantized weight cannot be pruned", where,
                         "turn it into floats first (DequantizeWeight)");
    }
    PrunableLayer layer{ref.name, graph.initializers.at(ref.name).f32(), {}, amount};
    const auto current = weights.find(ref.name);
    if (current != weights.end()) {
      if (current->second.values.size() != layer.values.size()) {
        return Internal("current values of another size than the weight", where);
      }
      layer.values = current->second.values;
    }
    if (!pruned) {
      if (HasZero(layer.values)) masks[ref.name] = MaskOfZeros(layer.values);
      continue;
    }
    if (const Status status = CheckFinite(layer.values); !status.ok()) return status.At(where);
    switch (options.importance) {
      case PruneImportance::kMagnitude:
        layer.importance.assign(layer.values.begin(), layer.values.end());
        break;
      case PruneImportance::kFisher:
        if (current == weights.end() || current->second.squares.size() != layer.values.size()) {
          return UsageError("nothing measures the curvature that ranks the weights", where,
                            "splice while retraining, or choose another importance");
        }
        layer.importance = FisherScores(layer.values, current->second.squares);
        break;
      case PruneImportance::kVariational:
        if (current == weights.end() ||
            current->second.log_variances.size() != layer.values.size()) {
          return UsageError("nothing learned the noise that ranks the weights", where,
                            "retrain, or choose another importance");
        }
        layer.importance = SignalScores(layer.values, current->second.log_variances);
        break;
      case PruneImportance::kLamp:
        layer.importance = LampScores(layer.values);
        break;
    }
    layers.push_back(layer);
  }
  switch (options.criterion) {
    case PruneCriterion::kThreshold:
      DC_RETURN_IF_ERROR(options.importance == PruneImportance::kVariational
                             ? PruneByNoise(layers, &masks)
                             : PruneByThreshold(layers, options, extent, &masks));
      break;
    case PruneCriterion::kDensity:
      DC_RETURN_IF_ERROR(PruneByDensity(layers, options, extent, &masks));
      break;
    case PruneCriterion::kGlobalDensity:
      DC_RETURN_IF_ERROR(PruneByGlobalDensity(layers, options, extent, &masks));
      break;
  }
  return masks;
}

Masks MasksOf(const Graph& graph) {
  Masks masks;
  for (const WeightRef& ref : ListWeights(graph)) {
    if (ref.quantized) continue;
    const std::span<const float> values = graph.initializers.at(ref.name).f32();
    if (HasZero(values)) masks[ref.name] = MaskOfZeros(values);
  }
  return masks;
}

Status ApplyMasks(const Masks& masks, Graph* graph) {
  for (const auto& [name, mask] : masks) {
    const auto found = graph->initializers.find(name);
    if (found == graph->initializers.end() || found->second.type != DataType::kFloat32 ||
        found->second.f32().size() != mask.size()) {
      return BadInput("a mask does not fit the weight that it names", "tensor " + name,
                      "use masks and model of the same run");
    }
  }
  for (const auto& [name, mask] : masks) {
    const std::span<float> values = graph->initializers.at(name).f32();
    for (size_t i = 0; i < mask.size(); ++i) values[i] = mask[i] ? values[i] : 0.0f;
  }
  return OkStatus();
}

}  // namespace dc
