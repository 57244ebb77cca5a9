#include "model/dialects/dialects.h"

#include <utility>

#include "model/quoted.h"

namespace dc {

void Reasons::Add(const Node& node, const Status& status) {
  reasons_.push_back(status.At(Quoted(node)));
}

Status Reasons::Joined() const { return reasons_.empty() ? OkStatus() : JoinReasons(reasons_); }

Status ReadDialects(Graph* graph) {
  QuantizedConstants constants;
  Reasons reasons;
  FoldScales(graph);
  ReadChannelsLast(graph, &reasons);
  ReadQdq(graph, &constants, &reasons);
  ReadQonnx(graph, &constants, &reasons);
  ReadQonnxFunctions(graph, &constants, &reasons);
  ReadMatMulNBits(graph, &constants, &reasons);
  ReadIntegers(graph, &constants, &reasons);
  std::move(constants).Apply(graph);
  ReadSignChoices(graph);
  ReadArithmetic(graph);
  return reasons.Joined();
}

}  // namespace dc
