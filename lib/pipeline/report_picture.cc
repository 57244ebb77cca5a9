#include "pipeline/report_picture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dc {
namespace {

constexpr uint32_t kMostCells = 64;  // along one side of a mask
constexpr size_t kMostBars = 256, kPlainBars = 64;

// Counts the weights of each cell that are not zero.
class MaskPainter {
 public:
  explicit MaskPainter(const MatrixShape& shape)
      : shape_(shape),
        rows_(std::min(shape.rows, kMostCells)),
        columns_(std::min(shape.columns, kMostCells)),
        kept_(size_t{rows_} * columns_) {}

  void Keep(uint64_t row, uint64_t column) {
    ++kept_[row * rows_ / shape_.rows * columns_ + column * columns_ / shape_.columns];
  }

  void Finish(LayerPicture* picture) const {
    picture->mask_rows = rows_;
    picture->mask_columns = columns_;
    picture->mask.reserve(kept_.size());
    for (uint64_t r = 0; r < rows_; ++r) {
      for (uint64_t c = 0; c < columns_; ++c) {
        const uint64_t all = Span(r, rows_, shape_.rows) * Span(c, columns_, shape_.columns);
        const double share = double(kept_[r * columns_ + c]) / double(all);
        picture->mask.push_back(static_cast<uint8_t>(std::lround(255 * share)));
      }
    }
  }

 private:
  // How many of `size` indices fall into cell `i` of `cells`.
  static uint64_t Span(uint64_t i, uint64_t cells, uint64_t size) {
    const auto first = [&](uint64_t cell) { return (cell * size + cells - 1) / cells; };
    return first(i + 1) - first(i);
  }

  MatrixShape shape_;
  uint64_t rows_, columns_;
  std::vector<uint64_t> kept_;
};

// Joins neighbours until there are at most kMostBars; a zero keeps a bar of its own.
void JoinBars(std::vector<HistogramBar>* bars) {
  const size_t group = (bars->size() + kMostBars - 3) / (kMostBars - 2);
  if (bars->size() <= kMostBars) return;
  std::vector<HistogramBar> joined;
  size_t in_group = 0;
  for (const HistogramBar& bar : *bars) {
    const bool apart = joined.empty() || bar.value == 0 || joined.back().value == 0;
    if (apart || in_group == group) {
      joined.push_back(bar);
      in_group = 1;
    } else {
      joined.back().count += bar.count;
      ++in_group;
    }
  }
  *bars = std::move(joined);
}

}  // namespace

LayerPicture PictureOf(const MatrixShape& shape, std::span<const float> codebook,
                       const DecodedWeight& weight) {
  LayerPicture picture;
  std::vector<uint64_t> counts(codebook.size());
  MaskPainter mask(shape);
  const bool dense = weight.coding.positions == PositionCoding::kDense;
  for (size_t i = 0; i < weight.codes.size(); ++i) {
    const uint16_t code = weight.codes[i];
    ++counts[code];
    if (codebook[code] == 0.0f) continue;
    const uint64_t at = dense ? i : weight.positions[i];
    const bool by_column = !dense && weight.coding.column_major;
    mask.Keep(by_column ? at % shape.rows : at / shape.columns,
              by_column ? at / shape.rows : at % shape.columns);
  }
  mask.Finish(&picture);
  // A sparse weight's zero is the codebook's first entry, and no pruned weight is stored.
  if (!codebook.empty()) counts[0] += shape.elements() - weight.codes.size();
  std::vector<size_t> order(codebook.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return codebook[a] < codebook[b]; });
  for (const size_t i : order) picture.bars.push_back({codebook[i], counts[i]});
  JoinBars(&picture.bars);
  return picture;
}

LayerPicture PictureOf(const MatrixShape& shape, std::span<const float> values) {
  LayerPicture picture;
  MaskPainter mask(shape);
  float least = 0, greatest = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0.0f) mask.Keep(i / shape.columns, i % shape.columns);
    if (!std::isfinite(values[i])) continue;
    least = std::min(least, values[i]);
    greatest = std::max(greatest, values[i]);
  }
  mask.Finish(&picture);
  const double width = (double{greatest} - double{least}) / kPlainBars;
  if (width <= 0) return picture;
  uint64_t zeros = 0;
  std::vector<uint64_t> counts(kPlainBars);
  for (const float value : values) {
    if (value == 0.0f) ++zeros;
    if (value == 0.0f || !std::isfinite(value)) continue;
    const double bar = (double{value} - double{least}) / width;
    ++counts[std::min(kPlainBars - 1, static_cast<size_t>(bar))];
  }
  for (size_t i = 0; i < kPlainBars; ++i) {
    const double middle = double{least} + width * (double(i) + 0.5);
    if (counts[i] > 0) picture.bars.push_back({static_cast<float>(middle), counts[i]});
  }
  if (zeros > 0) picture.bars.push_back({0, zeros});
  return picture;
}

}  // namespace dc
