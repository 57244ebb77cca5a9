#include "entropy/enc/context_encoder.h"

#include "entropy/common/code_model.h"
#include "entropy/common/mask_model.h"
#include "entropy/enc/range_encoder.h"

namespace dc {

std::vector<uint8_t> EncodeMask(const MatrixShape& shape, const KeptLines& kept,
                                std::span<const uint16_t> codes) {
  MaskModel model(shape, kept.columns);
  RangeEncoder coder;
  size_t next = 0;
  for (uint32_t r = 0; r < shape.rows; ++r) {
    if (next == kept.rows.size() || kept.rows[next] != r) {
      model.SkipRow();
      continue;
    }
    ++next;
    const uint16_t* row = codes.data() + size_t{r} * shape.columns;
    uint8_t* bits = model.row();
    for (uint32_t c = 0; c < shape.columns; ++c) bits[c] = row[c] != 0;
    model.CodeRow(coder);
  }
  return coder.Finish();
}

std::vector<uint8_t> EncodeContextCodes(const MatrixShape& shape, std::span<const float> codebook,
                                        std::span<const uint16_t> codes, bool sparse) {
  CodeModel model(shape, codebook, sparse);
  RangeEncoder coder;
  for (uint32_t r = 0; r < shape.rows; ++r) {
    for (uint32_t c = 0; c < shape.columns; ++c) {
      uint16_t code = codes[size_t{r} * shape.columns + c];
      if (!sparse || code != 0) model.Code(coder, r, c, &code);
    }
  }
  return coder.Finish();
}

}  // namespace dc
