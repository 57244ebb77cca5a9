#include "runtime/forms/layer_weight.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "entropy/common/matrix_shape.h"
#include "runtime/forms/block_plan.h"
#include "runtime/kernels/build.h"

namespace dc::runtime {
namespace {

// Share of survivors up to which a layer that is stored densely runs faster from gaps and codes, as
// measured: a survivor costs a convolution 2.4 times what a dense weight does (two loads for every
// multiply-add instead of a shared one), and a gathered one 3.3 times while the weights fit a
// cache.
double SparseLimit(LayerKind kind) { return kind == LayerKind::kConvolution ? 0.40 : 0.30; }

// Most of the inputs that may be other than zero for the product by columns to be faster than
// SELL-16, as measured (decision 0025); beyond it both take about as long.
constexpr double kMostActive = 0.42;
// Microseconds of one entry by columns where there are blocks, which are faster than SELL-16; and
// the share of active inputs below which too few layers have as little for another layout to pay.
constexpr double kColumnEntryCost = 0.5e-3, kWorthActive = 0.25;

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%", 100.0 * share);
  return text;
}

void MakeSparse(Constant* constant, LayerKind kind, const WeightShape& shape,
                const KernelSet& kernels, LayerWeight* weight, LayerPlan* layer) {
  if (!constant->sparse) {
    constant->positions.resize(constant->codes.size());
    std::iota(constant->positions.begin(), constant->positions.end(), 0u);
  }
  const auto& codebook = constant->codebook;
  // As they are stored: row by row, or column by column.
  const bool transposed = shape.transposed != constant->column_major;
  const SparseRows lines = FindRows(
      transposed ? shape.columns : shape.rows, transposed ? shape.rows : shape.columns,
      constant->positions, constant->codes, codebook, static_cast<size_t>(layer->survivors));
  if (kind == LayerKind::kConvolution) {
    weight->csb = LayOutCsb(lines, transposed, codebook,
                            {.group_rows = shape.rows / shape.groups,
                             .band_rows = kConvolutionBand,
                             .block_columns = shape.block_columns},
                            weight->memory);
    return;
  }
  double most_active = kMostActive;
  const bool zero = std::find(codebook.begin(), codebook.end(), 0.0f) != codebook.end();
  if (kHasBlocks && kernels.fast_blocks &&
      codebook.size() + (zero ? 0 : 1) <= BlockMatrix::kMaxEntries) {
    const BlockPlan plan = PlanBlocks(lines, transposed);
    if (plan.estimate < plan.sell_estimate) {
      char text[96];
      std::snprintf(text, sizeof(text), "; estimated %.1f us in blocks, %.1f in SELL-16",
                    plan.estimate, plan.sell_estimate);
      layer->reason += text;
      weight->in_blocks = true;
      weight->blocks = LayOutBlocks(lines, transposed, codebook, plan, weight->memory);
      most_active = plan.estimate / (kColumnEntryCost * static_cast<double>(layer->survivors));
    }
  }
  // Smaller layers are done before what they skip is known; in fewer rows of a thread one column
  // waits for the sums of the one before.
  constexpr size_t kWorthColumns = 100'000, kWorthRows = 1024;
  if (!kForSize && most_active >= kWorthActive && codebook.size() <= ColumnMatrix::kCodebook &&
      lines.positions.size() >= kWorthColumns && shape.rows / shape.threads >= kWorthRows) {
    layer->reason +=
        "; by columns where at most " + Percent(most_active) + " of the inputs are not zero";
    weight->by_columns = LayOutColumns(lines, transposed, codebook, shape.threads, weight->memory);
    weight->most_active = most_active;
  }
  if (!weight->in_blocks) weight->sell = LayOutSell(lines, transposed, codebook, weight->memory);
}

std::vector<PanelMatrix> MakeDense(Constant* constant, const WeightShape& shape,
                                   std::pmr::memory_resource* memory) {
  if (constant->values.empty()) {
    constant->values.resize(constant->codes.size());
    std::transform(constant->codes.begin(), constant->codes.end(), constant->values.begin(),
                   [&](uint16_t code) { return constant->codebook[code]; });
  }
  std::vector<PanelMatrix> panels;
  const uint32_t rows = shape.rows / shape.groups;
  const size_t group_size = size_t{rows} * shape.columns;
  for (uint32_t g = 0; g < shape.groups; ++g) {
    panels.push_back(PackPanels(rows, shape.columns, shape.transposed,
                                std::span(constant->values).subspan(g * group_size, group_size),
                                memory));
  }
  return panels;
}

std::vector<CodePanels> MakeFilters(const Constant& constant, const WeightShape& shape,
                                    std::pmr::memory_resource* memory) {
  std::vector<CodePanels> filters;
  const uint32_t rows = shape.rows / shape.groups;
  for (uint32_t g = 0; g < shape.groups; ++g) {
    filters.emplace_back(rows, shape.columns, constant.codebook, memory);
  }
  const MatrixShape matrix{.rows = shape.rows, .columns = shape.columns};
  for (size_t i = 0; i < constant.codes.size(); ++i) {
    const uint32_t place = constant.sparse ? constant.positions[i] : static_cast<uint32_t>(i);
    const uint32_t element = ElementAt(matrix, constant.column_major, place);
    const uint32_t row = element / shape.columns;
    filters[row / rows].Set(row % rows, element % shape.columns,
                            static_cast<uint8_t>(constant.codes[i]));
  }
  return filters;
}

// The kernels for single samples and for several, as the plan calls them.
void NameKernels(const LayerWeight& weight, LayerKind kind, const KernelSet& kernels,
                 LayerPlan* layer) {
  if (kernels.reference) {
    layer->kernel = layer->batch_kernel = "reference";
    return;
  }
  const std::string target = " " + TargetName(kernels);
  if (!weight.filters.empty()) {
    layer->kernel = layer->batch_kernel = "winograd" + target;
    return;
  }
  layer->kernel = layer->batch_kernel = (weight.is_sparse ? "csb" : "dense shift") + target;
  if (kind == LayerKind::kConvolution) return;
  layer->kernel = weight.in_blocks ? "blocks" : weight.is_sparse ? "sell16" : "dense panels";
  if (weight.by_columns.bands() > 0) layer->kernel += "/columns";
  layer->kernel += target;
}

}  // namespace

