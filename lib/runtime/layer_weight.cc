#include "runtime/layer_weight.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <span>
#include <string>

namespace dc::runtime {
namespace {

// Share of survivors up to which a layer that is stored densely runs faster from gaps and codes, as
// measured: a survivor costs a convolution 2.4 times what a dense weight does (two loads for every
// multiply-add instead of a shared one), and a gathered one 3.3 times while the weights fit a
// cache.
double SparseLimit(LayerKind kind) { return kind == LayerKind::kConvolution ? 0.40 : 0.30; }

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%", 100.0 * share);
  return text;
}

// Fills `sparse`, and `blocks` where these are faster for one sample; counts their bytes.
void MakeSparse(Constant* constant, LayerKind kind, const WeightShape& shape,
                const KernelSet& kernels, LayerWeight* weight, LayerPlan* layer) {
  if (!constant->sparse) {
    constant->positions.resize(constant->codes.size());
    std::iota(constant->positions.begin(), constant->positions.end(), 0u);
  }
  const SparseRows rows = GroupByRow(shape.rows, shape.columns, shape.transposed,
                                     constant->positions, constant->codes, constant->codebook);
  const auto& codebook = constant->codebook;
  if (kind == LayerKind::kFullyConnected && kernels.fast_blocks) {
    const bool zero = std::find(codebook.begin(), codebook.end(), 0.0f) != codebook.end();
    const uint32_t entries = static_cast<uint32_t>(codebook.size()) + (zero ? 0 : 1);
    if (const uint32_t words = ChooseBlockWords(rows, entries)) {
      weight->in_blocks = true;
      weight->blocks = LayOutBlocks(rows, codebook, words);
      layer->resident_bytes = weight->blocks.ResidentBytes();
    }
  }
  weight->sparse = LayOut(rows, codebook, kind == LayerKind::kConvolution ? 1 : 16);
  layer->resident_bytes += weight->sparse.ResidentBytes();
}

std::vector<PanelMatrix> MakeDense(Constant* constant, const WeightShape& shape) {
  if (constant->values.empty()) {
    constant->values.reserve(constant->codes.size());
    for (uint16_t code : constant->codes) constant->values.push_back(constant->codebook[code]);
  }
  std::vector<PanelMatrix> panels;
  const uint32_t rows = shape.rows / shape.groups;
  const size_t group_size = size_t{rows} * shape.columns;
  for (uint32_t g = 0; g < shape.groups; ++g) {
    panels.push_back(PackPanels(rows, shape.columns, shape.transposed,
                                std::span(constant->values).subspan(g * group_size, group_size)));
  }
  return panels;
}

std::string KernelName(const LayerWeight& weight, LayerKind kind, const KernelSet& kernels) {
  if (kernels.reference) return "reference";
  const bool convolution = kind == LayerKind::kConvolution;
  const char* name = weight.in_blocks   ? "blocks"
                     : weight.is_sparse ? (convolution ? "shift" : "sell16")
                                        : (convolution ? "dense shift" : "dense panels");
  return std::string(name) + " " + TargetName(kernels);
}

}  // namespace

LayerWeight MakeLayerWeight(Constant constant, LayerKind kind, const WeightShape& shape,
                            float scale, const KernelSet& kernels, LayerPlan* layer) {
  for (float& value : constant.values) value *= scale;
  for (float& value : constant.codebook) value *= scale;
  layer->weights = int64_t{shape.rows} * shape.columns;
  layer->survivors = static_cast<int64_t>(
      CountSurvivors(constant.codes, constant.codebook) +
      (constant.values.size() -
       static_cast<size_t>(std::count(constant.values.begin(), constant.values.end(), 0.0f))));
  layer->form = (constant.sparse ? "sparse " : "dense ") + constant.form;

  const double density =
      static_cast<double>(layer->survivors) / static_cast<double>(layer->weights);
  LayerWeight weight;
  const std::string limit = Percent(SparseLimit(kind));
  if (constant.sparse) {
    weight.is_sparse = true;
    layer->reason = Percent(density) + " of the weights are kept";
  } else if (constant.codebook.empty()) {
    layer->reason = "stored as plain values";
  } else if (density <= SparseLimit(kind)) {
    weight.is_sparse = true;
    layer->reason =
        "only " + Percent(density) + " of the values are not zero (limit " + limit + ")";
  } else {
    layer->reason =
        Percent(density) + " of the values are not zero: dense is faster above " + limit;
  }
  if (weight.is_sparse) {
    MakeSparse(&constant, kind, shape, kernels, &weight, layer);
  } else {
    weight.panels = MakeDense(&constant, shape);
    for (const PanelMatrix& panel : weight.panels) layer->resident_bytes += panel.ResidentBytes();
  }
  layer->kernel = KernelName(weight, kind, kernels);
  return weight;
}

}  // namespace dc::runtime
