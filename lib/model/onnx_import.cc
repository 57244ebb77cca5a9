#include <onnx/defs/parser.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "dc/files.h"
#include "dc/onnx.h"
#include "model/canonical/canonical.h"
#include "model/dialects/dialects.h"
#include "model/graph_check.h"
#include "model/input_shapes.h"
#include "model/onnx_branches.h"
#include "model/onnx_check.h"
#include "model/onnx_domains.h"
#include "model/onnx_order.h"
#include "model/onnx_tensor.h"
#include "model/quoted.h"
#include "model/shapes.h"

namespace dc {
namespace {

constexpr int64_t kOldestOpset = 7;  // older ones broadcast by attribute; runtimes dropped them
constexpr uintmax_t kMostFileBytes = (uintmax_t{1} << 31) - 1;  // protobuf's own limit
constexpr uintmax_t kMostTextBytes = uintmax_t{1} << 26;
constexpr int64_t kMostParameterBytes = int64_t{1} << 31;  // what one ONNX file can hold

StatusOr<AttributeValue> AttributeFromProto(const onnx::AttributeProto& proto,
                                            const std::string& where) {
  using Proto = onnx::AttributeProto;
  if (!proto.ref_attr_name().empty()) {
    return Unsupported("an attribute that refers to a function's parameter", where,
                       "inline the model's functions before export");
  }
  switch (proto.type()) {
    case Proto::INT:
      return AttributeValue(int64_t{proto.i()});
    case Proto::FLOAT:
      return AttributeValue(proto.f());
    case Proto::STRING:
      return AttributeValue(proto.s());
    case Proto::INTS:
      return AttributeValue(std::vector<int64_t>(proto.ints().begin(), proto.ints().end()));
    case Proto::FLOATS:
      return AttributeValue(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case Proto::STRINGS:
      return AttributeValue(
          std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case Proto::TENSOR: {
      DC_ASSIGN_OR_RETURN(Tensor tensor, TensorFromProto(proto.t(), where));
      return AttributeValue(std::move(tensor));
    }
    case Proto::GRAPH:
    case Proto::GRAPHS:
      return Unsupported("a node with a subgraph (control flow)", where,
                         "export the model without If, Loop and Scan");
    case Proto::SPARSE_TENSOR:
    case Proto::SPARSE_TENSORS:
      return Unsupported("a sparse tensor", where, "store it as a dense tensor; zeros are enough");
    default:
      return Unsupported("an attribute of ONNX type number " + std::to_string(proto.type()), where,
                         "single numbers, strings, tensors and lists of the first two are covered");
  }
}

StatusOr<Node> NodeFromProto(const onnx::NodeProto& proto) {
  Node node;
  node.name = proto.name();
  node.op = proto.op_type();
  if (proto.domain() != "ai.onnx") node.domain = proto.domain();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const onnx::AttributeProto& attribute : proto.attribute()) {
    const std::string where = Quoted(node) + ", attribute " + Quoted(attribute.name());
    DC_ASSIGN_OR_RETURN(AttributeValue value, AttributeFromProto(attribute, where));
    if (!node.attributes.emplace(attribute.name(), std::move(value)).second) {
      return BadInput("an attribute given twice", where, "export the model again");
    }
  }
  return node;
}

StatusOr<ValueInfo> ValueFromProto(const onnx::ValueInfoProto& proto, const std::string& what) {
  const std::string where = what + " " + Quoted(proto.name());
  if (!proto.has_type() || proto.type().value_case() == onnx::TypeProto::VALUE_NOT_SET) {
    return Unsupported("no type is given", where, "export the model with shapes");
  }
  if (!proto.type().has_tensor_type()) {
    return Unsupported("a value that is no tensor", where,
                       "sequences, maps and optional values are not covered");
  }
  const auto& type = proto.type().tensor_type();
  if (!type.has_shape()) {
    return Unsupported("no shape is given", where,
                       "run onnx.shape_inference.infer_shapes on the model first");
  }
  ValueInfo value;
  value.name = proto.name();
  DC_ASSIGN_OR_RETURN(value.type, DataTypeFromProto(type.elem_type(), where));
  for (const auto& dim : type.shape().dim()) {
    // Some exporters write 0 or -1 for a dimension that is not fixed.
    value.shape.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : -1);
  }
  return value;
}

// Turns a text model's declared values that nothing defines into graph inputs, which is what ONNX
// would have them be, and returns their names.
std::unordered_set<std::string> DeclareParameters(onnx::GraphProto* graph) {
  std::unordered_set<std::string> defined;
  for (const auto& input : graph->input()) defined.insert(input.name());
  for (const auto& tensor : graph->initializer()) defined.insert(tensor.name());
  for (const auto& node : graph->node()) {
    defined.insert(node.output().begin(), node.output().end());
  }
  std::unordered_set<std::string> parameters;
  for (const auto& value : graph->value_info()) {
    if (!defined.insert(value.name()).second) continue;
    parameters.insert(value.name());
    *graph->add_input() = value;
  }
  return parameters;
}

// Moves the inputs called `parameters` to graph->uninitialized.
Status SplitParameters(const std::unordered_set<std::string>& parameters, Graph* graph) {
  int64_t room = kMostParameterBytes;
  const auto first =
      std::stable_partition(graph->inputs.begin(), graph->inputs.end(),
                            [&](const ValueInfo& input) { return !parameters.count(input.name); });
  for (auto value = first; value != graph->inputs.end(); ++value) {
    const std::string where = "declared parameter " + Quoted(value->name);
    if (value->type != DataType::kFloat32) {
      return Unsupported(std::string("a parameter of type ") + NameOf(value->type), where,
                         "declare it as float");
    }
    if (graph->Consumers(value->name).empty()) {
      return BadInput("no node reads this value", where, "remove the declaration or use the value");
    }
    int64_t elements = room / static_cast<int64_t>(sizeof(float));
    for (int64_t d : value->shape) {
      if (d < 1)
        return BadInput("a parameter without a fixed shape", where, "write every dimension");
      elements /= d;
    }
    if (elements == 0) return Unsupported("more than 2 GB of parameters", where, "make it smaller");
    room -= ElementCount(value->shape) * static_cast<int64_t>(sizeof(float));
  }
  graph->uninitialized.assign(first, graph->inputs.end());
  graph->inputs.erase(first, graph->inputs.end());
  return OkStatus();
}

Status ReadOpsets(const onnx::ModelProto& model, Graph* graph) {
  graph->opset = 0;
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") {
      graph->opset = set.version();
    } else {
      graph->other_opsets[set.domain()] = set.version();
    }
  }
  if (graph->opset < 1) {
    return BadInput("no version of ONNX's operators is given", "", "export the model again");
  }
  if (graph->opset < kOldestOpset) {
    return Unsupported("opset " + std::to_string(graph->opset), "",
                       "convert the model to opset 13 (onnx.version_converter)");
  }
  return OkStatus();
}

