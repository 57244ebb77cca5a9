#include "dc/quantized_weight.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/distinct_values.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "model/quoted.h"
#include "model/readers.h"

namespace dc {
namespace {

constexpr size_t kMostByteEntries = 256;  // codes of larger codebooks take two bytes

std::string PolicyKey(const std::string& name) { return "dc.weight." + name + ".policy"; }
std::string BitsKey(const std::string& name) { return "dc.weight." + name + ".bits"; }

const Tensor* Initializer(const Graph& graph, const std::string& name) {
  const auto it = graph.initializers.find(name);
  return it == graph.initializers.end() ? nullptr : &it->second;
}

// Codebook of 1 to 65,536 finite entries, every code inside it, as many codes as `shape` says.
Status CheckContents(const QuantizedWeight& weight, const std::string& where) {
  const size_t entries = weight.codebook.size();
  if (entries < 1 || entries > QuantizedWeight::kMostEntries) {
    return BadInput("a codebook of " + std::to_string(entries) + " entries", where,
                    "1 to 65,536 are possible");
  }
  if (!std::all_of(weight.codebook.begin(), weight.codebook.end(),
                   [](float v) { return std::isfinite(v); })) {
    return BadInput("NaN or infinity in the codebook", where, "quantize the model again");
  }
  if (!weight.scales.empty()) {
    if (weight.scale_axis >= weight.shape.size() ||
        static_cast<int64_t>(weight.scales.size()) != weight.shape[weight.scale_axis]) {
      return BadInput(
          std::to_string(weight.scales.size()) + " scales for shape " + ShapeText(weight.shape),
          where, "quantize the model again");
    }
    if (!std::all_of(weight.scales.begin(), weight.scales.end(),
                     [](float v) { return std::isfinite(v); })) {
      return BadInput("NaN or infinity among the scales", where, "quantize the model again");
    }
  }
  if (static_cast<int64_t>(weight.codes.size()) != ElementCount(weight.shape)) {
    return BadInput(
        std::to_string(weight.codes.size()) + " codes for shape " + ShapeText(weight.shape), where,
        "quantize the model again");
  }
  const auto outside = std::find_if(weight.codes.begin(), weight.codes.end(),
                                    [&](uint16_t code) { return code >= entries; });
  if (outside != weight.codes.end()) {
    return BadInput("code " + std::to_string(*outside) + " is outside the codebook of " +
                        std::to_string(entries) + " entries",
                    where + ", element " + std::to_string(outside - weight.codes.begin()),
                    "the file is damaged; quantize the model again");
  }
  return OkStatus();
}

Tensor CodesTensor(const QuantizedWeight& weight) {
  if (weight.codebook.size() > kMostByteEntries) {
    Tensor tensor = Tensor::Zeros(DataType::kUint16, weight.shape);
    std::copy(weight.codes.begin(), weight.codes.end(), tensor.data<uint16_t>().begin());
    return tensor;
  }
  Tensor tensor = Tensor::Zeros(DataType::kUint8, weight.shape);
  std::transform(weight.codes.begin(), weight.codes.end(), tensor.bytes.begin(),
                 [](uint16_t code) { return static_cast<uint8_t>(code); });
  return tensor;
}

// Removes nodes and initializers of `forms`, except those that something else reads too. The values
// that they wrote are undefined afterwards.
void RemoveForms(const std::vector<QuantizedForm>& forms, Graph* graph) {
  std::vector<bool> is_last(graph->nodes.size(), false), is_cast(graph->nodes.size(), false);
  for (const QuantizedForm& form : forms) {
    is_last[form.gather] = true;
    if (form.mul) is_last[*form.mul] = true;
    is_cast[form.cast] = true;
  }
  std::map<std::string, size_t> readers;
  const auto count = [&](const std::vector<std::string>& values) {
    for (const std::string& value : values) ++readers[value];
  };
  for (const ValueInfo& output : graph->outputs) ++readers[output.name];
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    if (!is_last[i] && !is_cast[i]) count(graph->nodes[i].inputs);
  }
  std::vector<Node> kept;
  for (size_t i = 0; i < graph->nodes.size(); ++i) {
    Node& node = graph->nodes[i];
    if (is_last[i] || (is_cast[i] && readers[node.outputs[0]] == 0)) continue;
    if (is_cast[i]) count(node.inputs);
    kept.push_back(std::move(node));
  }
  graph->nodes = std::move(kept);
  for (const QuantizedForm& form : forms) {
    for (const std::string& name : {form.codes, form.codebook, form.scales}) {
      if (readers[name] == 0) graph->initializers.erase(name);
    }
  }
}

}  // namespace

