// Text from files, made fit to be read and printed.
#ifndef DC_PRINTABLE_H_
#define DC_PRINTABLE_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace dc {

// `text` as one line that is safe for a terminal, whatever a file put into it: control characters,
// line breaks among them, become blanks; what turns the direction of text and bytes that are not
// UTF-8 become '?'.
std::string Printable(std::string_view text);

// The same for a text of several lines, which keep their ends.
std::string PrintableLines(std::string_view text);

// `text` with U+FFFD in place of bytes that are not UTF-8: what JSON can hold.
std::string ValidUtf8(std::string_view text);

// `text`, or its beginning and its end with " ... " between them where it has more than `most`
// bytes. Characters of UTF-8 stay whole. Precondition: most >= 16.
std::string Shortened(std::string_view text, size_t most);

}  // namespace dc

#endif  // DC_PRINTABLE_H_
