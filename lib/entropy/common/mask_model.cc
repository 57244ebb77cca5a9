#include "entropy/common/mask_model.h"

#include <bit>

namespace dc {

uint32_t MaskModel::Bucket(uint32_t survivors, uint32_t seen) {
  const uint32_t density =
      static_cast<uint32_t>((uint64_t{survivors} * 2 + 1) * 32768 / (uint64_t{seen} + 1));
  if (density < 256) return 0;
  const uint32_t octave = static_cast<uint32_t>(std::bit_width(density)) - 1;  // 8 to 15
  return 1 + 2 * (octave - 8) + ((density >> (octave - 1)) & 1u);
}

void MaskModel::SkipRow() {
  const std::vector<uint8_t>& above = rows_[next_ ^ 1];
  std::vector<uint8_t>& row = rows_[next_];
  for (size_t i = 0; i < row.size(); ++i) row[i] = static_cast<uint8_t>(above[i] << 1 & 2u);
  next_ ^= 1;
}

}  // namespace dc
