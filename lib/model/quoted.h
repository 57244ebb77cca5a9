// Names from files, made fit for a one-line message.
#ifndef DC_MODEL_QUOTED_H_
#define DC_MODEL_QUOTED_H_

#include <cstddef>
#include <string>

#include "dc/graph.h"
#include "dc/printable.h"

namespace dc {

inline constexpr size_t kLongestName = 120;  // bytes of a name in a message

// `name` in single quotes, printable, its middle left out where it is long.
inline std::string Quoted(const std::string& name) {
  std::string text = "'";
  text += Shortened(Printable(name), kLongestName);
  text += "'";
  return text;
}

// "Conv node 'conv1'"; nodes without a name go by their first output.
inline std::string Quoted(const Node& node) {
  const std::string text = Shortened(Printable(node.op), kLongestName) + " node";
  if (!node.name.empty()) return text + " " + Quoted(node.name);
  if (!node.outputs.empty()) return text + " that writes " + Quoted(node.outputs[0]);
  return text;
}

}  // namespace dc

#endif  // DC_MODEL_QUOTED_H_
