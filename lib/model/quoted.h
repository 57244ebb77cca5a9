// Names from files, made fit for a one-line message.
#ifndef DC_MODEL_QUOTED_H_
#define DC_MODEL_QUOTED_H_

#include <string>

#include "dc/graph.h"

namespace dc {

// `name` in single quotes: control characters become '?', and anything beyond 120 bytes is cut.
inline std::string Quoted(const std::string& name) {
  constexpr size_t kLongest = 120;
  std::string text(1, '\'');
  text.append(name, 0, kLongest);
  text += name.size() > kLongest ? "...'" : "'";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

// "Conv node 'conv1'"; nodes without a name go by their first output.
inline std::string Quoted(const Node& node) {
  std::string text = node.op + " node";
  if (!node.name.empty()) return text + " " + Quoted(node.name);
  if (!node.outputs.empty()) return text + " that writes " + Quoted(node.outputs[0]);
  return text;
}

}  // namespace dc

#endif  // DC_MODEL_QUOTED_H_
