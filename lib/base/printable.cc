#include "dc/printable.h"

#include <cstdint>

namespace dc {
namespace {

constexpr size_t kMostBytes = 4;  // of a character of UTF-8

// How many bytes the character at the start of `text` (not empty) has, and which it is; 0 where
// they are not UTF-8: cut off, overlong, a surrogate, or beyond U+10FFFF.
size_t Decode(std::string_view text, uint32_t* character) {
  const auto first = static_cast<uint8_t>(text[0]);
  *character = first;
  if (first < 0x80) return 1;
  const size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  *character = first & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xC0) != 0x80) return 0;
    *character = *character << 6 | (next & 0x3Fu);
  }
  const bool overlong = (size == 3 && *character < 0x800) || (size == 4 && *character < 0x10000);
  const bool surrogate = *character >= 0xD800 && *character < 0xE000;
  return overlong || surrogate || *character > 0x10FFFF ? 0 : size;
}

bool IsControl(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);  // C0, DEL and C1, among which are escape sequences
}

// Line and paragraph separators; marks, embeddings, overrides and isolates of directions.
bool ReordersText(uint32_t c) {
  return (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C;
}

std::string Clean(std::string_view text, bool lines) {
  std::string clean;
  while (!text.empty()) {
    uint32_t c = 0;
    const size_t size = Decode(text, &c);
    if (c == '\n' && lines) {
      clean += '\n';
    } else if (size == 0 || ReordersText(c)) {
      clean += '?';
    } else if (IsControl(c)) {
      clean += ' ';
    } else {
      clean.append(text.data(), size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return clean;
}

// Whether a character goes on at `at`.
bool IsInside(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
}

}  // namespace

std::string Printable(std::string_view text) { return Clean(text, /*lines=*/false); }

std::string PrintableLines(std::string_view text) { return Clean(text, /*lines=*/true); }

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    uint32_t c = 0;
    const size_t size = Decode(text, &c);
    if (size == 0) {
      valid += "\uFFFD";
    } else {
      valid.append(text.data(), size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return valid;
}

std::string Shortened(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  constexpr std::string_view kGap = " ... ";
  size_t begin = (most - kGap.size()) / 2, end = text.size() - (most - kGap.size() - begin);
  // Bytes that are no UTF-8 at all are cut anywhere.
  for (size_t i = 1; i < kMostBytes && begin > 0 && IsInside(text, begin); ++i) --begin;
  for (size_t i = 1; i < kMostBytes && IsInside(text, end); ++i) ++end;
  std::string shortened(text.substr(0, begin));
  return shortened.append(kGap).append(text.substr(end));
}

}  // namespace dc
