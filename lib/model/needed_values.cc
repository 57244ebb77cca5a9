// What the outputs of a graph depend on.
#include <unordered_map>
#include <vector>

#include "dc/graph.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "model/roles.h"

namespace dc {

std::set<std::string> Graph::NeededValues() const {
  std::unordered_map<std::string, const Node*> producers;
  for (const Node& node : nodes) {
    for (const std::string& output : node.outputs) producers.emplace(output, &node);
  }
  std::set<std::string> needed;
  std::vector<std::string> open;
  for (const ValueInfo& output : outputs) open.push_back(output.name);
  while (!open.empty()) {
    const std::string value = std::move(open.back());
    open.pop_back();
    if (value.empty() || !needed.insert(value).second) continue;
    const auto producer = producers.find(value);
    if (producer == producers.end()) continue;
    open.insert(open.end(), producer->second->inputs.begin(), producer->second->inputs.end());
  }
  return needed;
}

int64_t Graph::Float32Bytes() const {
  const std::set<std::string> needed = NeededValues();
  int64_t bytes = 0;
  std::set<std::string> codebooks;
  const GraphIndex index(*this);
  for (const Node& node : nodes) {
    const op::Operator* record = OperatorOf(node);
    if ((record != &op::kGather && record != &op::kMul) || node.outputs.empty()) continue;
    if (!needed.count(node.outputs[0])) continue;
    const auto form = FindQuantizedForm(*this, node.outputs[0], &index);
    if (!form) continue;
    if (form->mul) {  // its codes are counted at the Gather
      codebooks.insert(form->scales);
      continue;
    }
    codebooks.insert(form->codebook);
    bytes += int64_t{sizeof(float)} * initializers.at(form->codes).size();
  }
  const GraphRoles roles = FindRoles(*this);
  for (const auto& [value, tensor] : initializers) {
    // A setting is an attribute in another spelling.
    const auto role = roles.of.find(value);
    if (role != roles.of.end() && role->second == op::Role::kSetting) continue;
    if (tensor.type != DataType::kFloat32 || !needed.count(value) || codebooks.count(value))
      continue;
    bytes += static_cast<int64_t>(tensor.bytes.size());
  }
  for (const ValueInfo& parameter : uninitialized) {
    if (parameter.type != DataType::kFloat32 || !needed.count(parameter.name)) continue;
    bytes += int64_t{sizeof(float)} * ElementCount(parameter.shape);
  }
  return bytes;
}

}  // namespace dc