// Everything of `model` that a Graph holds.
StatusOr<Graph> ConvertModel(const onnx::ModelProto& model) {
  const onnx::GraphProto& proto = model.graph();
  Graph graph;
  graph.name = proto.name();
  DC_RETURN_IF_ERROR(ReadOpsets(model, &graph));
  if (model.functions_size() > 0) {
    return Unsupported("a model with functions of its own", Quoted(model.functions(0).name()),
                       "inline them before export");
  }
  if (proto.sparse_initializer_size() > 0) {
    return Unsupported("a sparse tensor",
                       "initializer " + Quoted(proto.sparse_initializer(0).values().name()),
                       "store it as a dense tensor; zeros are enough");
  }
  for (const auto& property : model.metadata_props()) {
    graph.metadata[property.key()] = property.value();
  }
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    const std::string where = "initializer " + Quoted(tensor.name());
    DC_ASSIGN_OR_RETURN(Tensor value, TensorFromProto(tensor, where));
    if (!graph.initializers.emplace(tensor.name(), std::move(value)).second) {
      return BadInput("a tensor given twice", where, "export the model again");
    }
  }
  for (const onnx::NodeProto& node : proto.node()) {
    DC_ASSIGN_OR_RETURN(Node converted, NodeFromProto(node));
    graph.nodes.push_back(std::move(converted));
  }
  for (const auto& input : proto.input()) {
    if (graph.initializers.count(input.name())) continue;  // a default that nobody overrides
    DC_ASSIGN_OR_RETURN(ValueInfo value, ValueFromProto(input, "graph input"));
    graph.inputs.push_back(std::move(value));
  }
  for (const auto& output : proto.output()) {
    DC_ASSIGN_OR_RETURN(ValueInfo value, ValueFromProto(output, "graph output"));
    graph.outputs.push_back(std::move(value));
  }
  return graph;
}

// What a file declares of its input gives way to what the user says, unless the model counts on it.
Status CheckShapes(const Graph& graph) {
  const GraphShapes shapes = InferGraphShapes(graph);
  if (shapes.problems.empty()) return OkStatus();
  return UsageError("the model counts on the sizes that it declares: " + shapes.problems[0].what(),
                    shapes.problems[0].where(), "leave out --input-shape");
}

