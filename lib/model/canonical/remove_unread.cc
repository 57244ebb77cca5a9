#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "model/canonical/canonical.h"
#include "model/node_attributes.h"

namespace dc {

void RemoveUnread(Graph* graph) {
  std::unordered_set<std::string> read;
  for (const ValueInfo& output : graph->outputs) read.insert(output.name);
  std::vector<bool> kept(graph->nodes.size(), false);
  for (size_t i = graph->nodes.size(); i-- > 0;) {
    Node& node = graph->nodes[i];
    kept[i] = std::any_of(node.outputs.begin(), node.outputs.end(),
                          [&](const std::string& output) { return read.count(output) > 0; });
    if (!kept[i]) continue;
    read.insert(node.inputs.begin(), node.inputs.end());
    // Outputs of operators without a record may all be required.
    if (OperatorOf(node) == nullptr) continue;
    for (std::string& output : node.outputs) {
      if (!read.count(output)) output.clear();
    }
    while (node.outputs.back().empty()) node.outputs.pop_back();
  }
  size_t next = 0;
  std::erase_if(graph->nodes, [&](const Node&) { return !kept[next++]; });
  std::erase_if(graph->initializers, [&](const auto& entry) { return !read.count(entry.first); });
  std::erase_if(graph->uninitialized, [&](const ValueInfo& v) { return !read.count(v.name); });
}

}  // namespace dc
