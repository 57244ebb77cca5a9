// The most important weights of each layer, a share of them per layer.
#include "prune/criteria/criterion.h"

namespace dc {

Status PruneByDensity(const std::vector<PrunableLayer>& layers, const PruneOptions&, double extent,
                      Masks* masks) {
  for (const PrunableLayer& layer : layers) {
    if (!layer.amount) continue;
    DC_RETURN_IF_ERROR(CheckDensity(*layer.amount, "tensor " + layer.name));
    const size_t keep = SurvivorsAt(DensityAt(*layer.amount, extent), layer.values.size());
    (*masks)[layer.name] = MaskOfLargest(layer.importance, keep);
  }
  return OkStatus();
}

}  // namespace dc