int64_t LayerWeight::ResidentBytes() const {
  int64_t bytes = csb.ResidentBytes() + blocks.ResidentBytes() + sell.ResidentBytes();
  bytes += by_columns.ResidentBytes();
  for (const PanelMatrix& panel : panels) bytes += panel.ResidentBytes();
  for (const CodePanels& filter : filters) bytes += filter.ResidentBytes();
  return bytes;
}

void LayerWeight::MakeBatchForm() {
  // Blocks of columns whose inputs, 64 samples each, stay in a first-level cache.
  constexpr uint32_t kBlockColumns = 192;
  const bool from_blocks = kHasBlocks && in_blocks;
  std::span<const float> codebook = from_blocks ? blocks.codebook : sell.codebook;
  // The zeros that only fill up: with one of them 256 centroids would take 16-bit codes.
  while (!codebook.empty() && codebook.back() == 0.0f)
    codebook = codebook.first(codebook.size() - 1);
  csb = LayOutCsb(from_blocks ? blocks.ToRows() : sell.ToRows(), false, codebook,
                  {.band_rows = kFullyConnectedBand, .block_columns = kBlockColumns}, memory);
}

LayerWeight MakeLayerWeight(Constant constant, LayerKind kind, const WeightShape& shape,
                            float scale, const KernelSet& kernels,
                            std::pmr::memory_resource* memory, LayerPlan* layer) {
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
  LayerWeight weight(memory);
  weight.columns = shape.columns;
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
  // Of the dense kernel's time, when convolved directly.
  const double direct = weight.is_sparse ? density / SparseLimit(kind) : 1;
  if (!kForSize && kernels.winograd && !constant.codebook.empty() &&
      constant.codebook.size() <= kMostPanelCodes && shape.winograd_cost < direct) {
    layer->reason += "; estimated " + Percent(shape.winograd_cost) +
                     " of the dense kernel's time, " + Percent(direct) + " without transforms";
    weight.is_sparse = false;
    weight.filters = MakeFilters(constant, shape, memory);
  } else if (weight.is_sparse) {
    MakeSparse(&constant, kind, shape, kernels, &weight, layer);
  } else {
    weight.panels = MakeDense(&constant, shape, memory);
  }
  layer->resident_bytes = weight.ResidentBytes();
  NameKernels(weight, kind, kernels, layer);
  return weight;
}

}  // namespace dc::runtime
