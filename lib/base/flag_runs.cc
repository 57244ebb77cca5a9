#include "base/flag_runs.h"

#include "base/exp_golomb.h"

namespace dc {

void WriteFlagRuns(const std::vector<bool>& flags, BitWriter* bits) {
  std::vector<uint32_t> runs = {0};
  bool current = false;
  for (bool flag : flags) {
    if (flag != current) runs.push_back(0);
    current = flag;
    ++runs.back();
  }
  for (size_t i = 1; i < runs.size(); ++i) --runs[i];
  int best_order = 0;
  uint64_t best_bits = ~uint64_t{0};
  for (int order = 0; order < 4; ++order) {
    uint64_t total = 0;
    for (uint32_t run : runs) total += static_cast<uint64_t>(ExpGolombBits(run, order));
    if (total < best_bits) {
      best_bits = total;
      best_order = order;
    }
  }
  bits->Write(static_cast<uint32_t>(best_order), 2);
  for (uint32_t run : runs) WriteExpGolomb(run, best_order, bits);
}

bool ReadFlagRuns(uint64_t count, BitReader* bits, std::vector<bool>* flags) {
  const int order = static_cast<int>(bits->Read(2));
  *flags = std::vector<bool>(count);
  bool current = false;
  for (uint64_t i = 0; i < count;) {
    const int64_t number = ReadExpGolomb(order, bits);
    if (number < 0 || bits->overrun()) return false;
    const uint64_t run = static_cast<uint64_t>(number) + current + (i > 0 && !current);
    if (run > count - i) return false;
    for (const uint64_t end = i + run; i < end; ++i) (*flags)[i] = current;
    current = !current;
  }
  return true;
}

}  // namespace dc
