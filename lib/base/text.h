// Texts that are put together.
#ifndef DC_BASE_TEXT_H_
#define DC_BASE_TEXT_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "dc/status.h"

namespace dc {

// A text or a whole number.
class TextPart {
 public:
  template <typename T>
  requires std::convertible_to<T, TextView>
  [[gnu::always_inline]] TextPart(const T& text) {  // NOLINT: implicit by design
    const std::string_view view = TextView(text);
    data_ = view.data() == nullptr ? "" : view.data();
    size_or_number_ = static_cast<int64_t>(view.size());
  }
  template <std::integral T>
  [[gnu::always_inline]] TextPart(T number)  // NOLINT
      : size_or_number_(static_cast<int64_t>(number)) {}

  void AppendTo(std::string* text) const;

 private:
  const char* data_ = nullptr;  // null: a number
  int64_t size_or_number_;
};

// The parts, one after the other: a third of the code of a chain of operator+.
std::string Text(std::initializer_list<TextPart> parts);

}  // namespace dc

// What an error says: the parts behind `brief`, or, in a library that is built for size, `brief`.
#ifdef DC_FOR_SIZE
#define DC_ERROR_TEXT(brief, ...) brief
#else
#define DC_ERROR_TEXT(brief, ...) ::dc::Text({__VA_ARGS__})
#endif

#endif  // DC_BASE_TEXT_H_
