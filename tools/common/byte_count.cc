#include "common/byte_count.h"

#include <charconv>
#include <system_error>

namespace dc {

uint64_t ParseByteCount(const std::string& text) {
  uint64_t bytes = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, bytes);
  if (error != std::errc()) return 0;
  const std::string unit(at, end);
  const int shift = unit.empty() ? 0 : unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : -1;
  if (shift < 0 || bytes > UINT64_MAX >> shift) return 0;
  return bytes << shift;
}

}  // namespace dc
