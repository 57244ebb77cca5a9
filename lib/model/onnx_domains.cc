#include "model/onnx_domains.h"

#include <set>
#include <string>
#include <string_view>

#include "model/dialects/qonnx_settings.h"

namespace dc {
namespace {

bool IsQonnx(std::string_view op) {
  constexpr std::string_view kOperators[] = {
      "Quant",      "IntQuant",       "BipolarQuant",   "Trunc",
      "FloatQuant", "MultiThreshold", "QuantAvgPool2d", "XnorPopcountMatMul"};
  for (const std::string_view each : kOperators) {
    if (each == op) return true;
  }
  return false;
}

}  // namespace

void CompleteDomains(onnx::ModelProto* model) {
  std::set<std::string> declared = {"", "ai.onnx"};
  for (const auto& set : model->opset_import()) declared.insert(set.domain());
  for (onnx::NodeProto& node : *model->mutable_graph()->mutable_node()) {
    if (node.domain().empty() && IsQonnx(node.op_type())) node.set_domain(kQonnxDomain);
    if (!declared.insert(node.domain()).second) continue;
    auto* set = model->add_opset_import();
    set->set_domain(node.domain());
    set->set_version(1);
  }
}

}  // namespace dc
