// Numbers as text.
#ifndef DC_BASE_NUMBER_TEXT_H_
#define DC_BASE_NUMBER_TEXT_H_

#include <charconv>
#include <cstdio>
#include <string>
#include <type_traits>

namespace dc {

// The shortest digits that read back as `value`: "0.1", "-0.5", "3.4028235e+38".
template <typename Float>
requires std::is_floating_point_v<Float> std::string NumberText(Float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

// Six digits at most: what people read.
inline std::string ShortNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

}  // namespace dc

#endif  // DC_BASE_NUMBER_TEXT_H_
