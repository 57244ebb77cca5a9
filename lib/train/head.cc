#include "train/head.h"

#include <algorithm>
#include <iterator>

#include "dc/tensor.h"
#include "dc/train.h"
#include "model/node_attributes.h"
#include "model/shapes.h"

namespace dc {
namespace {

// The dimensions of one sample that are not 1.
std::vector<int64_t> Extents(const std::vector<int64_t>& sample) {
  std::vector<int64_t> extents;
  std::copy_if(sample.begin(), sample.end(), std::back_inserter(extents),
               [](int64_t d) { return d != 1; });
  return extents;
}

std::vector<int64_t> SampleOf(const std::vector<int64_t>& shape) {
  return {shape.begin() + (shape.empty() ? 0 : 1), shape.end()};
}

// Values per sample of an output of this shape; 0 where their number is not known, or where they
// are no list and labels want one.
int64_t Entries(const std::vector<int64_t>& shape, bool targets) {
  const std::vector<int64_t> sample = SampleOf(shape);
  if (shape.empty() || std::any_of(sample.begin(), sample.end(), [](int64_t d) { return d < 1; })) {
    return 0;
  }
  const bool list = sample.size() == 1 || Extents(sample).empty();
  return list || targets ? ElementCount(sample) : 0;
}

std::string ListOutputs(const std::vector<ValueInfo>& outputs, bool targets) {
  std::string text;
  for (const ValueInfo& output : outputs) {
    text += (text.empty() ? "\"" : ", \"") + output.name + "\"";
    const int64_t entries = Entries(output.shape, targets);
    if (entries > 0) text += " (" + std::to_string(entries) + " per sample)";
  }
  return text;
}

// The outputs of `outputs` that fit `data`.
std::vector<size_t> FittingOutputs(const std::vector<ValueInfo>& outputs, const Dataset& data) {
  const int64_t classes = data.LargestLabel() + 1;
  std::vector<size_t> exact, possible;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const int64_t entries = Entries(outputs[i].shape, data.has_targets());
    if (data.has_targets()) {
      if (entries == data.target_size()) possible.push_back(i);
      continue;
    }
    if (entries == classes && entries > 1) exact.push_back(i);
    if (entries >= std::max<int64_t>(classes, 2) || (entries == 1 && classes <= 2)) {
      possible.push_back(i);
    }
  }
  return exact.size() == 1 ? exact : possible;
}

Status CheckTargetsFit(const std::string& where, const std::vector<int64_t>& shape,
                       const Dataset& data) {
  const std::vector<int64_t> given = SampleOf(shape);
  const std::string what = "targets of " + ShapeText(data.target_shape) +
                           " numbers per sample do not fit an output of " + ShapeText(given);
  if (ElementCount(given) != data.target_size()) {
    return BadInput(what, where, "use a network that gives as many (labels must be integers)");
  }
  // A list takes the numbers in their order.
  const std::vector<int64_t> output = Extents(given), target = Extents(data.target_shape);
  if (output == target || output.size() <= 1 || target.size() <= 1) return OkStatus();
  return BadInput(what, where, "bring the targets into the output's order (numpy.transpose)");
}

}  // namespace

StatusOr<size_t> ChooseOutput(const std::vector<ValueInfo>& outputs, const std::string& logits,
                              const Dataset& data) {
  const std::string list = "the outputs are " + ListOutputs(outputs, data.has_targets());
  if (!logits.empty()) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].name == logits) return i;
    }
    return UsageError("the model has no output \"" + logits + "\"", list, "give one to --logits");
  }
  if (outputs.size() == 1) return size_t{0};
  const std::vector<size_t> fitting = FittingOutputs(outputs, data);
  if (fitting.size() == 1) return fitting[0];
  const std::string answers =
      data.has_targets() ? "targets of " + ShapeText(data.target_shape) + " numbers per sample"
                         : "labels 0 to " + std::to_string(data.LargestLabel());
  return BadInput((fitting.empty() ? "no output fits " : "several outputs fit ") + answers,
                  list + "; data " + data.name,
                  std::string("name the one with the ") +
                      (data.has_targets() ? "targets" : "classes") + ": --logits NAME");
}

