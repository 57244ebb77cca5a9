// A network in memory: ONNX's graph without protobuf. Every stage reads one and writes one.
#ifndef DC_GRAPH_H_
#define DC_GRAPH_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "dc/tensor.h"

namespace dc {

// The value of one attribute of a node.
using AttributeValue = std::variant<int64_t, float, std::string, std::vector<int64_t>,
                                    std::vector<float>, std::vector<std::string>, Tensor>;

// One operator application. `inputs` may hold empty names (an omitted optional input).
struct Node {
  std::string name;
  std::string op;      // ONNX's name; lib/op says what it is
  std::string domain;  // "" is ONNX's own
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, AttributeValue> attributes;

  // The attribute `key`, or `otherwise` where it is absent or of another type.
  int64_t Int(const std::string& key, int64_t otherwise) const;
  float Float(const std::string& key, float otherwise) const;
  std::string String(const std::string& key, const std::string& otherwise) const;
  std::vector<int64_t> Ints(const std::string& key, std::vector<int64_t> otherwise) const;

  // inputs[i], or "" where there are fewer.
  const std::string& Input(size_t i) const;
};

// A named graph input or output. A dimension of -1 is not fixed (dimension 0 is the batch).
struct ValueInfo {
  std::string name;
  DataType type = DataType::kFloat32;
  std::vector<int64_t> shape;
};

// Nodes are in topological order; every name is defined once.
struct Graph {
  std::string name;
  int64_t opset = 13;                           // of ONNX's own domain
  std::map<std::string, int64_t> other_opsets;  // of other domains; one that is missing counts as 1
  std::vector<Node> nodes;
  std::map<std::string, Tensor> initializers;
  std::vector<ValueInfo> inputs;  // without initializers
  std::vector<ValueInfo> outputs;
  // Parameters that are declared with a fixed shape and have no value yet (text models): dc-train
  // initialises them. Empty in every file that a tool writes.
  std::vector<ValueInfo> uninitialized;
  // No dimension is the batch: shapes are what the inputs declare, and the model runs on them
  // alone. Found at import (see model/canonical), never part of a file.
  bool fixed_shapes = false;
  std::map<std::string, std::string> metadata;  // ONNX's metadata_props; ours start with "dc."
  // What import changed that a user should know, a line each. Not part of the model.
  std::vector<std::string> notes;

  // The node that writes `value`, or null (an input or an initializer).
  const Node* Producer(const std::string& value) const;
  // Indices of the nodes that read `value`, in order.
  std::vector<size_t> Consumers(const std::string& value) const;
  // Whether a node reads `value`, or it is an output of the graph; "" is none.
  bool IsRead(const std::string& value) const;
  // The initializer called `value`, or null.
  const Tensor* Constant(const std::string& value) const;
  // A name that no value has yet: `base`, or `base_1`, ...
  std::string FreshName(const std::string& base) const;
  // Likewise a name that no node has yet; values and nodes may share names.
  std::string FreshNodeName(const std::string& base) const;
  // Names of the values that the outputs depend on, the outputs among them.
  std::set<std::string> NeededValues() const;
  // Bytes of the float32 parameters that the outputs depend on, a quantized weight as the floats
  // that it stands for: the numerator of every ratio that the toolchain prints.
  int64_t Float32Bytes() const;
};

}  // namespace dc

#endif  // DC_GRAPH_H_
