#include "base/text.h"

namespace dc {

void TextPart::AppendTo(std::string* text) const {
  if (data_ == nullptr) {
    text->append(std::to_string(size_or_number_));
  } else {
    text->append(data_, static_cast<size_t>(size_or_number_));
  }
}

std::string Text(std::initializer_list<TextPart> parts) {
  std::string text;
  for (const TextPart& part : parts) part.AppendTo(&text);
  return text;
}

}  // namespace dc
