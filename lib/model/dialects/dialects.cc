#include "model/dialects/dialects.h"

namespace dc {

void ReadDialects(Graph* graph) {
  ReadQdq(graph);
  ReadQonnx(graph);
  ReadSignChoices(graph);
  ReadArithmetic(graph);
}

}  // namespace dc
