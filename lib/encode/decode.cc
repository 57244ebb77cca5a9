#include "dc/decode.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dc/preprocess.h"
#include "encode/raise_node.h"
#include "encode/raise_weight.h"
#include "encode/raised_names.h"
#include "entropy/dec/zstd.h"
#include "format/reader.h"
#include "model/canonical/canonical.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// Turns a manifest back into a graph.
class Raising {
 public:
  explicit Raising(const format::File& file)
      : file_(file), manifest_(file.manifest()), names_(NameValues(manifest_, &value_names_)) {}

  StatusOr<Graph> Run() {
    graph_.name = manifest_.graph_name.empty() ? "model" : manifest_.graph_name;
    // Nodes of a .dcz have the canonical spelling, whatever the opset of the model was.
    graph_.opset = std::max<int64_t>(manifest_.opset, kCanonicalOpset);
    for (size_t i = 0; i < manifest_.inputs.size(); ++i) {
      graph_.inputs.push_back({names_[i], DataType::kFloat32, manifest_.inputs[i].shape});
    }
    for (const format::Node& node : manifest_.nodes) {
      kept_names_.push_back(node.name.empty() ? "" : node_names_.Take(node.name));
    }
    weight_nodes_.resize(manifest_.tensors.size());
    for (size_t i = 0; i < manifest_.tensors.size(); ++i) DC_RETURN_IF_ERROR(RaiseTensorAt(i));
    for (size_t i = 0; i < manifest_.nodes.size(); ++i) RaiseNodeAt(i);
    for (Node& node : graph_.nodes) RestoreIntegers(&node);
    RaiseOutputs();
    RaiseMetadata();
    return std::move(graph_);
  }

 private:
  size_t first_tensor() const { return manifest_.inputs.size(); }
  size_t first_output() const { return first_tensor() + manifest_.tensors.size(); }

  void RaiseNodeAt(size_t index) {
    const format::Node& from = manifest_.nodes[index];
    std::vector<std::string> inputs;
    for (uint32_t value : from.inputs) {
      inputs.push_back(value == format::kNoValue ? "" : names_[value]);
      PlaceWeightNodes(value);
    }
    const std::string& output = names_[first_output() + index];
    Node node =
        RaiseNode(from, std::move(inputs), output, [this](const std::string& base, Tensor value) {
          const std::string name = value_names_.Take(base);
          graph_.initializers[name] = std::move(value);
          return name;
        });
    node.name = from.name.empty() ? node_names_.Take(output) : kept_names_[index];
    graph_.nodes.push_back(std::move(node));
  }

  // Constants that ONNX has as integers, and a .dcz as floats.
  void RestoreIntegers(Node* node) {
    const op::Operator* record = OperatorOf(*node);
    for (size_t i = 0; record != nullptr && i < node->inputs.size(); ++i) {
      const Tensor* floats = graph_.Constant(node->inputs[i]);
      if (!record->Input(i).whole || floats == nullptr || floats->type != DataType::kFloat32) {
        continue;
      }
      Tensor integers = Tensor::Zeros(DataType::kInt64, floats->shape);
      std::transform(floats->f32().begin(), floats->f32().end(), integers.data<int64_t>().begin(),
                     [](float v) { return std::abs(v) < 0x1p62f ? static_cast<int64_t>(v) : 0; });
      const std::string name = value_names_.Take(node->inputs[i]);
      // They stay floats for others that read them.
      if (graph_.Consumers(node->inputs[i]).size() == 1) graph_.initializers.erase(node->inputs[i]);
      graph_.initializers[name] = std::move(integers);
      node->inputs[i] = name;
    }
  }

  // Adds the nodes that compute the quantized weight `value`, unless they are there already.
  void PlaceWeightNodes(uint32_t value) {
    if (value < first_tensor() || value >= first_output()) return;
    std::vector<Node>& nodes = weight_nodes_[value - first_tensor()];
    for (Node& node : nodes) graph_.nodes.push_back(std::move(node));
    nodes.clear();
  }

  void RaiseOutputs() {
    std::set<std::string> written;
    for (const format::OutputInfo& output : manifest_.outputs) {
      PlaceWeightNodes(output.value);
      const std::string& value = names_[output.value];
      std::string name = value;
      const bool renamed = !output.name.empty() && output.name != value;
      if (output.value < first_output() || renamed || !written.insert(value).second) {
        name = value_names_.Take(output.name.empty() ? "output" : output.name);
        Node node;
        node.op = op::kIdentity.name;
        node.name = node_names_.Take(name);
        node.inputs = {value};
        node.outputs = {name};
        graph_.nodes.push_back(std::move(node));
      }
      graph_.outputs.push_back({name, DataType::kFloat32, output.shape});
    }
  }

  Status RaiseTensorAt(size_t index) {
    const std::string& name = names_[first_tensor() + index];
    StatusOr<Graph> raised = RaiseTensor(manifest_.tensors[index], file_.Streams(index), name,
                                         &value_names_, &node_names_);
    if (!raised.ok()) return raised.status().At("tensor " + std::to_string(index) + ", " + name);
    graph_.initializers.merge(raised->initializers);
    graph_.metadata.merge(raised->metadata);
    weight_nodes_[index] = std::move(raised->nodes);
    return OkStatus();
  }

  void RaiseMetadata() {
    PreprocessToMetadata(manifest_.scaling, &graph_.metadata);
    graph_.metadata["dc.baseline_bytes"] = std::to_string(manifest_.baseline_bytes);
    for (const auto& [key, value] : manifest_.metadata) graph_.metadata[key] = value;
  }

  const format::File& file_;
  const format::Manifest& manifest_;
  Graph graph_;
  UniqueNames value_names_, node_names_;
  std::vector<std::string> names_;       // by value number
  std::vector<std::string> kept_names_;  // of the nodes, "" where the file has none
  // Cast and Gather of each quantized weight, until its first reader is there.
  std::vector<std::vector<Node>> weight_nodes_;
};

}  // namespace

StatusOr<Graph> DecodeModel(std::span<const uint8_t> file) {
  DC_ASSIGN_OR_RETURN(const format::File opened, format::File::Open(file, &ZstdDecompress));
  return Raising(opened).Run();
}

}  // namespace dc
