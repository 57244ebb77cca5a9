// What the tools print: results on stdout, remarks and errors on stderr. Names come from files that
// anybody may have written, so that everything is made fit for a terminal here.
#ifndef DC_TOOLS_COMMON_OUTPUT_H_
#define DC_TOOLS_COMMON_OUTPUT_H_

#include <cstddef>
#include <string>

#include "dc/status.h"

namespace dc {

// Bytes of a line on stderr, its end aside.
inline constexpr size_t kLongestRemark = 300;

// One line of results, formatted as by printf; its end is added.
[[gnu::format(printf, 1, 2)]] void PrintLine(const char* format, ...);

// Several lines of results, with their ends.
void PrintText(const std::string& text);

// IoError where stdout did not take everything that was printed.
Status FlushOutput();

// A line on stderr; the middle of a long one is left out.
void PrintRemark(const std::string& text);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_OUTPUT_H_
