#include "model/roles.h"

#include <fnmatch.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "model/quantizer_training.h"
#include "model/quoted.h"

namespace dc {
namespace {

using op::Role;

// Which of two roles a tensor has that is read in both: the lower.
int Precedence(Role role) {
  switch (role) {
    case Role::kWeight:
      return 0;
    case Role::kStatistic:
      return 1;
    case Role::kOperand:
      return 2;
    case Role::kSetting:
      return 3;
    default:
      return 4;
  }
}

// What the scale of the quantizer `node` is.
Role ScaleRole(const Node& node) {
  const auto how = QuantizerTraining::Of(node);
  if (!how.ok() || how->rule == ScaleRule::kFixed) return Role::kOperand;
  const bool follows =
      how->rule == ScaleRule::kRunningMaximum || how->rule == ScaleRule::kRunningPower;
  return follows ? Role::kStatistic : Role::kScale;
}

class RoleFinder {
 public:
  explicit RoleFinder(const Graph& graph) : graph_(graph), index_(graph) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const std::string& input : graph.nodes[i].inputs) {
        if (!input.empty()) readers_[input].push_back(i);
      }
    }
    for (const ValueInfo& output : graph.outputs) readers_[output.name].push_back(kNoNode);
  }

  GraphRoles Find() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) FindAfter(i);
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      const op::Operator* record = OperatorOf(node);
      for (size_t k = 0; k < node.inputs.size(); ++k) {
        const std::string& name = node.inputs[k];
        if (ParameterShape(name) == nullptr && !graph_.initializers.count(name)) continue;
        Role role = record != nullptr ? record->Input(k).role : Role::kOperand;
        // A codebook is no embedding.
        if (record == &op::kGather && FindQuantizedForm(graph_, node.outputs[0], &index_)) {
          role = Role::kOperand;
        }
        if (record != nullptr && record->Has(op::kQuantizes) && k == 1) role = ScaleRole(node);
        if (const auto it = put_on_.find(i); it != put_on_.end() && it->second.name == name) {
          role = it->second.role;
        }
        const auto [known, is_new] = roles_.of.emplace(name, role);
        if (!is_new && Precedence(role) < Precedence(known->second)) known->second = role;
      }
    }
    return std::move(roles_);
  }

 private:
  static constexpr size_t kNoNode = ~size_t{0};

  struct PutOn {
    std::string name;
    Role role;
  };

  // The biases and scales that nodes after node `i` put on its output.
  void FindAfter(size_t i) {
    const Node& node = graph_.nodes[i];
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr || node.outputs.empty()) return;
    if (record->Has(op::kConvolves) || record->Has(op::kProduct)) {
      for (size_t k = 0; k < node.inputs.size() && k < 2; ++k) {
        if (record->Input(k).role == Role::kWeight && FindBias(i, k, *record)) return;
      }
    } else if (record->Has(op::kBlends) && node.inputs.size() > 1) {
      const std::vector<int64_t>* scale = ParameterShape(node.inputs[1]);
      if (scale == nullptr || scale->size() != 1) return;
      // Its channels are axis 1 of an output whose rank is not known here.
      const size_t next = Put(i, op::kMultiplies, Role::kScale, (*scale)[0], kAnyAxis);
      if (next != kNoNode) Put(next, op::kAdds, Role::kBias, (*scale)[0], kAnyAxis);
    }
  }

  // The bias of node `i` whose weight is input `weight`; false where that is no weight.
  bool FindBias(size_t i, size_t weight, const op::Operator& record) {
    const Node& node = graph_.nodes[i];
    std::vector<int64_t> shape;
    if (const auto* known = ParameterShape(node.inputs[weight])) {
      shape = *known;
    } else if (const auto form = FindQuantizedForm(graph_, node.inputs[weight], &index_)) {
      shape = graph_.initializers.at(form->codes).shape;
    }
    if (shape.size() < 2) return false;
    const auto attributes = NodeAttributes::Read(graph_, node, record);
    if (!attributes.ok()) return false;
    const size_t output_axis = record.output_axis(*attributes, weight, shape.size());
    int64_t outputs = shape[output_axis];
    if (output_axis != 0 && record.Attribute("group") != nullptr) {
      outputs *= attributes->Int("group");
    }
    for (size_t k = 2; k < node.inputs.size(); ++k) {
      if (record.Input(k).role != Role::kBias || node.inputs[k].empty()) continue;
      const std::vector<int64_t>* own = ParameterShape(node.inputs[k]);
      if (own != nullptr && ElementCount(*own) == outputs) roles_.bias[i] = node.inputs[k];
      return true;
    }
    // Channels of a convolution stand before its spatial axes, those of a product come last or,
    // where the weight is on the left, before that.
    const size_t axis_from_end =
        record.Has(op::kConvolves) ? shape.size() - 2 : static_cast<size_t>(weight == 0);
    const size_t next = Put(i, op::kAdds, Role::kBias, outputs, axis_from_end);
    if (next != kNoNode) roles_.bias[i] = put_on_[next].name;
    return true;
  }

  static constexpr size_t kAnyAxis = ~size_t{0};

  // Where a node with `trait` alone reads the output of node `i` and puts on it a constant with one
  // number for each of `channels`, on the axis that many from the end: notes its role and returns
  // the node, else kNoNode.
  size_t Put(size_t i, op::Trait trait, Role role, int64_t channels, size_t axis_from_end) {
    const std::string& value = graph_.nodes[i].outputs[0];
    const std::vector<size_t>& readers = readers_[value];
    if (readers.size() != 1 || readers[0] == kNoNode) return kNoNode;
    const Node& next = graph_.nodes[readers[0]];
    const op::Operator* record = OperatorOf(next);
    if (record == nullptr || !record->Has(trait) || next.inputs.size() != 2) return kNoNode;
    const std::string& other = next.inputs[next.inputs[0] == value ? 1 : 0];
    const std::vector<int64_t>* shape = ParameterShape(other);
    if (shape == nullptr || ElementCount(*shape) != channels) return kNoNode;
    const bool on_axis = axis_from_end == kAnyAxis
                             ? !shape->empty()
                             : shape->size() > axis_from_end &&
                                   (*shape)[shape->size() - 1 - axis_from_end] == channels;
    if (!on_axis) return kNoNode;
    put_on_[readers[0]] = {other, role};
    return readers[0];
  }

  // The shape of a float32 initializer or of a declared parameter, or null.
  const std::vector<int64_t>* ParameterShape(const std::string& name) const {
    const auto tensor = graph_.initializers.find(name);
    if (tensor != graph_.initializers.end()) {
      return tensor->second.type == DataType::kFloat32 ? &tensor->second.shape : nullptr;
    }
    const auto info = std::find_if(graph_.uninitialized.begin(), graph_.uninitialized.end(),
                                   [&](const ValueInfo& v) { return v.name == name; });
    return info == graph_.uninitialized.end() ? nullptr : &info->shape;
  }

  const Graph& graph_;
  const GraphIndex index_;
  std::unordered_map<std::string, std::vector<size_t>> readers_;
  std::map<size_t, PutOn> put_on_;  // by node
  GraphRoles roles_;
};

}  // namespace