namespace {

// The dimension of `scales` that is not 1, where it alone is not and `rank` are in all.
std::optional<size_t> ScaleAxis(const Tensor& scales, size_t rank) {
  if (scales.type != DataType::kFloat32 || scales.shape.size() != rank) return std::nullopt;
  for (size_t d = 0; d < rank; ++d) {
    if (scales.shape[d] == scales.size()) return d;
  }
  return std::nullopt;
}

const Node* ProducerIn(const Graph& graph, const GraphIndex* index, const std::string& value) {
  return index != nullptr ? index->Producer(value) : graph.Producer(value);
}

// The form NAME = Mul(Gather(codebook, Cast(codes)), scales) that `mul` ends.
std::optional<QuantizedForm> FindScaledForm(const Graph& graph, const Node& mul,
                                            const GraphIndex* index) {
  if (mul.inputs.size() != 2) return std::nullopt;
  const std::string& unscaled = mul.inputs[0];
  // Of a Mul that reads another one there may be many in a row, none of them a form.
  const Node* gather = ProducerIn(graph, index, unscaled);
  if (gather == nullptr || OperatorOf(*gather) != &op::kGather) return std::nullopt;
  const size_t readers =
      index != nullptr ? index->Consumers(unscaled) : graph.Consumers(unscaled).size();
  if (readers != 1 || IsGraphOutput(graph, unscaled)) return std::nullopt;
  const Tensor* scales = Initializer(graph, mul.inputs[1]);
  auto form = scales != nullptr ? FindQuantizedForm(graph, unscaled, index) : std::nullopt;
  if (!form) return std::nullopt;
  const std::vector<int64_t>& shape = graph.initializers.at(form->codes).shape;
  const auto axis = ScaleAxis(*scales, shape.size());
  if (!axis || shape[*axis] != scales->size()) return std::nullopt;
  form->mul = static_cast<size_t>(&mul - graph.nodes.data());
  form->scales = mul.inputs[1];
  form->scale_axis = *axis;
  return form;
}

}  // namespace

std::optional<QuantizedForm> FindQuantizedForm(const Graph& graph, const std::string& name,
                                               const GraphIndex* index) {
  const Node* gather = ProducerIn(graph, index, name);
  if (gather && OperatorOf(*gather) == &op::kMul) return FindScaledForm(graph, *gather, index);
  if (!gather || OperatorOf(*gather) != &op::kGather) return std::nullopt;
  if (gather->Int("axis", 0) != 0) return std::nullopt;
  const Node* cast = ProducerIn(graph, index, gather->Input(1));
  if (!cast || OperatorOf(*cast) != &op::kCast) return std::nullopt;
  const int64_t to = cast->Int("to", 0);
  if (to != static_cast<int64_t>(DataType::kInt32) &&
      to != static_cast<int64_t>(DataType::kInt64)) {
    return std::nullopt;
  }
  const Tensor* codebook = Initializer(graph, gather->Input(0));
  const Tensor* codes = Initializer(graph, cast->Input(0));
  if (!codebook || !codes) return std::nullopt;
  if (codebook->type != DataType::kFloat32 || codebook->shape.size() != 1) return std::nullopt;
  if (codes->type != DataType::kUint8 && codes->type != DataType::kUint16) return std::nullopt;
  QuantizedForm form;
  form.cast = static_cast<size_t>(cast - graph.nodes.data());
  form.gather = static_cast<size_t>(gather - graph.nodes.data());
  form.codes = cast->Input(0);
  form.codebook = gather->Input(0);
  return form;
}

bool IsQuantized(const Graph& graph, const std::string& name) {
  return FindQuantizedForm(graph, name).has_value();
}

Status SetQuantizedWeight(Graph* graph, const std::string& name, const QuantizedWeight& weight) {
  const std::string where = "weight " + Quoted(name);
  DC_RETURN_IF_ERROR(CheckContents(weight, where));
  const auto form = FindQuantizedForm(*graph, name);
  const Tensor* current = Initializer(*graph, form ? form->codes : name);
  if (!current || (!form && current->type != DataType::kFloat32)) {
    return BadInput("no float32 initializer has this name", where, "name a weight of the model");
  }
  if (current->shape != weight.shape) {
    return BadInput("the quantized weight has shape " + ShapeText(weight.shape) + ", the model's " +
                        ShapeText(current->shape),
                    where, "quantize this model's own weight");
  }
  if (form) {
    RemoveForms({*form}, graph);
  } else {
    graph->initializers.erase(name);
  }
  const std::string codes = graph->FreshName(name + "_codes");
  graph->initializers[codes] = CodesTensor(weight);
  const std::string codebook = graph->FreshName(name + "_codebook");
  graph->initializers[codebook] =
      Tensor::F32({static_cast<int64_t>(weight.codebook.size())}, weight.codebook);

  Node cast;
  cast.op = op::kCast.name;
  cast.inputs = {codes};
  cast.outputs = {graph->FreshName(name + "_indices")};
  cast.name = graph->FreshNodeName(cast.outputs[0]);
  cast.attributes["to"] = static_cast<int64_t>(DataType::kInt32);
  Node gather;
  gather.op = op::kGather.name;
  gather.name = graph->FreshNodeName(name);
  gather.inputs = {codebook, cast.outputs[0]};
  gather.outputs = {name};
  gather.attributes["axis"] = int64_t{0};
  Node mul;
  if (!weight.scales.empty()) {
    const std::string scales = graph->FreshName(name + "_scales");
    std::vector<int64_t> scale_shape(weight.shape.size(), 1);
    scale_shape[weight.scale_axis] = static_cast<int64_t>(weight.scales.size());
    graph->initializers[scales] = Tensor::F32(scale_shape, weight.scales);
    mul.op = op::kMul.name;
    mul.name = gather.name;
    gather.outputs = {graph->FreshName(name + "_unscaled")};
    gather.name = graph->FreshNodeName(gather.outputs[0]);
    mul.inputs = {gather.outputs[0], scales};
    mul.outputs = {name};
  }
  const std::vector<size_t> readers = graph->Consumers(name);
  const size_t place = readers.empty() ? graph->nodes.size() : readers.front();
  const auto at = graph->nodes.begin() + static_cast<std::ptrdiff_t>(place);
  std::vector<Node> added = {std::move(cast), std::move(gather)};
  if (!mul.op.empty()) added.push_back(std::move(mul));
  graph->nodes.insert(at, std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));

  graph->metadata[PolicyKey(name)] = weight.policy;
  graph->metadata[BitsKey(name)] = std::to_string(weight.bits);
  return OkStatus();
}

