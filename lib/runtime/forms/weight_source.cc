#include "runtime/forms/weight_source.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>

#include "runtime/forms/form_costs.h"

namespace dc::runtime {

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%", 100.0 * share);
  return text;
}

WeightSource::WeightSource(Constant constant, const WeightShape& shape, float scale,
                           RowEpilogue epilogue, const KernelSet& kernels,
                           std::pmr::memory_resource* memory)
    : constant_(std::move(constant)),
      shape_(shape),
      epilogue_(std::move(epilogue)),
      kernels_(kernels),
      memory_(memory) {
  for (float& value : constant_.values) value *= scale;
  for (float& value : constant_.codebook) value *= scale;
  survivors_ =
      CountSurvivors(constant_.codes, constant_.codebook) + constant_.values.size() -
      static_cast<size_t>(std::count(constant_.values.begin(), constant_.values.end(), 0.0f));
}

double WeightSource::SparseLimit() const {
  // As measured: a survivor costs a convolution 2.4 times what a dense weight does (two loads for
  // every multiply-add instead of a shared one), and a gathered one 3.3 times while the weights fit
  // a cache.
  if (shape_.product == Product::kVector) return 0.30;
  const FormCosts& costs = CostsHere();
  if (shape_.positions <= FormCosts::kFewPositions) return costs.narrow_limit;
  return shape_.window ? costs.window_limit : 0.40;
}

double WeightSource::SparseCost() const {
  // Not 0, so that forms of an empty weight can be told apart.
  return std::max(density(), 1e-9) / SparseLimit();
}

const SparseRows& WeightSource::Lines() {
  if (lines_) return *lines_;
  if (!constant_.sparse) {
    constant_.positions.resize(constant_.codes.size());
    std::iota(constant_.positions.begin(), constant_.positions.end(), 0u);
  }
  const bool transposed = lines_transposed();
  lines_.emplace(FindRows(transposed ? shape_.columns : shape_.rows,
                          transposed ? shape_.rows : shape_.columns, constant_.positions,
                          constant_.codes, constant_.codebook, survivors_));
  return *lines_;
}

}  // namespace dc::runtime
