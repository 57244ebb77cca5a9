#include "runtime/forms/panel_form.h"

#include <algorithm>
#include <limits>

#include "runtime/kernels/build.h"

namespace dc::runtime {

PanelMatrix PackPanels(uint32_t rows, uint32_t columns, bool transposed,
                       std::span<const float> values, std::pmr::memory_resource* memory) {
  PanelMatrix result(memory);
  result.rows = rows;
  result.columns = columns;
  result.values.assign(result.panels() * columns * kPanelRows, 0.0f);
  for (size_t row = 0; row < rows; ++row) {
    float* panel = result.values.data() + (row / kPanelRows) * columns * kPanelRows;
    for (size_t column = 0; column < columns; ++column) {
      const size_t from = transposed ? column * rows + row : row * columns + column;
      panel[column * kPanelRows + row % kPanelRows] = values[from];
    }
  }
  return result;
}

double PanelForm::Cost(WeightSource* source) {
  // What is stored with positions is never made dense.
  return source->constant().sparse ? std::numeric_limits<double>::infinity() : 1;
}

void PanelForm::LayOut(WeightSource* source) {
  Constant& constant = source->constant();
  if (constant.values.empty()) {
    constant.values.resize(constant.codes.size());
    std::transform(constant.codes.begin(), constant.codes.end(), constant.values.begin(),
                   [&](uint16_t code) { return constant.codebook[code]; });
  }
  const WeightShape& shape = source->shape();
  std::vector<float>& scale = source->epilogue().scale;
  if (!kForSize && !scale.empty()) {
    for (size_t i = 0; i < constant.values.size(); ++i) {
      constant.values[i] *= scale[shape.transposed ? i % shape.rows : i / shape.columns];
    }
    scale.clear();
  }
  const size_t group_size = size_t{source->group_rows()} * shape.columns;
  for (uint32_t g = 0; g < shape.groups; ++g) {
    groups_.push_back(PackPanels(source->group_rows(), shape.columns, shape.transposed,
                                 std::span(constant.values).subspan(g * group_size, group_size),
                                 source->memory()));
  }
}

int64_t PanelForm::ResidentBytes() const {
  int64_t bytes = 0;
  for (const PanelMatrix& group : groups_) bytes += group.ResidentBytes();
  return bytes;
}

void PanelForm::MultiplyShift(size_t begin, size_t end, const Shift& shift,
                              const Epilogue& epilogue) const {
  const size_t panels = groups_[0].panels(), group = begin / panels;
  const size_t first_row = group * groups_[0].rows;
  // The kernel counts the rows of the group.
  Shift in_group = shift;
  in_group.first_row -= first_row;
  kernels_.panel_shift(groups_[group], begin - group * panels, end - group * panels, in_group,
                       epilogue.From(first_row));
}

Form::Rows PanelForm::RowsOf(size_t part) const {
  const size_t panels = groups_[0].panels(), group = part / panels;
  const size_t begin = group * groups_[0].rows + part % panels * kPanelRows;
  return {begin, std::min(begin + kPanelRows, (group + 1) * groups_[0].rows)};
}

}  // namespace dc::runtime
