#include "encode/raised_names.h"

#include <algorithm>

namespace dc {
namespace {

// What layers of an operator are called, and which of them comes next.
struct LayerNames {
  int convs = 0, fcs = 0, norms = 0;

  // "conv1", "fc2", "bn1"; "" for operators without parameters of their own.
  std::string Next(const op::Operator& record) {
    if (record.Has(op::kConvolves)) return "conv" + std::to_string(++convs);
    if (record.output_axis != nullptr) return "fc" + std::to_string(++fcs);
    if (record.Has(op::kBlends)) return "bn" + std::to_string(++norms);
    return "";
  }
};

// What tensors are called that lost their names: "conv1.weight", "fc2.bias", "bn1.mean".
std::vector<std::string> TensorRoles(const format::Manifest& manifest) {
  std::vector<std::string> roles(manifest.tensors.size());
  const size_t first_tensor = manifest.inputs.size();
  LayerNames names;
  for (const format::Node& node : manifest.nodes) {
    const op::Operator& record = *op::FindOperator(node.op);
    const std::string layer = names.Next(record);
    if (layer.empty()) continue;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const bool weight = record.Input(i).role == op::Role::kWeight;
      if (i == 0 && !weight) continue;
      const size_t value = node.inputs[i];
      if (value < first_tensor || value >= first_tensor + roles.size()) continue;
      std::string& role = roles[value - first_tensor];
      if (role.empty())
        role = layer + "." + (weight ? "weight" : std::string(record.Input(i).name));
    }
  }
  return roles;
}

}  // namespace

std::string UniqueNames::Take(const std::string& base) {
  std::string name = base;
  // Counting on from the last suffix keeps a file full of equal names from taking long.
  int& suffix = last_suffix_[base];
  while (!taken_.insert(name).second) {
    suffix = std::max(suffix, 1) + 1;
    name = base + "_" + std::to_string(suffix);
  }
  return name;
}

std::vector<std::string> NameValues(const format::Manifest& manifest, UniqueNames* names) {
  const size_t first_tensor = manifest.inputs.size();
  const size_t first_output = first_tensor + manifest.tensors.size();
  const size_t values = first_output + manifest.nodes.size();
  // A node's output that is a graph output goes by that name if it has lost its own.
  std::vector<std::string> output_names(values);
  for (const format::OutputInfo& output : manifest.outputs) {
    if (output_names[output.value].empty()) {
      output_names[output.value] = output.name.empty() ? "output" : output.name;
    }
  }
  const std::vector<std::string> roles = TensorRoles(manifest);
  std::vector<std::string> result;
  for (size_t v = 0; v < values; ++v) {
    std::string name;
    if (v < first_tensor) {
      name = manifest.inputs[v].name.empty() ? "input" : manifest.inputs[v].name;
    } else if (v < first_output) {
      name = manifest.tensors[v - first_tensor].name;
      if (name.empty()) name = roles[v - first_tensor];
    } else {
      name = manifest.nodes[v - first_output].output_name;
      if (name.empty()) name = output_names[v];
    }
    result.push_back(names->Take(name.empty() ? "v" + std::to_string(v) : name));
  }
  return result;
}

}  // namespace dc
