#include "runtime/forms/dense_product.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace dc::runtime {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The sum of a row. Survivors that meet fewer inputs that are not finite than there are leave one
// to a zero.
class RowSum {
 public:
  RowSum(const float* x, size_t columns) : x_(x) {
    for (size_t column = 0; column < columns; ++column) missed_ += !std::isfinite(x[column]);
  }
  void Add(uint32_t column, float value) {
    if (value == 0.0f) return;
    sum_ += value * x_[column];
    missed_ -= !std::isfinite(x_[column]);
  }
  float Get() const { return missed_ == 0 ? sum_ : kNaN; }

 private:
  const float* x_;
  float sum_ = 0;
  size_t missed_ = 0;
};

// Of a matrix with slots and a rest: a BlockMatrix or a ByteMatrix.
template <class Matrix>
void MultiplySlotsAsDense(const Matrix& w, size_t begin, size_t end, const float* x,
                          const Epilogue& epilogue, float* y) {
  constexpr size_t kWindowRows = Matrix::kWindow * Matrix::kRows;
  const RowSum none(x, w.columns);
  const auto rest_rows = w.rest.slot_rows.begin();
  for (size_t slot = begin * kWindowRows; slot < std::min(end * kWindowRows, w.slot_rows.size());
       ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    RowSum sum = none;
    w.ForEachSlot(slot / Matrix::kRows, slot % Matrix::kRows,
                  [&](uint32_t column, uint32_t code) { sum.Add(column, w.codebook[code]); });
    const auto found =
        std::find(rest_rows + static_cast<std::ptrdiff_t>(slot / kWindowRows * kWindowRows),
                  w.rest.slot_rows.end(), row);
    for (RestMatrix::Row rest(w.rest, static_cast<size_t>(found - rest_rows)); rest.more();
         rest.Next()) {
      sum.Add(rest.column(), w.codebook[rest.code()]);
    }
    y[row] = epilogue(row, sum.Get());
  }
}

}  // namespace

void MultiplyAsDense(const SellMatrix& w, size_t begin, size_t end, const float* x,
                     const Epilogue& epilogue, float* y) {
  const RowSum none(x, w.columns);
  for (size_t slot = begin * SellMatrix::kRows; slot < end * SellMatrix::kRows; ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    RowSum sum = none;
    w.ForEachEntry(slot, [&](uint32_t column, float value) { sum.Add(column, value); });
    y[row] = epilogue(row, sum.Get());
  }
}

void MultiplyAsDense(const BlockMatrix& w, size_t begin, size_t end, const float* x,
                     const Epilogue& epilogue, float* y) {
  MultiplySlotsAsDense(w, begin, end, x, epilogue, y);
}

void MultiplyAsDense(const ByteMatrix& w, size_t begin, size_t end, const float* x,
                     const Epilogue& epilogue, float* y) {
  MultiplySlotsAsDense(w, begin, end, x, epilogue, y);
}

void AddZeroProducts(const CsbMatrix& w, size_t begin, size_t end, const Shift& shift) {
  // By row of a band: no memory is taken, as the caller may be a worker.
  std::array<uint32_t, CsbShape::kMaxBandRows> met;
  for (size_t band = begin; band < end; ++band) {
    const size_t first = w.band_begin[band], rows = w.band_begin[band + 1] - first;
    for (size_t line = 0; line < shift.lines; ++line) {
      for (size_t p = 0; p < shift.length; ++p) {
        // Between the rows of a plane there are positions that are no outputs: what they read is
        // not defined, and nobody reads what they write.
        const float* x = shift.x + line * shift.x_pitch + p;
        const auto is_odd = [&](size_t column) { return !std::isfinite(x[shift.Offset(column)]); };
        size_t all = 0;
        for (size_t column = 0; column < w.columns; ++column) all += is_odd(column);
        if (all == 0) continue;
        met.fill(0);
        w.ForEachEntry(band, [&](uint32_t row, uint32_t column, float) {
          met[row - first] += is_odd(column);
        });
        for (size_t row = 0; row < rows; ++row) {
          if (met[row] < all) shift.Y(first + row, line)[p] = kNaN;
        }
      }
    }
  }
}

}  // namespace dc::runtime
