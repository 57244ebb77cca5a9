// The most important weights of the whole network. Layers with a density of their own keep that;
// the others share the global density, and each keeps at least its largest weight: a layer without
// weights would cut the network.
#include <algorithm>
#include <cmath>

#include "prune/criteria/criterion.h"

namespace dc {

Status PruneByGlobalDensity(const std::vector<PrunableLayer>& layers, const PruneOptions& options,
                            double extent, Masks* masks) {
  DC_RETURN_IF_ERROR(CheckDensity(options.global_density, "global density"));
  DC_RETURN_IF_ERROR(PruneByDensity(layers, options, extent, masks));

  std::vector<const PrunableLayer*> sharing;
  std::vector<float> all;  // importance of the weights of the sharing layers, one after another
  for (const PrunableLayer& layer : layers) {
    if (layer.amount) continue;
    sharing.push_back(&layer);
    all.insert(all.end(), layer.importance.begin(), layer.importance.end());
  }
  size_t keep = SurvivorsAt(DensityAt(options.global_density, extent), all.size());
  // The largest weight of every layer is set aside first, so that the total stays exact.
  std::vector<size_t> reserved;
  size_t offset = 0;
  for (const PrunableLayer* layer : sharing) {
    const auto largest =
        std::max_element(layer->importance.begin(), layer->importance.end(),
                         [](float a, float b) { return std::abs(a) < std::abs(b); });
    if (largest != layer->importance.end() && *largest != 0.0f) {
      reserved.push_back(offset + static_cast<size_t>(largest - layer->importance.begin()));
      all[reserved.back()] = 0.0f;
    }
    offset += layer->values.size();
  }
  keep -= std::min(keep, reserved.size());
  std::vector<uint8_t> mask = MaskOfLargest(all, keep);
  for (const size_t position : reserved) mask[position] = 1;
  auto from = mask.begin();
  for (const PrunableLayer* layer : sharing) {
    const auto to = from + static_cast<std::ptrdiff_t>(layer->values.size());
    (*masks)[layer->name].assign(from, to);
    from = to;
  }
  return OkStatus();
}

}  // namespace dc
