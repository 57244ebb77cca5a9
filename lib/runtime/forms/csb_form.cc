#include "runtime/forms/csb_form.h"

#include <algorithm>
#include <limits>

namespace dc::runtime {
namespace {

// Rows of a band: few enough for threads to share, enough for each band to pay for reading the
// inputs.
constexpr uint32_t kConvolutionBand = 64, kFullyConnectedBand = CsbShape::kMaxBandRows;
// Of a fully connected layer: the inputs of a block, 64 samples each, stay in a first-level cache.
constexpr uint32_t kFullyConnectedColumns = 192;

// Survivors: first how many each row and block has, then the entries themselves.
class CellWriter {
 public:
  CellWriter(const SparseRows& source, bool transposed, CsbMatrix* out)
      : source_(source),
        transposed_(transposed),
        out_(*out),
        cells_(size_t{out->rows} * out->blocks, 0) {}

  // Sets order, counts and entry_begin.
  void Order() {
    ForEachRun([this](size_t cell, uint64_t begin, uint64_t end, uint32_t) __attribute__((
        always_inline)) { cells_[cell] += static_cast<uint32_t>(end - begin); });
    for (size_t band = 0; band < out_.bands(); ++band) {
      for (size_t block = 0; block < out_.blocks; ++block) OrderBlock(band, block);
    }
  }

  // Writes the entries; cells_ holds where those of each row and block go.
  template <typename Entry>
  void Write(std::pmr::vector<Entry>* entries) {
    entries->resize(source_.positions.size());
    Entry* const all = entries->data();
    const uint32_t* const positions = source_.positions.data();
    const uint16_t* const source_codes = source_.codes.data();
    const auto write = [ =, this ](size_t cell, uint64_t begin, uint64_t end, uint32_t position)
        __attribute__((always_inline)) {
      uint32_t entry = cells_[cell];
      for (uint64_t i = begin; i < end; ++i) {
        const uint32_t code = source_codes[i];
        all[entry++] =
            static_cast<Entry>((positions[i] - position) | code << CsbMatrix::kColumnBits);
      }
      cells_[cell] = entry;
    };
    ForEachRun(write);
  }

 private:
  // Calls visit(row * blocks + block, first survivor, end of survivors, what to take from their
  // positions for the column within the block) for runs of survivors of one row and block.
  template <typename Visit>
  void ForEachRun(const Visit& visit) const {
    const uint32_t* const positions = source_.positions.data();
    for (uint32_t line = 0; line < source_.rows; ++line) {
      const uint32_t line_begin = line * source_.columns;
      const uint64_t end = source_.begin[line + 1];
      uint64_t i = source_.begin[line];
      if (transposed_) {
        const size_t block = line / out_.block_columns;
        const uint32_t column = line % out_.block_columns;
        for (; i < end; ++i) {
          const size_t row = positions[i] - line_begin;
          visit(row * out_.blocks + block, i, i + 1, positions[i] - column);
        }
        continue;
      }
      size_t cell = size_t{line} * out_.blocks;
      for (uint32_t position = line_begin; i < end; ++cell, position += out_.block_columns) {
        const uint64_t begin = i;
        while (i < end && positions[i] - position < out_.block_columns) ++i;
        if (i > begin) visit(cell, begin, i, position);
      }
    }
  }

  // Orders the rows of a block of a band, the most survivors first, and finds where each begins.
  void OrderBlock(size_t band, size_t block) {
    const size_t first = out_.band_begin[band], height = out_.band_begin[band + 1] - first;
    const auto cell = [&](size_t row) -> uint32_t& {
      return cells_[(first + row) * out_.blocks + block];
    };
    const size_t at = first * out_.blocks + block * height;
    std::vector<uint32_t> counts(height);
    for (size_t r = 0; r < height; ++r) counts[r] = cell(r);
    size_t i = at;
    for (const uint32_t row : MostFirst(counts)) {
      out_.order[i] = static_cast<uint16_t>(row);
      out_.counts[i++] = static_cast<uint8_t>(counts[row]);
    }
    uint64_t entry = out_.entry_begin[band * out_.blocks + block];
    for (i = at; i < at + height; ++i) {
      cell(out_.order[i]) = static_cast<uint32_t>(entry);
      entry += out_.counts[i];
    }
    out_.entry_begin[band * out_.blocks + block + 1] = entry;
  }

  const SparseRows& source_;
  const bool transposed_;
  CsbMatrix& out_;
  std::vector<uint32_t> cells_;  // row by row, one per block: survivors, then where the next goes
};

}  // namespace

CsbMatrix LayOutCsb(const SparseRows& source, bool transposed, std::span<const float> codebook,
                    const CsbShape& shape, std::pmr::memory_resource* memory) {
  CsbMatrix out(memory);
  out.rows = transposed ? source.columns : source.rows;
  out.columns = transposed ? source.rows : source.columns;
  out.block_columns = std::min(shape.block_columns, out.columns);
  out.blocks = (out.columns + out.block_columns - 1) / out.block_columns;
  const uint32_t group_rows = shape.group_rows == 0 ? out.rows : shape.group_rows;
  for (uint32_t group = 0; group < out.rows; group += group_rows) {
    for (uint32_t row = 0; row < group_rows; row += shape.band_rows) {
      out.band_begin.push_back(group + row);
    }
  }
  out.band_begin.push_back(out.rows);
  out.order.resize(size_t{out.rows} * out.blocks);
  out.counts.resize(out.order.size());
  out.entry_begin.assign(out.bands() * out.blocks + 1, 0);
  out.codebook.assign(codebook.begin(), codebook.end());
  CellWriter writer(source, transposed, &out);
  writer.Order();
  if (codebook.size() > 256) {
    writer.Write(&out.entries32);
  } else {
    writer.Write(&out.entries16);
  }
  return out;
}

double CsbForm::Cost(WeightSource* source) {
  if (source->shape().product != Product::kShift || !source->has_codes()) {
    return std::numeric_limits<double>::infinity();
  }
  return source->SparseCost();
}

void CsbForm::LayOut(WeightSource* source) {
  Replace(&w_, LayOutCsb(source->Lines(), source->lines_transposed(), source->constant().codebook,
                         {.group_rows = source->group_rows(),
                          .band_rows = kConvolutionBand,
                          .block_columns = source->shape().block_columns},
                         memory()));
}

void CsbForm::LayOutForBatches(const CodedRows& weight) {
  // Without the zeros that only fill up: with one of them 256 centroids would take 16-bit codes.
  std::span<const float> codebook = weight.codebook;
  while (!codebook.empty() && codebook.back() == 0.0f) {
    codebook = codebook.first(codebook.size() - 1);
  }
  Replace(&w_,
          LayOutCsb(weight.rows, false, codebook,
                    {.band_rows = kFullyConnectedBand, .block_columns = kFullyConnectedColumns},
                    memory()));
}

size_t CsbForm::MostRows() const { return kConvolutionBand; }

}  // namespace dc::runtime
