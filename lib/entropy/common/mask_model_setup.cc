// What a MaskModel is before the first row. A file of its own: it runs once for a weight, and is
// compiled for size.
#include <algorithm>

#include "entropy/common/mask_model.h"

namespace dc {

MaskModel::MaskModel(const MatrixShape& shape, std::span<const uint32_t> columns)
    : logistic_(Logistic::Get()),
      spatial_(shape.kernel_area > 1),
      column_survivors_(shape.columns, 0),
      column_context_(shape.columns, static_cast<uint16_t>(Bucket(0, 0) * kBuckets * 4)),
      local_(spatial_ ? 4096 : 128),
      counts_(kBuckets * kBuckets * 4),
      mixer_(1 << 15) {
  uint32_t last_kernel = ~0u;
  for (uint32_t index : columns) {
    Column column{index};
    if (spatial_) {
      const uint32_t kernel = index / shape.kernel_area, place = index % shape.kernel_area;
      column.place = static_cast<uint16_t>(std::min(place, 63u) * 64);
      column.starts_kernel = kernel != last_kernel;
      column.has_left = place % shape.kernel_width > 0;
      column.has_up = place >= shape.kernel_width;
      if (column.has_up) column.up = -static_cast<int32_t>(shape.kernel_width);
      last_kernel = kernel;
    }
    columns_.push_back(column);
  }
  for (std::vector<uint8_t>& row : rows_) row.assign(kMargin + shape.columns, 0);
}

}  // namespace dc
