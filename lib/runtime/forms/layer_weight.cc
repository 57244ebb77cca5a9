#include "runtime/forms/layer_weight.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "runtime/forms/block_form.h"
#include "runtime/forms/byte_form.h"
#include "runtime/forms/panel_form.h"
#include "runtime/forms/sell_form.h"
#include "runtime/forms/winograd_form.h"
#include "runtime/kernels/build.h"

namespace dc::runtime {
namespace {

using MakeForm = std::unique_ptr<Form>(const WeightSource& source);

template <class F>
std::unique_ptr<Form> Make(const WeightSource& source) {
  return std::make_unique<F>(source);
}

// All forms. Of two that cost the same the first is taken.
constexpr MakeForm* kForms[] = {Make<CsbForm>,
                                Make<SellForm>,
                                kHasBlocks ? Make<BlockForm> : nullptr,
                                kHasBytes ? Make<ByteForm> : nullptr,
                                Make<PanelForm>,
                                kForSize ? nullptr : Make<WinogradForm>};

// The form that costs least; `note` receives what it says of that.
std::unique_ptr<Form> Cheapest(WeightSource* source, std::string* note) {
  std::unique_ptr<Form> best;
  double cost = std::numeric_limits<double>::infinity(), next = cost;
  for (MakeForm* make : kForms) {
    if (make == nullptr) continue;
    std::unique_ptr<Form> form = make(*source);
    const double its_cost = form->Cost(source);
    if (its_cost < cost) {
      next = std::exchange(cost, its_cost);
      best = std::move(form);
    } else {
      next = std::min(next, its_cost);
    }
  }
  *note = best->Note(next);
  return best;
}

// What the density has to do with the choice. A library that is built for size keeps it to itself.
std::string DensityNote(WeightSource* source) {
  if (kForSize) return "";
  const std::string density = Percent(source->density()), limit = Percent(source->SparseLimit());
  if (source->constant().sparse) return density + " of the weights are kept";
  if (!source->has_codes()) return "stored as plain values";
  if (source->SparseCost() <= 1) {
    return "only " + density + " of the values are not zero (limit " + limit + ")";
  }
  return density + " of the values are not zero: dense is faster above " + limit;
}

}  // namespace

int64_t LayerWeight::ResidentBytes() const {
  return form->ResidentBytes() + (batch ? batch->ResidentBytes() : 0) +
         (by_columns ? by_columns->ResidentBytes() : 0);
}

void LayerWeight::MakeBatchForm() {
  if (kHasLanes && batch) batch->LayOutForBatches(form->Unpack());
}

void LayerWeight::DropBatchForm() {
  if (batch) batch->Drop();
}

Shift LayerWeight::SideBySide(const float* x, size_t lanes, float* y) const {
  return {.x = x,
          .finite = ZerosStayZero(x, columns * lanes),
          .unit = lanes,
          .length = lanes,
          .y = y,
          .y_row_stride = lanes};
}

LayerWeight MakeLayerWeight(Constant constant, const WeightShape& shape, float scale,
                            RowEpilogue epilogue, const KernelSet& kernels,
                            std::pmr::memory_resource* memory, LayerPlan* layer) {
  WeightSource source(std::move(constant), shape, scale, std::move(epilogue), kernels, memory);
  layer->weights = int64_t{shape.rows} * shape.columns;
  layer->survivors = static_cast<int64_t>(source.survivors());
  layer->form = (source.constant().sparse ? "sparse " : "dense ") + source.constant().form;
  layer->reason = DensityNote(&source);

  LayerWeight weight;
  std::string note;
  weight.form = Cheapest(&source, &note);
  layer->reason += note;
  weight.columns = shape.columns;
  const bool sparse = weight.form->SkipsZeros();
  weight.multiply_adds = static_cast<double>(sparse ? layer->survivors : layer->weights);
  if (sparse && shape.product == Product::kVector) {
    if (kHasLanes) weight.batch = std::make_unique<CsbForm>(source);
    if (ColumnForm::Pays(*weight.form, &source)) {
      const double most_active = weight.form->MostActive();
      layer->reason +=
          "; by columns where at most " + Percent(most_active) + " of the inputs are not zero";
      weight.by_columns = std::make_unique<ColumnForm>(&source, most_active);
    }
  }
  if (sparse) weight.all_finite = kernels.all_finite;
  weight.form->LayOut(&source);
  weight.epilogue = std::move(source.epilogue());
  layer->resident_bytes = weight.ResidentBytes();

  layer->kernel = layer->batch_kernel = "reference";
  if (!kernels.reference) {
    const std::string target = " " + TargetName(kernels);
    layer->kernel = weight.form->Name(shape.product) +
                    std::string(weight.by_columns ? "/columns" : "") + target;
    layer->batch_kernel = weight.shift_form().Name(Product::kShift) + target;
  }
  return weight;
}

}  // namespace dc::runtime
