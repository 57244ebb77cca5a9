#include "model/dialects/dialects.h"

#include <utility>

namespace dc {

void ReadDialects(Graph* graph) {
  QuantizedConstants constants;
  ReadQdq(graph, &constants);
  ReadQonnx(graph, &constants);
  std::move(constants).Apply(graph);
  ReadSignChoices(graph);
  ReadArithmetic(graph);
}

}  // namespace dc
