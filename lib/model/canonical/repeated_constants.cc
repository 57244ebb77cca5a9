// Constants that exporters repeat for each sample of a free batch: position embeddings, class
// tokens, masks, initial states. Records let no operator mix samples, so what is computed from them
// alone is the same for each sample, too.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "model/canonical/constant_folder.h"
#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"
#include "op/elementwise.h"

namespace dc {
namespace {

// Operators whose operands broadcast, or what of theirs is before the last `matrix` dimensions.
struct Broadcasting {
  const char* op;
  size_t matrix = 0;
};
constexpr Broadcasting kBroadcasting[] = {
    {"Add"},      {"Sub"},         {"Mul"},   {"Div"},   {"Pow"},     {"Max"},
    {"Min"},      {"And"},         {"Or"},    {"Xor"},   {"Equal"},   {"Mod"},
    {"Less"},     {"LessOrEqual"}, {"PRelu"}, {"Where"}, {"Greater"}, {"GreaterOrEqual"},
    {"MatMul", 2}};

// Where the batch is in `shape`, counted from the end; 0 where it is not, or more than once a
// sample.
size_t BatchFromEnd(const op::Shape& shape) {
  const auto batch = std::find(shape.begin(), shape.end(), op::kBatch);
  return static_cast<size_t>(shape.end() - batch);
}

}  // namespace

// The output of `node` for a batch of one, where its inputs are known or repeated.
std::optional<Known> ConstantFolder::OfOneSample(const Node& node) {
  Node one = node;
  std::vector<Known> values(node.inputs.size());
  std::vector<const Known*> inputs(node.inputs.size(), nullptr);
  std::vector<std::string> made;
  bool repeated = false;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const std::string& name = node.inputs[i];
    if (name.empty()) continue;
    if (const auto it = repeated_.find(name); it != repeated_.end()) {
      values[i] = it->second;
      repeated = true;
    } else if (const auto batch = with_batch_.find(name); batch != with_batch_.end()) {
      values[i] = batch->second.At(1);
      repeated = true;
      made.push_back(graph_.FreshName(name + "_of_1"));
      graph_.initializers[made.back()] = values[i].ToTensor();
      one.inputs[i] = made.back();
    } else if (IsKnown(name)) {
      values[i] = Find(name);
    } else {
      repeated = false;
      break;
    }
    inputs[i] = &values[i];
  }
  const bool complete = std::equal(inputs.begin(), inputs.end(), node.inputs.begin(),
                                   [](const Known* value, const std::string& name) {
                                     return (value == nullptr) == name.empty();
                                   });
  auto result = repeated && complete ? Evaluate(graph_, one, inputs) : std::nullopt;
  for (const std::string& name : made) graph_.initializers.erase(name);
  return result;
}

// The shape of the output of `node`, a ConstantOfShape or an Expand to a shape with the batch, or
// of an operator with a record.
std::optional<op::Shape> ConstantFolder::RepeatedShape(const Node& node) {
  const bool filled = node.op == "ConstantOfShape", expands = OperatorOf(node) == &op::kExpand;
  const auto setting = with_batch_.find(node.Input(filled ? 0 : 1));
  if ((filled || expands) && setting != with_batch_.end()) {
    op::Shape shape;
    for (size_t d = 0; d < setting->second.size(); ++d) {
      const int64_t number = setting->second.ints[d], factor = setting->second.batch(d);
      if (factor < 0 || (factor != 0) == (number != 0)) return std::nullopt;
      shape.push_back(factor != 0 ? -factor : number);
    }
    if (filled) return shape;
    const op::Shape* x = shapes_.Find(node.inputs[0]);
    op::Shape expanded;
    if (x == nullptr || !op::Broadcast(*x, shape, &expanded)) return std::nullopt;
    return expanded;
  }
  if (OperatorOf(node) == nullptr || !shapes_.Visit(node).ok()) return std::nullopt;
  const op::Shape* shape = shapes_.Find(node.outputs[0]);
  return shape != nullptr ? std::optional(*shape) : std::nullopt;
}

