#include "inspect/inspect_hex.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <string>

#include "base/half.h"
#include "base/number_text.h"
#include "base/text_table.h"

namespace dc {
namespace {

constexpr uint64_t kLineBytes = 10;
constexpr uint64_t kNumberLineBytes = 8;  // two f32 or four f16
constexpr uint64_t kMostLines = 4;        // longer fields are cut

void AppendHex(uint64_t value, int digits, std::string* text) {
  char digit[20];
  std::snprintf(digit, sizeof(digit), "%0*llx", digits, static_cast<unsigned long long>(value));
  *text += digit;
}

// Digits of every offset: an even number that the largest fits in.
int OffsetDigits(uint64_t size) {
  int digits = 2;
  while (digits < 16 && size >> (4 * digits) != 0) digits += 2;
  return digits;
}

// The numbers in `bytes`, with commas between them.
std::string NumberList(std::span<const uint8_t> bytes, Numbers numbers) {
  const size_t width = numbers == Numbers::kFloat16 ? 2 : 4;
  std::string text;
  for (; bytes.size() >= width; bytes = bytes.subspan(width)) {
    uint32_t bits = 0;
    for (size_t i = width; i-- > 0;) bits = bits << 8 | bytes[i];
    const float value =
        width == 2 ? HalfToFloat(static_cast<uint16_t>(bits)) : std::bit_cast<float>(bits);
    text += (text.empty() ? "" : ", ") + NumberText(value);
  }
  return text;
}

}  // namespace

void PrintHex(const MarkedBytes& part, bool all, const TextSink& sink) {
  const int digits = OffsetDigits(part.bytes.size());
  for (const ByteField& field : part.fields) {
    const uint64_t step = field.numbers == Numbers::kNone ? kLineBytes : kNumberLineBytes;
    const uint64_t lines = (field.size + step - 1) / step;
    const std::string margin(2 * static_cast<size_t>(field.depth), ' ');
    for (uint64_t i = 0; i < lines; ++i) {
      if (i == 1 && lines > kMostLines && !all) {
        i = lines - 1;
        sink(std::string(static_cast<size_t>(digits), '.') + "  " + Thousands((lines - 2) * step) +
             " bytes more\n");
      }
      const uint64_t begin = field.begin + i * step;
      const auto bytes =
          part.bytes.subspan(begin, std::min(step, field.begin + field.size - begin));
      std::string line;
      AppendHex(begin, digits, &line);
      line += ' ';
      for (const uint8_t byte : bytes) AppendHex(byte, 2, &(line += ' '));
      std::string text = i == 0 ? margin + field.text : "";
      if (field.numbers != Numbers::kNone) {
        text += (i == 0 ? ": " : margin) + NumberList(bytes, field.numbers);
      }
      if (!text.empty()) {
        line.resize(static_cast<size_t>(digits) + 2 + 3 * kLineBytes + 1, ' ');
        line += text;
      }
      sink(line + "\n");
    }
  }
}

}  // namespace dc
