// The methods of quantized networks, for people.
#ifndef DC_TOOLS_COMMON_METHODS_TEXT_H_
#define DC_TOOLS_COMMON_METHODS_TEXT_H_

#include <string>
#include <vector>

namespace dc {

// A paragraph for each method: name, what it quantizes, paper, bits, layers that stay float,
// training and options.
std::string MethodsText();

std::vector<std::string> MethodNames();

}  // namespace dc

#endif  // DC_TOOLS_COMMON_METHODS_TEXT_H_
