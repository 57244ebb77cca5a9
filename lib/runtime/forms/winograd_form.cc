#include "runtime/forms/winograd_form.h"

#include <algorithm>
#include <limits>

#include "entropy/common/matrix_shape.h"
#include "runtime/kernels/winograd.h"

namespace dc::runtime {

size_t WinogradStripColumns(size_t channels) {
  // Of the transformed input of a strip, unless it were too few columns for the transforms of the
  // filters to be worth it.
  constexpr size_t kStripFloats = (size_t{3} << 18) / sizeof(float), kLeastColumns = 56;
  return std::max(kLeastColumns, kStripFloats / kWinogradPositions / channels);
}

double WinogradCost(const WinogradUse& use, uint32_t group_rows, uint32_t groups) {
  // In multiply-adds of the dense kernel, as measured: of the products, of transforming a tile of
  // a channel (input or output) and of transforming a filter.
  constexpr double kProduct = 1.35, kTile = 800, kFilter = 500;
  if (use.tiles == 0) return std::numeric_limits<double>::infinity();
  const double tiles = static_cast<double>(use.tiles), channels = static_cast<double>(use.channels);
  const double filters = channels * group_rows;
  const size_t strip = WinogradStripColumns(use.channels);
  const double strips = static_cast<double>((use.tiles + strip - 1) / strip);
  const double cost = filters * (kProduct * kWinogradPositions * tiles + kFilter * strips) +
                      kTile * tiles * (channels + 1.0 * group_rows * groups);
  constexpr double kTaps = kWinogradTaps * kWinogradTaps;
  return cost / (filters * kTaps * static_cast<double>(use.outputs));
}

double WinogradForm::Cost(WeightSource* source) {
  const size_t entries = source->constant().codebook.size();
  if (!source->kernels().winograd || entries > kMostPanelCodes) {
    return std::numeric_limits<double>::infinity();
  }
  cost_ = WinogradCost(source->shape().winograd, source->group_rows(), source->shape().groups);
  return cost_;
}

std::string WinogradForm::Note(double next) const {
  return "; estimated " + Percent(cost_) + " of the dense kernel's time, " + Percent(next) +
         " without transforms";
}

void WinogradForm::LayOut(WeightSource* source) {
  const WeightShape& shape = source->shape();
  const Constant& constant = source->constant();
  const uint32_t rows = source->group_rows();
  for (uint32_t g = 0; g < shape.groups; ++g) {
    if (source->has_codes()) {
      filters_.emplace_back(rows, shape.columns, constant.codebook, source->memory());
    } else {
      filters_.emplace_back(rows, shape.columns, source->memory());
    }
  }
  for (size_t i = 0; i < constant.values.size(); ++i) {
    const size_t row = i / shape.columns;
    filters_[row / rows].SetValue(row % rows, i % shape.columns, constant.values[i]);
  }
  const MatrixShape matrix{.rows = shape.rows, .columns = shape.columns};
  for (size_t i = 0; i < constant.codes.size(); ++i) {
    const uint32_t place = constant.sparse ? constant.positions[i] : static_cast<uint32_t>(i);
    const uint32_t element = ElementAt(matrix, constant.column_major, place);
    const uint32_t row = element / shape.columns;
    filters_[row / rows].Set(row % rows, element % shape.columns,
                             static_cast<uint8_t>(constant.codes[i]));
  }
}

int64_t WinogradForm::ResidentBytes() const {
  int64_t bytes = 0;
  for (const CodePanels& filter : filters_) bytes += filter.ResidentBytes();
  return bytes;
}

}  // namespace dc::runtime
