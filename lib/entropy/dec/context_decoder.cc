#include "entropy/dec/context_decoder.h"

#include "base/damaged.h"
#include "entropy/common/code_model.h"
#include "entropy/common/mask_model.h"
#include "entropy/dec/range_decoder.h"

namespace dc {
Status DecodeMask(const MatrixShape& shape, std::span<const uint32_t> rows,
                  std::span<const uint32_t> columns, std::span<const uint8_t> bytes, uint64_t count,
                  RawVector<uint32_t>* positions) {
  MaskModel model(shape, columns);
  RangeDecoder coder(bytes);
  size_t next = 0;
  for (uint32_t r = 0; r < shape.rows; ++r) {
    if (next == rows.size() || rows[next] != r) {
      model.SkipRow();
      continue;
    }
    ++next;
    const uint8_t* row = model.row();
    uint8_t all_ones = 0;
    if (!coder.IsUsedUp()) {
      model.CodeRow(coder);
    } else if (coder.OnlyOnesFollow()) {
      all_ones = 1;
    } else {
      return Damaged("positions cut short");
    }
    for (uint32_t c : columns) {
      if ((row[c] | all_ones) & 1u) positions->push_back(r * shape.columns + c);
    }
    if (positions->size() > count) break;
  }
  if (positions->size() != count) return Damaged("number of entries does not fit the mask");
  if (!coder.AtEnd()) return Damaged("bytes left over in the positions");
  return OkStatus();
}

Status DecodeContextCodes(const MatrixShape& shape, std::span<const float> codebook,
                          const RawVector<uint32_t>* positions, std::span<const uint8_t> bytes,
                          RawVector<uint16_t>* codes) {
  if (codebook.size() > kMaxContextCodebook) {
    return Damaged("context-coded codes into a codebook that is too large");
  }
  CodeModel model(shape, codebook, positions != nullptr);
  RangeDecoder coder(bytes);
  const uint64_t count = positions ? positions->size() : shape.elements();
  codes->assign(count, 0);
  uint32_t row = 0;
  uint64_t row_begin = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t at = positions ? (*positions)[i] : i;
    if (at - row_begin >= shape.columns) {
      row = static_cast<uint32_t>(at / shape.columns);
      row_begin = uint64_t{row} * shape.columns;
    }
    if (coder.IsUsedUp()) [[unlikely]] {
      if (!coder.OnlyOnesFollow()) return Damaged("codes cut short");
      if (!model.RestIsOnes(std::span(*codes).subspan(i))) {
        return Damaged("code outside the codebook");
      }
      break;
    }
    if (!model.Code(coder, row, static_cast<uint32_t>(at - row_begin), &(*codes)[i])) {
      return Damaged("code outside the codebook");
    }
  }
  if (!coder.AtEnd()) return Damaged("bytes left over in the codes");
  return OkStatus();
}

}  // namespace dc