GraphRoles FindRoles(const Graph& graph) { return RoleFinder(graph).Find(); }

std::vector<std::string> SplitPatterns(const std::string& list) {
  std::vector<std::string> patterns;
  std::string pattern;
  for (size_t i = 0; i <= list.size(); ++i) {
    if (i == list.size() || list[i] == ',') {
      if (!pattern.empty()) patterns.push_back(std::move(pattern));
      pattern.clear();
    } else {
      pattern += list[i];
      if (list[i] == '\\' && i + 1 < list.size()) pattern += list[++i];  // for fnmatch to read
    }
  }
  return patterns;
}

std::string PatternOf(const std::string& name) {
  std::string pattern;
  for (const char c : name) {
    if (c == ',' || c == '*' || c == '?' || c == '[' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

Status ChooseTrained(const TrainChoice& choice, const Graph& graph, GraphRoles* roles) {
  const auto choose = [&](const std::string& pattern, const char* option, auto apply) -> Status {
    bool matched = false;
    for (auto& [name, role] : roles->of) {
      const Tensor* tensor = graph.Constant(name);
      if (role == Role::kSetting || tensor == nullptr || tensor->type != DataType::kFloat32 ||
          fnmatch(pattern.c_str(), name.c_str(), 0) != 0) {
        continue;
      }
      matched = true;
      apply(&role);
    }
    if (matched) return OkStatus();
    return UsageError("no tensor that can be trained is called " + Quoted(pattern), option,
                      "dc-train --help shows how names are matched");
  };
  for (const std::string& pattern : choice.train) {
    DC_RETURN_IF_ERROR(choose(pattern, "--train", [](Role* role) {
      if (*role == Role::kOperand) *role = Role::kBias;
    }));
  }
  for (const std::string& pattern : choice.freeze) {
    DC_RETURN_IF_ERROR(choose(pattern, "--freeze", [](Role* role) { *role = Role::kOperand; }));
  }
  return OkStatus();
}

}  // namespace dc
