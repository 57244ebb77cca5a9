// A layer's weights as the matrices that second-order methods work on.
#ifndef DC_CALIBRATE_LAYER_ROWS_H_
#define DC_CALIBRATE_LAYER_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "calibrate/layer_problem.h"
#include "dc/weights.h"
#include "model/input_moments.h"

namespace dc::calibrate {

// The part of a layer's weights with moments of its own: `inputs` inputs, the first being
// `first_input`, of the outputs first_row .. first_row + rows - 1. The weights of a layer are
// numbered part after part, row after row.
struct LayerPart {
  int64_t first_row = 0, rows = 0, first_input = 0, inputs = 0;
  size_t first_weight = 0;
};

// The weights of one layer by part, row and input, whatever way the tensor stores them.
class LayerRows {
 public:
  // `weight` in `groups` groups; moments as GatherMoments returns them.
  LayerRows(const WeightRef& weight, int64_t groups, const std::vector<InputMoments>& moments);

  const std::vector<LayerPart>& parts() const { return parts_; }
  // Where weight `input` of row `row` of `part` is in the tensor.
  size_t At(const LayerPart& part, int64_t row, int64_t input) const {
    const int64_t r = part.first_row + row, i = part.first_input + input;
    return static_cast<size_t>(output_major_ ? r * inputs_ + i : i * outputs_ + r);
  }
  // The weights of `part`, a row per output.
  Matrix Weights(const LayerPart& part, std::span<const float> tensor) const;

 private:
  std::vector<LayerPart> parts_;
  int64_t inputs_, outputs_;
  bool output_major_;
};

}  // namespace dc::calibrate

#endif  // DC_CALIBRATE_LAYER_ROWS_H_
