#include "model/input_shapes.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "model/quoted.h"

namespace dc {
namespace {

constexpr const char* kOption = "--input-shape";

// Dimensions with x between them.
StatusOr<std::vector<int64_t>> ParseShape(std::string_view text) {
  std::vector<int64_t> shape;
  for (std::string_view rest = text;;) {
    const std::string_view part = rest.substr(0, rest.find('x'));
    int64_t dimension = -1;
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), dimension);
    const bool number = parsed.ec == std::errc() && parsed.ptr == part.data() + part.size();
    if (part != "N" && (!number || dimension < 1)) {
      return UsageError("'" + std::string(text) + "' is no shape", kOption,
                        "give numbers with x between them, as in NAME=1x3x224x224");
    }
    shape.push_back(part == "N" ? -1 : dimension);
    if (part.size() == rest.size()) return shape;
    rest.remove_prefix(part.size() + 1);
  }
}

std::string NamesOf(const std::vector<ValueInfo>& inputs) {
  std::string names;
  for (const ValueInfo& input : inputs) {
    names += (names.empty() ? "" : ", ") + input.name + " (" + ShapeText(input.shape) + ")";
  }
  return names;
}

}  // namespace

StatusOr<InputShapes> ParseInputShapes(const std::vector<std::string>& texts) {
  InputShapes shapes;
  for (const std::string& text : texts) {
    const size_t equals = text.rfind('=');
    const std::string name = equals == std::string::npos ? "" : text.substr(0, equals);
    DC_ASSIGN_OR_RETURN(
        std::vector<int64_t> shape,
        ParseShape(std::string_view(text).substr(equals == std::string::npos ? 0 : equals + 1)));
    if (!shapes.emplace(name, std::move(shape)).second) {
      return UsageError("the shape of '" + name + "' twice", kOption, "give it once");
    }
  }
  return shapes;
}

StatusOr<bool> SetInputShapes(const InputShapes& shapes, Graph* graph) {
  std::vector<ValueInfo>& inputs = graph->inputs;
  bool overridden = false;
  for (const auto& [name, shape] : shapes) {
    const auto input = std::find_if(inputs.begin(), inputs.end(), [&, n = &name](const auto& each) {
      return each.name == *n || (n->empty() && inputs.size() == 1);
    });
    if (input == inputs.end()) {
      return UsageError("no one input '" + name + "'", kOption,
                        "the inputs are " + NamesOf(inputs));
    }
    // A file may not say how many dimensions there are.
    if (input->shape.empty()) input->shape.assign(shape.size(), -1);
    if (input->shape.size() != shape.size()) {
      return UsageError(
          "a shape of " + ShapeText(shape) + " for an input of " + ShapeText(input->shape), kOption,
          "give as many dimensions as the input has");
    }
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] < 1) continue;
      overridden |= input->shape[d] > 0 && input->shape[d] != shape[d];
      input->shape[d] = shape[d];
    }
  }
  if (overridden) {
    for (ValueInfo& output : graph->outputs) output.shape.assign(output.shape.size(), -1);
  }
  return overridden;
}

}  // namespace dc
