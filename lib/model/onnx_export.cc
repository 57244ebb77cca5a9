#include <onnx/onnx_pb.h>

#include <exception>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "dc/files.h"
#include "dc/onnx.h"
#include "model/dialects/dialects.h"
#include "model/graph_check.h"
#include "model/onnx_check.h"
#include "model/onnx_tensor.h"
#include "model/quantizer_training.h"

namespace dc {
namespace {

// The lowest IR version that goes with `opset` and keeps initializers apart from inputs (4), so
// that runtimes of the opset's own time can read the file.
int64_t IrVersion(int64_t opset) {
  if (opset <= 9) return 4;
  if (opset == 10) return 5;
  if (opset == 11) return 6;
  return opset <= 14 ? 7 : 8;
}

void AttributeToProto(const std::string& name, const AttributeValue& value,
                      onnx::AttributeProto* proto) {
  using Proto = onnx::AttributeProto;
  proto->set_name(name);
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, int64_t>) {
          proto->set_type(Proto::INT);
          proto->set_i(v);
        } else if constexpr (std::is_same_v<T, float>) {
          proto->set_type(Proto::FLOAT);
          proto->set_f(v);
        } else if constexpr (std::is_same_v<T, std::string>) {
          proto->set_type(Proto::STRING);
          proto->set_s(v);
        } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
          proto->set_type(Proto::INTS);
          for (int64_t i : v) proto->add_ints(i);
        } else if constexpr (std::is_same_v<T, std::vector<float>>) {
          proto->set_type(Proto::FLOATS);
          for (float f : v) proto->add_floats(f);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          proto->set_type(Proto::STRINGS);
          for (const std::string& s : v) proto->add_strings(s);
        } else {
          proto->set_type(Proto::TENSOR);
          TensorToProto(v, "", proto->mutable_t());
        }
      },
      value);
}

void NodeToProto(const Node& node, const std::string& name, onnx::NodeProto* proto) {
  if (!name.empty()) proto->set_name(name);
  proto->set_op_type(node.op);
  if (!node.domain.empty()) proto->set_domain(node.domain);
  for (const std::string& input : node.inputs) proto->add_input(input);
  for (const std::string& output : node.outputs) proto->add_output(output);
  for (const auto& [attribute, value] : node.attributes) {
    AttributeToProto(attribute, value, proto->add_attribute());
  }
}

// The names of the nodes. Those of a model that was read may stand twice, which other runtimes
// refuse: every node after the first of its name gets a suffix.
std::vector<std::string> UniqueNodeNames(const std::vector<Node>& nodes) {
  std::set<std::string> taken;
  for (const Node& node : nodes) taken.insert(node.name);
  std::set<std::string> used;
  std::map<std::string, int> suffixes;
  std::vector<std::string> names;
  for (const Node& node : nodes) {
    std::string name = node.name;
    if (!name.empty() && !used.insert(name).second) {
      do {
        name = node.name + "_" + std::to_string(++suffixes[node.name]);
      } while (!taken.insert(name).second);
    }
    names.push_back(std::move(name));
  }
  return names;
}

void ValueToProto(const ValueInfo& value, onnx::ValueInfoProto* proto) {
  proto->set_name(value.name);
  auto* type = proto->mutable_type()->mutable_tensor_type();
  type->set_elem_type(static_cast<int>(value.type));
  auto* shape = type->mutable_shape();
  for (size_t i = 0; i < value.shape.size(); ++i) {
    auto* dim = shape->add_dim();
    if (value.shape[i] >= 0) {
      dim->set_dim_value(value.shape[i]);
    } else if (i == 0) {
      dim->set_dim_param("N");  // the batch; other open dimensions have no name in common
    }
  }
}

onnx::ModelProto ModelToProto(const Graph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(IrVersion(graph.opset));
  model.set_producer_name("deep-compression");
  auto* own = model.add_opset_import();
  own->set_domain("");
  own->set_version(graph.opset);
  std::map<std::string, int64_t> domains = graph.other_opsets;
  for (const Node& node : graph.nodes) {
    if (!node.domain.empty()) domains.emplace(node.domain, 1);
  }
  for (const auto& [domain, version] : domains) {
    auto* other = model.add_opset_import();
    other->set_domain(domain);
    other->set_version(version);
  }
  for (const auto& [key, value] : graph.metadata) {
    auto* property = model.add_metadata_props();
    property->set_key(key);
    property->set_value(value);
  }
  onnx::GraphProto* proto = model.mutable_graph();
  proto->set_name(graph.name.empty() ? "graph" : graph.name);
  for (const ValueInfo& input : graph.inputs) ValueToProto(input, proto->add_input());
  for (const ValueInfo& output : graph.outputs) ValueToProto(output, proto->add_output());
  for (const auto& [name, tensor] : graph.initializers) {
    TensorToProto(tensor, name, proto->add_initializer());
  }
  const std::vector<std::string> names = UniqueNodeNames(graph.nodes);
  for (size_t i = 0; i < names.size(); ++i) {
    NodeToProto(graph.nodes[i], names[i], proto->add_node());
  }
  return model;
}

// Bytes of all tensors of `graph`: a lower bound of the file's size, known before copying them.
size_t TensorBytes(const Graph& graph) {
  size_t bytes = 0;
  for (const auto& [name, tensor] : graph.initializers) bytes += tensor.bytes.size();
  return bytes;
}

StatusOr<std::string> Serialize(const Graph& graph) {
  constexpr size_t kMostFileBytes = std::numeric_limits<int32_t>::max();  // protobuf's own limit
  const Status too_large = Unsupported("the model is larger than an ONNX file can be (2 GB)", "",
                                       "compress it in parts");
  if (TensorBytes(graph) > kMostFileBytes) return too_large;
  const onnx::ModelProto model = ModelToProto(graph);
  if (model.ByteSizeLong() > kMostFileBytes) return too_large;
  DC_RETURN_IF_ERROR(CheckWithOnnx(model));
  std::string bytes;
  if (!model.SerializeToString(&bytes)) return Internal("protobuf cannot serialize the model");
  return bytes;
}

// With quantizers of values in standard operators.
StatusOr<std::string> SerializeStandard(const Graph& graph) {
  if (!HasQuantizers(graph)) return Serialize(graph);
  Graph standard = graph;
  WriteQuantizerTraining(&standard);
  SpellQuantizers(&standard);
  return Serialize(standard);
}

}  // namespace

Status SaveModel(const Graph& graph, const std::string& path) {
  if (!graph.uninitialized.empty()) {
    return Internal("parameter '" + graph.uninitialized[0].name + "' has no value yet", path);
  }
  SilenceProtobuf();
  try {
    const Status names = CheckNames(graph);
    if (!names.ok()) return names.At(path);
    const StatusOr<std::string> bytes = SerializeStandard(graph);
    if (!bytes.ok()) return bytes.status().At(path);
    return WriteFileAtomic(path, *bytes);
  } catch (const std::exception& error) {
    return Internal(std::string("the model cannot be written: ") + error.what(), path);
  }
}

}  // namespace dc
