#include "runtime/kernels/csb_matrix.h"

#include <algorithm>
#include <array>

namespace dc::runtime {
namespace {

// The survivors of one band: counts first, then entries.
class BandWriter {
 public:
  BandWriter(const SparseRows& source, size_t band, CsbMatrix* out)
      : source_(source),
        out_(out),
        band_(band),
        first_(out->band_begin[band]),
        height_(out->band_begin[band + 1] - first_),
        cells_(height_ * out->blocks, 0) {}

  // Sets order and counts of the band and entry_begin of the blocks after its first.
  void Order() {
    ForEachCell(
        [&](size_t cell, uint64_t begin, uint64_t end, uint32_t) { cells_[cell] = end - begin; });
    for (size_t block = 0; block < out_->blocks; ++block) OrderBlock(block);
  }

  // Writes the entries; cells_ holds where those of each row and block go.
  template <typename Entry>
  void Write(Entry* entries) {
    const uint32_t* const positions = source_.positions.data();
    const uint16_t* const source_codes = source_.codes.data();
    ForEachCell([&](size_t cell, uint64_t begin, uint64_t end, uint32_t position) {
      Entry* to = entries + cells_[cell];
      for (uint64_t i = begin; i < end; ++i) {
        const uint32_t code = source_codes[i];
        *to++ = static_cast<Entry>((positions[i] - position) | code << CsbMatrix::kColumnBits);
      }
    });
  }

 private:
  // Calls visit(row in the band * blocks + block, first survivor, end of survivors, position of the
  // block's first column) for each row and block that has survivors.
  template <typename Visit>
  void ForEachCell(const Visit& visit) const {
    const uint32_t* const positions = source_.positions.data();
    for (size_t row = first_; row < first_ + height_; ++row) {
      size_t cell = (row - first_) * out_->blocks;
      uint32_t position = static_cast<uint32_t>(row) * source_.columns;
      const uint64_t end = source_.begin[row + 1];
      for (uint64_t i = source_.begin[row]; i < end; ++cell, position += out_->block_columns) {
        const uint64_t begin = i;
        while (i < end && positions[i] - position < out_->block_columns) ++i;
        if (i > begin) visit(cell, begin, i, position);
      }
    }
  }

  // Counting sort of the rows, the most survivors first.
  void OrderBlock(size_t block) {
    std::array<uint32_t, 257> next{};  // next[255 - n] rows have more than n survivors
    for (size_t r = 0; r < height_; ++r) ++next[256 - cells_[r * out_->blocks + block]];
    for (size_t c = 1; c < next.size(); ++c) next[c] += next[c - 1];
    const size_t at = first_ * out_->blocks + block * height_;
    for (size_t r = 0; r < height_; ++r) {
      const uint64_t count = cells_[r * out_->blocks + block];
      const size_t i = at + next[255 - count]++;
      out_->order[i] = static_cast<uint16_t>(r);
      out_->counts[i] = static_cast<uint8_t>(count);
    }
    uint64_t entry = out_->entry_begin[band_ * out_->blocks + block];
    for (size_t i = at; i < at + height_; ++i) {
      cells_[out_->order[i] * size_t{out_->blocks} + block] = entry;
      entry += out_->counts[i];
    }
    out_->entry_begin[band_ * out_->blocks + block + 1] = entry;
  }

  const SparseRows& source_;
  CsbMatrix* const out_;
  const size_t band_, first_, height_;
  std::vector<uint64_t> cells_;  // row by row, one a block: survivors, then where they go
};

template <typename Entry>
void WriteBands(const SparseRows& source, CsbMatrix* out, std::pmr::vector<Entry>* entries) {
  entries->resize(source.positions.size());
  for (size_t band = 0; band < out->bands(); ++band) {
    BandWriter writer(source, band, out);
    writer.Order();
    if (out->entry_begin[(band + 1) * out->blocks] > out->entry_begin[band * out->blocks]) {
      writer.Write(entries->data());
    }
  }
}

}  // namespace

int64_t CsbMatrix::ResidentBytes() const {
  return static_cast<int64_t>(
      band_begin.size() * sizeof(uint32_t) + order.size() * sizeof(uint16_t) + counts.size() +
      entry_begin.size() * sizeof(uint64_t) + entries16.size() * sizeof(uint16_t) +
      entries32.size() * sizeof(uint32_t) + codebook.size() * sizeof(float));
}

CsbMatrix LayOutCsb(const SparseRows& source, std::span<const float> codebook,
                    const CsbShape& shape, std::pmr::memory_resource* memory) {
  CsbMatrix out(memory);
  out.rows = source.rows;
  out.columns = source.columns;
  out.block_columns = std::min(shape.block_columns, source.columns);
  out.blocks = (source.columns + out.block_columns - 1) / out.block_columns;
  const uint32_t group_rows = shape.group_rows == 0 ? source.rows : shape.group_rows;
  for (uint32_t group = 0; group < source.rows; group += group_rows) {
    for (uint32_t row = 0; row < group_rows; row += shape.band_rows) {
      out.band_begin.push_back(group + row);
    }
  }
  out.band_begin.push_back(source.rows);
  out.order.resize(size_t{source.rows} * out.blocks);
  out.counts.resize(out.order.size());
  out.entry_begin.assign(out.bands() * out.blocks + 1, 0);
  out.codebook.assign(codebook.begin(), codebook.end());
  if (codebook.size() > 256) {
    WriteBands(source, &out, &out.entries32);
  } else {
    WriteBands(source, &out, &out.entries16);
  }
  return out;
}

}  // namespace dc::runtime