void ConstantFolder::FindRepeated(const Node& node) {
  if (!node.domain.empty() || shapes_.declared_batch() > 0) return;
  const bool may_be = std::any_of(node.inputs.begin(), node.inputs.end(), [&](const auto& input) {
    return with_batch_.count(input) > 0 || repeated_.count(input) > 0;
  });
  if (!may_be) return;
  auto sample = OfOneSample(node);
  const auto shape = sample ? RepeatedShape(node) : std::nullopt;
  if (!shape || static_cast<int64_t>(sample->size()) > kMostKnown / 64) return;
  const size_t back = BatchFromEnd(*shape);
  op::Shape one = *shape;
  if (back == 0) return;
  one[one.size() - back] = 1;
  if (one != sample->shape) return;
  shapes_.Set(node.outputs[0], *shape);
  repeated_[node.outputs[0]] = *std::move(sample);
}

// The constant that stands for the repeated `value`, as a new initializer.
std::string ConstantFolder::RepeatedAsConstant(const std::string& value) {
  const std::string name = value + "_of_one_sample";
  if (!graph_.initializers.count(name)) SetConstant(name, repeated_.at(value));
  return name;
}

// Initial states of zeros, which are what a recurrent layer begins with where it has none.
void ConstantFolder::DropZeroStates(Node* node) const {
  if (node->op != "LSTM" && node->op != "GRU" && node->op != "RNN") return;
  constexpr size_t kInitialH = 5, kInitialC = 6;
  for (size_t i = kInitialH; i <= kInitialC && i < node->inputs.size(); ++i) {
    const auto state = repeated_.find(node->inputs[i]);
    if (state == repeated_.end() || !state->second.is_float()) continue;
    const std::vector<float>& values = state->second.floats;
    const auto is_zero = [](float value) { return value == 0; };
    if (std::all_of(values.begin(), values.end(), is_zero)) node->inputs[i].clear();
  }
}

void ConstantFolder::UseRepeated(Node* node, std::vector<Node>* before) {
  if (repeated_.empty() || node->outputs.empty() || repeated_.count(node->outputs[0])) return;
  if (node->domain.empty()) DropZeroStates(node);
  const auto broadcasting =
      std::find_if(std::begin(kBroadcasting), std::end(kBroadcasting),
                   [&](const Broadcasting& each) { return each.op == node->op; });
  const bool joins = OperatorOf(*node) == &op::kConcat;
  if (!node->domain.empty() || (broadcasting == std::end(kBroadcasting) && !joins)) return;
  for (std::string& input : node->inputs) {
    if (!repeated_.count(input)) continue;
    const size_t back = BatchFromEnd(*shapes_.Find(input));
    // Another operand that has the batch at the same place.
    const auto other =
        std::find_if(node->inputs.begin(), node->inputs.end(), [&](const std::string& each) {
          const op::Shape* shape = shapes_.Find(each);
          return !repeated_.count(each) && shape != nullptr && BatchFromEnd(*shape) == back;
        });
    if (other == node->inputs.end()) continue;
    if (!joins) {
      if (back > broadcasting->matrix) input = RepeatedAsConstant(input);
      continue;
    }
    // One number of each sample of the other, and the constant whatever that number is.
    const std::string constant = RepeatedAsConstant(input), base = node->outputs[0] + "_repeats";
    const auto rank = shapes_.Find(*other)->size();
    std::vector<int64_t> axes;
    for (size_t d = 0; d < rank; ++d) {
      if (d != rank - back) axes.push_back(static_cast<int64_t>(d));
    }
    Node first, is_nan, chosen;
    first.op = op::kSlice.name;
    first.outputs = {graph_.FreshName(base + "_first")};
    first.inputs = {*other};
    const auto add = [&](const char* name, const std::vector<int64_t>& list) {
      first.inputs.push_back(graph_.FreshName(first.outputs[0] + "_" + name));
      graph_.initializers[first.inputs.back()] = Tensor::I64(list);
    };
    add("starts", std::vector<int64_t>(axes.size(), 0));
    add("ends", std::vector<int64_t>(axes.size(), 1));
    add("axes", axes);
    is_nan.op = "IsNaN";
    is_nan.inputs = first.outputs;
    is_nan.outputs = {graph_.FreshName(base + "_is_nan")};
    chosen.op = "Where";
    chosen.inputs = {is_nan.outputs[0], constant, constant};
    chosen.outputs = {graph_.FreshName(base)};
    for (Node* each : {&first, &is_nan, &chosen}) each->name = each->outputs[0];
    input = chosen.outputs[0];
    before->insert(before->end(), {std::move(first), std::move(is_nan), std::move(chosen)});
  }
}

}  // namespace dc