StatusOr<Graph> ImportModel(onnx::ModelProto* model, bool text, const InputShapes& shapes) {
  if (!model->has_graph() || model->graph().node_size() == 0) {
    return BadInput("a model without nodes", "", "give an ONNX model");
  }
  std::unordered_set<std::string> parameters;
  if (text) parameters = DeclareParameters(model->mutable_graph());
  // A newer IR version adds fields, it does not change the meaning of those read here.
  if (model->ir_version() > onnx::Version::IR_VERSION) {
    model->set_ir_version(onnx::Version::IR_VERSION);
  }
  CompleteDomains(model);
  SortNodes(model->mutable_graph());
  TakeBranches(
      [&](const onnx::ModelProto& part) -> StatusOr<Graph> {
        DC_ASSIGN_OR_RETURN(Graph graph, ConvertModel(part));
        DC_RETURN_IF_ERROR(CheckNames(graph));
        DC_RETURN_IF_ERROR(SetInputShapes(shapes, &graph).status());
        return graph;
      },
      model);
  DC_ASSIGN_OR_RETURN(Graph graph, ConvertModel(*model));
  DC_RETURN_IF_ERROR(CheckNames(graph));
  DC_RETURN_IF_ERROR(SplitParameters(parameters, &graph));
  DC_RETURN_IF_ERROR(CheckWithOnnx(*model));
  model->Clear();
  DC_ASSIGN_OR_RETURN(const bool overridden, SetInputShapes(shapes, &graph));
  DC_RETURN_IF_ERROR(Canonicalize(&graph));
  if (overridden) DC_RETURN_IF_ERROR(CheckShapes(graph));
  DC_RETURN_IF_ERROR(ReadQuantizerTraining(&graph));
  DC_RETURN_IF_ERROR(CheckFinite(graph));
  return graph;
}

// The parser recurses into nested graphs and types, so their depth is bounded before it runs.
bool NestsTooDeep(const std::string& text) {
  constexpr int kDeepest = 64;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '#':
        i = std::min(text.find('\n', i), text.size());
        break;
      case '"':
        i = std::min(text.find('"', i + 1), text.size());
        break;
      case '(':
      case '{':
      case '[':
        if (++depth > kDeepest) return true;
        break;
      case ')':
      case '}':
      case ']':
        --depth;
        break;
      default:
        break;
    }
  }
  return false;
}

StatusOr<Graph> ParseText(const std::string& text, const InputShapes& shapes) {
  if (text.find('\0') != std::string::npos) {
    return BadInput("not a text", "", "binary models end in .onnx");
  }
  if (NestsTooDeep(text))
    return Unsupported("brackets nested over 64 deep", "", "simplify the text");
  onnx::ModelProto model;
  const auto parsed = onnx::OnnxParser::Parse(model, text.c_str());
  if (!parsed.IsOK()) {
    return BadInput("not ONNX text: " + parsed.ErrorMessage(), "", "correct the text there");
  }
  return ImportModel(&model, /*text=*/true, shapes);
}

StatusOr<Graph> ParseBinary(std::span<const uint8_t> bytes, const InputShapes& shapes) {
  onnx::ModelProto model;
  if (bytes.size() > kMostFileBytes ||
      !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return BadInput("not an ONNX file, or a damaged one", "", "check the file or export it again");
  }
  return ImportModel(&model, /*text=*/false, shapes);
}

// Runs `import` and turns what third parties throw into an error at `name`.
template <typename Import>
StatusOr<Graph> Guarded(const std::string& name, Import import) {
  SilenceProtobuf();
  try {
    StatusOr<Graph> graph = import();
    if (!graph.ok()) return graph.status().At(name);
    return graph;
  } catch (const std::exception& error) {
    return BadInput(std::string("the model cannot be read: ") + error.what(), name,
                    "check the file or export it again");
  }
}

}  // namespace

StatusOr<Graph> LoadModel(const std::string& path, const InputShapes& shapes) {
  const bool text = path.ends_with(".onnxtxt");
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > (text ? kMostTextBytes : kMostFileBytes)) {
    return Unsupported("a model of " + std::to_string(size) + " bytes", path,
                       "the largest is " + std::to_string(text ? kMostTextBytes : kMostFileBytes));
  }
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
  if (text) return ParseModelText(std::string(bytes.begin(), bytes.end()), path, shapes);
  return ParseModel(bytes, path, shapes);
}

StatusOr<Graph> ParseModel(std::span<const uint8_t> bytes, const std::string& name,
                           const InputShapes& shapes) {
  return Guarded(name, [&] { return ParseBinary(bytes, shapes); });
}

StatusOr<Graph> ParseModelText(const std::string& text, const std::string& name,
                               const InputShapes& shapes) {
  return Guarded(name, [&] { return ParseText(text, shapes); });
}

}  // namespace dc