namespace {

StatusOr<QuantizedForm> FormOf(const Graph& graph, const std::string& name,
                               const GraphIndex* index) {
  auto form = FindQuantizedForm(graph, name, index);
  if (form) return *std::move(form);
  return BadInput("not a quantized weight", "weight " + Quoted(name),
                  "run dc-quantize first: a quantized weight is Gather(codebook, Cast(codes))");
}

// The weight `name`, which has this form.
StatusOr<QuantizedWeight> ReadForm(const Graph& graph, const std::string& name,
                                   const QuantizedForm& form) {
  const std::string where = "weight " + Quoted(name);
  QuantizedWeight weight;
  const Tensor& codes = graph.initializers.at(form.codes);
  const auto codebook = graph.initializers.at(form.codebook).f32();
  weight.shape = codes.shape;
  weight.codebook.assign(codebook.begin(), codebook.end());
  if (codes.type == DataType::kUint8) {
    weight.codes.assign(codes.bytes.begin(), codes.bytes.end());
  } else {
    const auto wide = codes.data<uint16_t>();
    weight.codes.assign(wide.begin(), wide.end());
  }
  if (form.mul) {
    const auto scales = graph.initializers.at(form.scales).f32();
    weight.scales.assign(scales.begin(), scales.end());
    weight.scale_axis = form.scale_axis;
  }
  DC_RETURN_IF_ERROR(CheckContents(weight, where));

  const auto policy = graph.metadata.find(PolicyKey(name));
  if (policy != graph.metadata.end()) weight.policy = policy->second;
  const auto bits = graph.metadata.find(BitsKey(name));
  if (bits != graph.metadata.end()) {
    const char* end = bits->second.data() + bits->second.size();
    const auto parsed = std::from_chars(bits->second.data(), end, weight.bits);
    if (parsed.ec != std::errc() || parsed.ptr != end || weight.bits < 0 || weight.bits > 16) {
      return BadInput("the width in the metadata is no number from 0 to 16", bits->first,
                      "quantize the model again");
    }
  }
  return weight;
}

// The named weights as plain values.
Status Dequantize(const std::vector<std::string>& names, Graph* graph) {
  std::vector<QuantizedForm> forms;
  std::vector<Tensor> values;
  const GraphIndex index(*graph);
  for (const std::string& name : names) {
    DC_ASSIGN_OR_RETURN(const QuantizedForm form, FormOf(*graph, name, &index));
    DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, ReadForm(*graph, name, form));
    forms.push_back(form);
    values.push_back(Tensor::F32(weight.shape, weight.Values()));
  }
  RemoveForms(forms, graph);
  for (size_t i = 0; i < names.size(); ++i) {
    graph->initializers[names[i]] = std::move(values[i]);
    graph->metadata.erase(PolicyKey(names[i]));
    graph->metadata.erase(BitsKey(names[i]));
  }
  return OkStatus();
}

}  // namespace

StatusOr<QuantizedWeight> GetQuantizedWeight(const Graph& graph, const std::string& name) {
  DC_ASSIGN_OR_RETURN(const QuantizedForm form, FormOf(graph, name, nullptr));
  return ReadForm(graph, name, form);
}

Status DequantizeWeight(Graph* graph, const std::string& name) { return Dequantize({name}, graph); }

Status DequantizeAll(Graph* graph) {
  std::vector<std::string> names;
  std::set<std::string> unscaled;
  const GraphIndex index(*graph);
  for (const Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    if ((record != &op::kGather && record != &op::kMul) || node.outputs.empty()) continue;
    if (!FindQuantizedForm(*graph, node.outputs[0], &index)) continue;
    if (record == &op::kMul) unscaled.insert(node.inputs[0]);
    names.push_back(node.outputs[0]);
  }
  // A Gather's output that scales make the weight is no weight itself.
  std::erase_if(names, [&](const std::string& name) { return unscaled.count(name) > 0; });
  return Dequantize(names, graph);
}

}  // namespace dc
