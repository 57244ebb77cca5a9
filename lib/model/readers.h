// Who reads a value of a graph.
#ifndef DC_MODEL_READERS_H_
#define DC_MODEL_READERS_H_

#include <cstddef>
#include <optional>
#include <string>

#include "dc/graph.h"

namespace dc {

// Whether `value` is an output of `graph`.
bool IsGraphOutput(const Graph& graph, const std::string& value);

// The index of the one node that reads `value` (perhaps by several inputs), which is no output of
// `graph`; nothing where there are others, or none.
std::optional<size_t> OnlyReader(const Graph& graph, const std::string& value);

}  // namespace dc

#endif  // DC_MODEL_READERS_H_
