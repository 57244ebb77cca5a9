#include "dc/graph.h"

#include <algorithm>

namespace dc {
namespace {

template <typename T>
T Get(const Node& node, const std::string& key, T otherwise) {
  const auto it = node.attributes.find(key);
  if (it == node.attributes.end()) return otherwise;
  const T* value = std::get_if<T>(&it->second);
  return value ? *value : otherwise;
}

// `base`, or the first of `base`_1, `base`_2, ... that is not taken.
template <typename Taken>
std::string FirstFree(const std::string& base, const Taken& taken) {
  std::string name = base;
  for (int i = 1; taken(name); ++i) name = base + "_" + std::to_string(i);
  return name;
}

}  // namespace

int64_t Node::Int(const std::string& key, int64_t otherwise) const {
  return Get<int64_t>(*this, key, otherwise);
}
float Node::Float(const std::string& key, float otherwise) const {
  return Get<float>(*this, key, otherwise);
}
std::string Node::String(const std::string& key, const std::string& otherwise) const {
  return Get<std::string>(*this, key, otherwise);
}
std::vector<int64_t> Node::Ints(const std::string& key, std::vector<int64_t> otherwise) const {
  return Get<std::vector<int64_t>>(*this, key, std::move(otherwise));
}

const std::string& Node::Input(size_t i) const {
  static const std::string none;
  return i < inputs.size() ? inputs[i] : none;
}

const Node* Graph::Producer(const std::string& value) const {
  // From the end: whoever builds a graph asks about what it has just added.
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (std::find(node->outputs.begin(), node->outputs.end(), value) != node->outputs.end()) {
      return &*node;
    }
  }
  return nullptr;
}

std::vector<size_t> Graph::Consumers(const std::string& value) const {
  std::vector<size_t> result;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& read = nodes[i].inputs;
    if (std::find(read.begin(), read.end(), value) != read.end()) result.push_back(i);
  }
  return result;
}

bool Graph::IsRead(const std::string& value) const {
  if (value.empty()) return false;
  return !Consumers(value).empty() ||
         std::any_of(outputs.begin(), outputs.end(),
                     [&](const ValueInfo& output) { return output.name == value; });
}

const Tensor* Graph::Constant(const std::string& value) const {
  const auto it = initializers.find(value);
  return it == initializers.end() ? nullptr : &it->second;
}

std::string Graph::FreshName(const std::string& base) const {
  return FirstFree(base, [&](const std::string& value) {
    if (initializers.count(value)) return true;
    for (const auto* list : {&inputs, &outputs, &uninitialized}) {
      for (const ValueInfo& info : *list) {
        if (info.name == value) return true;
      }
    }
    return Producer(value) != nullptr;
  });
}

std::string Graph::FreshNodeName(const std::string& base) const {
  return FirstFree(base, [&](const std::string& candidate) {
    return std::any_of(nodes.begin(), nodes.end(),
                       [&](const Node& node) { return node.name == candidate; });
  });
}

}  // namespace dc
