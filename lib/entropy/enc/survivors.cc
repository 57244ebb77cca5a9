#include "entropy/enc/survivors.h"

namespace dc {
namespace {

Survivors ScanRows(uint32_t columns, std::span<const uint16_t> codes, const KeptLines& kept) {
  Survivors survivors;
  uint32_t gap = 0;
  for (uint32_t r : kept.rows) {
    const uint16_t* row = codes.data() + size_t{r} * columns;
    for (uint32_t c : kept.columns) {
      if (row[c] == 0) {
        ++gap;
        continue;
      }
      survivors.gaps.push_back(gap);
      survivors.codes.push_back(row[c]);
      gap = 0;
    }
  }
  return survivors;
}

// A counting sort by column keeps the walk over `codes` sequential.
Survivors ScanColumns(uint32_t columns, std::span<const uint16_t> codes, const KeptLines& kept) {
  std::vector<uint32_t> start(kept.columns.size() + 1, 0);
  for (uint32_t r : kept.rows) {
    const uint16_t* row = codes.data() + size_t{r} * columns;
    for (size_t c = 0; c < kept.columns.size(); ++c) start[c + 1] += row[kept.columns[c]] != 0;
  }
  for (size_t c = 0; c + 1 < start.size(); ++c) start[c + 1] += start[c];
  Survivors survivors;
  survivors.gaps.resize(start.back());
  survivors.codes.resize(start.back());
  for (size_t r = 0; r < kept.rows.size(); ++r) {
    const uint16_t* row = codes.data() + size_t{kept.rows[r]} * columns;
    for (size_t c = 0; c < kept.columns.size(); ++c) {
      const uint16_t code = row[kept.columns[c]];
      if (code == 0) continue;
      const uint32_t at = start[c]++;
      survivors.codes[at] = code;
      // Its place in scan order; a difference below.
      survivors.gaps[at] = static_cast<uint32_t>(c * kept.rows.size() + r);
    }
  }
  uint32_t next = 0;
  for (uint32_t& gap : survivors.gaps) {
    const uint32_t place = gap;
    gap = place - next;
    next = place + 1;
  }
  return survivors;
}

}  // namespace

KeptLines FindKeptLines(const MatrixShape& shape, std::span<const uint16_t> codes) {
  std::vector<bool> used(shape.columns, false);
  KeptLines kept;
  for (uint32_t r = 0; r < shape.rows; ++r) {
    bool any = false;
    for (uint32_t c = 0; c < shape.columns; ++c) {
      if (codes[size_t{r} * shape.columns + c] == 0) continue;
      used[c] = any = true;
    }
    if (any) kept.rows.push_back(r);
  }
  for (uint32_t c = 0; c < shape.columns; ++c) {
    if (used[c]) kept.columns.push_back(c);
  }
  return kept;
}

Survivors ScanSurvivors(const MatrixShape& shape, std::span<const uint16_t> codes,
                        const KeptLines& kept, bool column_major) {
  return column_major ? ScanColumns(shape.columns, codes, kept)
                      : ScanRows(shape.columns, codes, kept);
}

}  // namespace dc
