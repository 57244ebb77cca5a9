#include "calibrate/layer_rows.h"

namespace dc::calibrate {

LayerRows::LayerRows(const WeightRef& weight, int64_t groups,
                     const std::vector<InputMoments>& moments)
    : inputs_(weight.inputs()), outputs_(weight.outputs()), output_major_(weight.output_major()) {
  const int64_t rows = outputs_ / groups;
  const size_t parts_per_group = moments.size() / static_cast<size_t>(groups);
  size_t first_weight = 0;
  for (size_t p = 0; p < moments.size(); ++p) {
    LayerPart part;
    part.first_row = static_cast<int64_t>(p / parts_per_group) * rows;
    part.rows = rows;
    part.first_input = moments[p].first_input;
    part.inputs = moments[p].inputs;
    part.first_weight = first_weight;
    first_weight += static_cast<size_t>(part.rows * part.inputs);
    parts_.push_back(part);
  }
}

Matrix LayerRows::Weights(const LayerPart& part, std::span<const float> tensor) const {
  Matrix weights(part.rows, part.inputs);
  for (int64_t r = 0; r < part.rows; ++r) {
    for (int64_t i = 0; i < part.inputs; ++i) weights(r, i) = tensor[At(part, r, i)];
  }
  return weights;
}

}  // namespace dc::calibrate
