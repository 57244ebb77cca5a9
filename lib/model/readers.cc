#include "model/readers.h"

#include <algorithm>

namespace dc {

bool IsGraphOutput(const Graph& graph, const std::string& value) {
  return std::any_of(graph.outputs.begin(), graph.outputs.end(),
                     [&](const ValueInfo& output) { return output.name == value; });
}

std::optional<size_t> OnlyReader(const Graph& graph, const std::string& value) {
  const std::vector<size_t> readers = graph.Consumers(value);
  if (readers.size() != 1 || IsGraphOutput(graph, value)) return std::nullopt;
  return readers[0];
}

}  // namespace dc
