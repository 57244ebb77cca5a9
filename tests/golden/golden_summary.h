// What a golden file must decode to, as text: one line a tensor in the order of the nodes.
#ifndef DC_TESTS_GOLDEN_GOLDEN_SUMMARY_H_
#define DC_TESTS_GOLDEN_GOLDEN_SUMMARY_H_

#include <cstdio>
#include <set>
#include <string>

#include "base/crc32.h"
#include "dc/graph.h"
#include "dc/quantized_weight.h"
#include "op/operator.h"

namespace dc {

// CRC-32C of the bytes of `values` as hexadecimal digits.
template <typename T>
std::string CrcText(const std::vector<T>& values) {
  char text[9];
  std::snprintf(
      text, sizeof(text), "%08x",
      Crc32c({reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T)}));
  return text;
}

// For every tensor that a node of `graph` reads: "codes SHAPE ENTRIES codebook CRC codes CRC" or
// "plain SHAPE values CRC", the checksums over little-endian f32 centroids and values and u16
// codes. Then the operators on one line.
inline std::string Summary(const Graph& graph) {
  std::string text, ops;
  std::set<std::string> seen;
  for (const Node& node : graph.nodes) {
    if (node.op == "Cast" || node.op == "Gather") continue;
    ops += (ops.empty() ? "" : " ") + node.op;
    const op::Operator* record = op::FindOperator(node.op);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string& input = node.inputs[i];
      // Settings are attributes in a .dcz.
      const bool setting = record != nullptr && record->Input(i).role == op::Role::kSetting;
      if (setting || !seen.insert(input).second) continue;
      const auto plain = graph.initializers.find(input);
      if (IsQuantized(graph, input)) {
        const QuantizedWeight weight = *GetQuantizedWeight(graph, input);
        text += "codes " + ShapeText(weight.shape) + " " + std::to_string(weight.codebook.size()) +
                " codebook " + CrcText(weight.codebook) + " codes " + CrcText(weight.codes) + "\n";
      } else if (plain != graph.initializers.end() && plain->second.type == DataType::kFloat32) {
        text += "plain " + ShapeText(plain->second.shape) + " values " +
                CrcText(plain->second.bytes) + "\n";
      }
    }
  }
  return text + ops + "\n";
}

}  // namespace dc

#endif  // DC_TESTS_GOLDEN_GOLDEN_SUMMARY_H_
