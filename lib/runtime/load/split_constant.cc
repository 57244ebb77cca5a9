#include "runtime/load/split_constant.h"

#include <cstdint>
#include <utility>

#include "entropy/common/matrix_shape.h"

namespace dc::runtime {
namespace {

// Gives every part its survivors.
void SplitPositions(const Constant& constant, uint32_t rows, uint32_t columns,
                    std::vector<Constant>* parts) {
  const MatrixShape whole = MatrixOf(constant.shape);
  const uint32_t size = rows * columns;
  // Parts are runs of whole rows where the positions, too, may stay in the order of columns.
  const bool by_columns = constant.column_major && whole.rows == rows * parts->size();
  std::vector<uint32_t> counts(parts->size(), 0);
  const auto element = [&](size_t i) {
    return ElementAt(whole, constant.column_major, constant.positions[i]);
  };
  for (size_t i = 0; i < constant.positions.size(); ++i) ++counts[element(i) / size];
  for (size_t p = 0; p < parts->size(); ++p) {
    (*parts)[p].sparse = true;
    (*parts)[p].column_major = by_columns;
    (*parts)[p].positions.resize(counts[p]);
    (*parts)[p].codes.resize(counts[p]);
    counts[p] = 0;
  }
  for (size_t i = 0; i < constant.positions.size(); ++i) {
    const uint32_t at = element(i), in_part = at % size;
    Constant& part = (*parts)[at / size];
    const uint32_t next = counts[at / size]++;
    part.positions[next] = by_columns ? in_part % columns * rows + in_part / columns : in_part;
    part.codes[next] = constant.codes[i];
  }
}

}  // namespace

std::vector<Constant> SplitConstant(Constant constant, size_t count, int64_t rows,
                                    int64_t columns) {
  const size_t size = static_cast<size_t>(rows * columns);
  std::vector<Constant> parts(count);
  for (size_t p = 0; p < count; ++p) {
    Constant& part = parts[p];
    part.name = constant.name;
    part.form = constant.form;
    part.shape = {rows, columns};
    part.codebook = constant.codebook;
    if (!constant.values.empty()) {
      const auto begin = constant.values.begin() + static_cast<std::ptrdiff_t>(p * size);
      part.values.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
    } else if (!constant.sparse) {
      part.codes.resize(size);
      for (size_t i = 0; i < size; ++i) part.codes[i] = constant.codes[p * size + i];
    }
  }
  if (constant.sparse) {
    SplitPositions(constant, static_cast<uint32_t>(rows), static_cast<uint32_t>(columns), &parts);
  }
  return parts;
}

}  // namespace dc::runtime
