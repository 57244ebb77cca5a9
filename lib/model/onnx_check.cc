#include "model/onnx_check.h"

#include <google/protobuf/stubs/logging.h>
#include <onnx/checker.h>
#include <onnx/defs/schema.h>

#include <algorithm>
#include <exception>
#include <string>

namespace dc {
namespace {

bool IsKnownOpset(const onnx::ModelProto& model) {
  const auto& ranges = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  return std::all_of(
      model.opset_import().begin(), model.opset_import().end(), [&](const auto& set) {
        const auto range = ranges.find(set.domain() == "ai.onnx" ? "" : set.domain());
        return range == ranges.end() || set.version() <= range->second.second;
      });
}

bool IsKnownType(const onnx::TensorProto& tensor) {
  return onnx::TensorProto::DataType_IsValid(tensor.data_type());
}

// The checker refuses element types that are newer than it is, whatever the opset.
bool HasKnownTypes(const onnx::GraphProto& graph) {
  return std::all_of(graph.initializer().begin(), graph.initializer().end(), IsKnownType) &&
         std::all_of(graph.node().begin(), graph.node().end(), [](const onnx::NodeProto& node) {
           return std::all_of(node.attribute().begin(), node.attribute().end(),
                              [](const onnx::AttributeProto& attribute) {
                                return !attribute.has_t() || IsKnownType(attribute.t());
                              });
         });
}

}  // namespace

Status CheckWithOnnx(const onnx::ModelProto& model) {
  if (!IsKnownOpset(model) || !HasKnownTypes(model.graph())) return OkStatus();
  try {
    onnx::checker::check_model(model);
  } catch (const std::exception& error) {
    constexpr size_t kLongest = 400;
    std::string what = error.what();
    if (what.size() > kLongest) what = what.substr(0, kLongest) + "...";
    std::replace(what.begin(), what.end(), '\n', ' ');
    return BadInput("not a valid ONNX model: " + what, "", "export the model again");
  }
  return OkStatus();
}

void SilenceProtobuf() {
  // Not thread-safe in protobuf, hence once and through a static.
  static const auto previous = google::protobuf::SetLogHandler(nullptr);
  static_cast<void>(previous);
}

}  // namespace dc
