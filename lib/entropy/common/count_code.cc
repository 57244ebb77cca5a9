#include "entropy/common/count_code.h"

namespace dc {

size_t CountCode(std::span<const uint16_t> codes, uint16_t code) {
  size_t count = 0, i = 0;
  // Compilers use vectors where they know how long a loop is, and short lanes where the sum is
  // short.
  constexpr size_t kBlock = 4096;
  for (; i + kBlock <= codes.size(); i += kBlock) {
    uint16_t sum = 0;
    for (size_t k = 0; k < kBlock; ++k) {
      sum = static_cast<uint16_t>(sum + (codes[i + k] == code));
    }
    count += sum;
  }
  for (; i < codes.size(); ++i) count += codes[i] == code;
  return count;
}

}  // namespace dc
