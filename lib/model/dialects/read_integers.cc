// Integer operators, and quantizers that these read.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "model/dialects/dialects.h"
#include "model/dialects/integer_operators.h"
#include "model/dialects/linear.h"
#include "model/element_types.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

Status ReadQuantizeLinear(const Node& node, IntegerContext* context, NodeWriter* to) {
  if (node.Int("block_size", 0) != 0) {
    return Unsupported("scales by block of a value that is computed", "",
                       "quantize values with a scale per tensor or per channel");
  }
  return context->Quantize(node, node.Input(0), 1, 2, node.Int("axis", 1), to);
}

Status ReadDequantizeLinear(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"axis", "block_size", "output_dtype"}));
  if (node.Int("block_size", 0) != 0) {
    return Unsupported("scales by block of a value that is computed", "",
                       "quantize values with a scale per tensor or per channel");
  }
  DC_ASSIGN_OR_RETURN(const std::string x,
                      context->Dequantized(node, 0, 1, 2, node.Int("axis", 1), to));
  if (to->empty() || to->last().outputs[0] != x) to->Add(op::kIdentity.name, {x});
  return OkStatus();
}

class IntegerReader {
 public:
  IntegerReader(Graph* graph, QuantizedConstants* constants, Reasons* reasons)
      : graph_(*graph), context_(graph, constants), reasons_(*reasons) {}

  void Run() {
    // Pairs leave quantizers behind that nothing reads.
    needed_ = graph_.NeededValues();
    for (const ValueInfo& output : graph_.outputs) outputs_.insert(output.name);
    std::vector<Node> nodes;
    for (const Node& node : graph_.nodes) {
      NodeWriter to(node, &graph_);
      const Status status = Read(node, &to);
      if (!status.ok()) reasons_.Add(node, status);
      std::vector<Node> parts = {node};
      if (status.ok() && !to.empty()) parts = Place(node, std::move(to));
      for (Node& part : parts) {
        static_cast<void>(context_.shapes().Visit(part));
        nodes.push_back(std::move(part));
      }
    }
    graph_.nodes = std::move(nodes);
    DeclareFloats();
  }

 private:
  Status Read(const Node& node, NodeWriter* to) {
    IntegerOperatorReader* reader = nullptr;
    if (node.domain.empty() && node.op == "QuantizeLinear") reader = ReadQuantizeLinear;
    if (node.domain.empty() && node.op == "DequantizeLinear") reader = ReadDequantizeLinear;
    for (auto* find : {FindIntegerProduct, FindIntegerFunction}) {
      if (reader == nullptr) reader = find(node);
    }
    if (reader == nullptr && ReadsIntegers(node)) reader = FindIntegerMove(node);
    if (reader == nullptr) return OkStatus();
    const bool is_needed =
        std::any_of(node.outputs.begin(), node.outputs.end(),
                    [&](const std::string& output) { return needed_.count(output) > 0; });
    if (!is_needed) return OkStatus();
    constexpr size_t kMostOutputs = 3;  // of a DynamicQuantizeLinear
    DC_RETURN_IF_ERROR(CheckOutputs(node, node.op == "DynamicQuantizeLinear" ? kMostOutputs : 1));
    return reader(node, &context_, to);
  }

  bool ReadsIntegers(const Node& node) {
    const op::Operator* record = OperatorOf(node);
    const bool table = record == &op::kGather && graph_.Constant(node.Input(0)) != nullptr;
    if (table) context_.values().Take(node.Input(0));
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& input) {
      return context_.values().Find(input) != nullptr;
    });
  }

  // The nodes of `to`. Whole numbers that are an output of the graph are also there as they are.
  std::vector<Node> Place(const Node& node, NodeWriter to) {
    const IntegerValue* value = context_.values().Find(node.outputs[0]);
    const bool is_output = outputs_.count(node.outputs[0]) > 0;
    if (value == nullptr || !is_output) return std::move(to).Take();
    IntegerValue moved = *value;
    if (moved.name == node.outputs[0]) moved.name = to.last().outputs[0];
    context_.values().Set(node.outputs[0], moved);
    if (context_.values().Raw(moved, &to) == moved.name) {
      to.Add(op::kIdentity.name, {moved.name});
    }
    return std::move(to).Take();
  }

  // Outputs of whole numbers are floats now.
  void DeclareFloats() {
    for (ValueInfo& output : graph_.outputs) {
      if (context_.values().Find(output.name) == nullptr) continue;
      graph_.notes.push_back("graph output " + Quoted(output.name) + " of type " +
                             NameOf(output.type) + " has its whole numbers as float32");
      output.type = DataType::kFloat32;
    }
  }

  Graph& graph_;
  IntegerContext context_;
  Reasons& reasons_;
  std::set<std::string> outputs_, needed_;
};

}  // namespace

void ReadIntegers(Graph* graph, QuantizedConstants* constants, Reasons* reasons) {
  IntegerReader(graph, constants, reasons).Run();
}

}  // namespace dc
