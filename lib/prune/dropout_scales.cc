// Han et al. 2015, section 3.3: with fewer connections left there is less to overfit, so dropout is
// weaker while a pruned network is retrained: D_r = D_o * sqrt(C_ir / C_io).
#include <cmath>
#include <set>

#include "dc/prune.h"
#include "dc/weights.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

bool Drops(const Node& node) {
  const op::Operator* record = OperatorOf(node);
  return record != nullptr && record->Has(op::kDrops);
}

}  // namespace

std::map<std::string, double> DropoutScales(const Graph& graph, const Masks& masks) {
  std::map<size_t, WeightRef> layers;  // by node
  for (const WeightRef& ref : ListWeights(graph)) layers[ref.node] = ref;

  std::map<std::string, double> scales;
  for (const Node& dropout : graph.nodes) {
    if (!Drops(dropout) || dropout.outputs.empty()) continue;
    // All weights that the output reaches without passing another weight or Dropout.
    double connections = 0, survivors = 0;
    std::vector<std::string> open = {dropout.outputs[0]};
    std::set<size_t> seen;
    while (!open.empty()) {
      const std::string value = open.back();
      open.pop_back();
      for (const size_t reader : graph.Consumers(value)) {
        const Node& node = graph.nodes[reader];
        if (!seen.insert(reader).second || Drops(node)) continue;
        const auto layer = layers.find(reader);
        if (layer == layers.end()) {
          open.insert(open.end(), node.outputs.begin(), node.outputs.end());
          continue;
        }
        const auto size = static_cast<double>(layer->second.size());
        connections += size;
        const auto mask = masks.find(layer->second.name);
        if (mask == masks.end()) {
          survivors += size;
        } else {
          for (const uint8_t kept : mask->second) survivors += kept != 0;
        }
      }
    }
    if (connections > 0) scales[dropout.outputs[0]] = std::sqrt(survivors / connections);
  }
  return scales;
}

}  // namespace dc