Status SetLogits(const std::string& logits, Graph* graph) {
  if (logits.empty()) return OkStatus();
  DC_RETURN_IF_ERROR(ChooseOutput(graph->outputs, logits, Dataset()).status());
  graph->metadata[kLogitsKey] = logits;
  return OkStatus();
}

Status CheckOutputFits(const std::string& name, const std::vector<int64_t>& shape,
                       const Dataset& data) {
  const std::string where = (name.empty() ? "" : "output \"" + name + "\", ") + "data " + data.name;
  if (data.has_targets()) return CheckTargetsFit(where, shape, data);
  const int64_t outputs = ElementCount(SampleOf(shape));
  const int64_t classes = outputs == 1 ? 2 : outputs;
  const int32_t largest = data.LargestLabel();
  if (largest < classes) return OkStatus();
  return BadInput("label " + std::to_string(largest) + " has no output: the model tells " +
                      std::to_string(classes) + " classes apart",
                  where, "use data whose labels lie below that number");
}

namespace train {
namespace {

bool Is(const Node& node, op::Trait trait) {
  const op::Operator* record = OperatorOf(node);
  return record && record->Has(trait);
}

// True where `node` normalises [batch, classes] logits over the classes.
bool IsClassSoftmax(const Node& node) {
  const int64_t axis = node.Int("axis", -1);
  return Is(node, op::kNormalizes) && (axis == 1 || axis == -1);
}

// The node whose values `output` has: operators that only give them another shape are passed over.
const Node* LastActivation(const Graph& graph, const std::string& output) {
  const Node* node = graph.Producer(output);
  while (node && (Is(*node, op::kReshapes) || Is(*node, op::kRenames))) {
    node = graph.Producer(node->Input(0));
  }
  return node;
}

bool IsOpen(const std::vector<int64_t>& sample) {
  return std::any_of(sample.begin(), sample.end(), [](int64_t d) { return d < 0; });
}

// The outputs with the shapes that follow from the input; as declared where none does.
std::vector<ValueInfo> OutputsOf(const Graph& graph, const std::vector<int64_t>& input_shape) {
  const std::vector<int64_t>& declared = graph.inputs[0].shape;
  GraphShapes shapes;
  if (IsOpen({declared.begin() + 1, declared.end()})) {
    Graph closed = graph;
    std::copy(input_shape.begin(), input_shape.end(), closed.inputs[0].shape.begin() + 1);
    shapes = InferGraphShapes(closed);
  } else {
    shapes = InferGraphShapes(graph);
  }
  std::vector<ValueInfo> outputs = graph.outputs;
  for (ValueInfo& output : outputs) {
    const auto shape = shapes.of.find(output.name);
    if (shape != shapes.of.end()) output.shape = shape->second;
  }
  return outputs;
}

}  // namespace

StatusOr<Head> FindHead(const Graph& graph, const Dataset& data, const std::string& logits,
                        const std::vector<int64_t>& input_shape) {
  std::string name = logits;
  const auto recorded = graph.metadata.find(kLogitsKey);
  if (name.empty() && recorded != graph.metadata.end()) name = recorded->second;
  const std::vector<ValueInfo> outputs = OutputsOf(graph, input_shape);
  DC_ASSIGN_OR_RETURN(const size_t chosen, ChooseOutput(outputs, name, data));
  const ValueInfo& output = outputs[chosen];
  Head head{output.name, output.name, !name.empty()};
  // Targets are about what the network gives: no part of it belongs to the loss.
  if (data.has_targets()) return head;
  const Node* last = graph.Producer(output.name);
  if (last && IsClassSoftmax(*last)) head.logits = last->Input(0);
  last = LastActivation(graph, output.name);
  if (last && Is(*last, op::kSquashes) && Entries(output.shape, false) == 1)
    head.logits = last->Input(0);
  return head;
}

}  // namespace train
}  // namespace dc
