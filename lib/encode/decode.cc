#include "dc/decode.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dc/data.h"
#include "dc/quantized_weight.h"
#include "entropy/dec/weight_decoder.h"
#include "entropy/dec/zstd.h"
#include "format/ops.h"
#include "format/reader.h"

namespace dc {
namespace {

// Clip takes its bounds as inputs from this opset on, as attributes before.
constexpr int64_t kClipInputsOpset = 11;

StatusOr<QuantizedWeight> DecodeCodes(const format::TensorEntry& entry,
                                      const format::TensorStreams& streams) {
  QuantizedWeight weight;
  weight.shape = entry.shape;
  weight.policy = entry.policy;
  DC_ASSIGN_OR_RETURN(weight.codebook, format::DecodeCodebook(entry, streams.codebook));
  const MatrixShape shape = MatrixOf(entry.shape);
  DC_ASSIGN_OR_RETURN(const DecodedWeight decoded,
                      DecodeWeight(shape, weight.codebook, streams.codes, streams.gaps));
  weight.bits = decoded.coding.code_bits;
  if (decoded.coding.positions == PositionCoding::kDense) {
    weight.codes.assign(decoded.codes.begin(), decoded.codes.end());
    return weight;
  }
  if (!entry.zero_first) {
    return BadInput("gaps in a weight whose code 0 is no zero", "", "get a fresh copy of the file");
  }
  weight.codes.assign(entry.elements(), 0);
  for (size_t i = 0; i < decoded.positions.size(); ++i) {
    weight.codes[ElementAt(shape, decoded.coding.column_major, decoded.positions[i])] =
        decoded.codes[i];
  }
  return weight;
}

// Turns a manifest back into a graph.
class Raising {
 public:
  explicit Raising(const format::File& file) : file_(file), manifest_(file.manifest()) {}

  StatusOr<Graph> Run() {
    graph_.name = manifest_.graph_name.empty() ? "model" : manifest_.graph_name;
    graph_.opset = manifest_.opset;
    NameValues();
    for (size_t i = 0; i < manifest_.inputs.size(); ++i) {
      graph_.inputs.push_back({names_[i], DataType::kFloat32, manifest_.inputs[i].shape});
    }
    weight_nodes_.resize(manifest_.tensors.size());
    for (size_t i = 0; i < manifest_.tensors.size(); ++i) DC_RETURN_IF_ERROR(RaiseTensor(i));
    for (size_t i = 0; i < manifest_.nodes.size(); ++i) RaiseNode(i);
    RaiseOutputs();
    RaiseMetadata();
    return std::move(graph_);
  }

 private:
  size_t first_tensor() const { return manifest_.inputs.size(); }
  size_t first_output() const { return first_tensor() + manifest_.tensors.size(); }

  // A name that nothing has yet: `base`, or `base_2`, ...
  std::string Unique(const std::string& base) {
    std::string name = base;
    // Counting on from the last suffix keeps a file full of equal names from taking long.
    int& suffix = last_suffix_[base];
    while (!taken_.insert(name).second) {
      suffix = std::max(suffix, 1) + 1;
      name = base + "_" + std::to_string(suffix);
    }
    return name;
  }

  // What tensors are called that lost their names: "conv1.weight", "fc2.bias", "bn1.mean".
  std::vector<std::string> TensorRoles() const {
    static constexpr const char* kLayer[] = {"weight", "bias"};
    static constexpr const char* kNorm[] = {"scale", "bias", "mean", "variance"};
    std::vector<std::string> roles(manifest_.tensors.size());
    int convs = 0, fcs = 0, norms = 0;
    for (const format::Node& node : manifest_.nodes) {
      std::string layer;
      std::span<const char* const> parts = kLayer;
      if (node.op == format::Op::kConv) {
        layer = "conv" + std::to_string(++convs);
      } else if (node.op == format::Op::kGemm || node.op == format::Op::kMatMul) {
        layer = "fc" + std::to_string(++fcs);
      } else if (node.op == format::Op::kBatchNormalization) {
        layer = "bn" + std::to_string(++norms);
        parts = kNorm;
      } else {
        continue;
      }
      for (size_t i = 1; i < node.inputs.size() && i <= parts.size(); ++i) {
        const size_t value = node.inputs[i];
        if (value < first_tensor() || value >= first_output()) continue;
        std::string& role = roles[value - first_tensor()];
        if (role.empty()) role = layer + "." + parts[i - 1];
      }
    }
    return roles;
  }

  void NameValues() {
    const size_t values = first_output() + manifest_.nodes.size();
    // A node's output that is a graph output goes by that name if it has lost its own.
    std::vector<std::string> output_names(values);
    for (const format::OutputInfo& output : manifest_.outputs) {
      if (output_names[output.value].empty()) {
        output_names[output.value] = output.name.empty() ? "output" : output.name;
      }
    }
    const std::vector<std::string> roles = TensorRoles();
    for (size_t v = 0; v < values; ++v) {
      std::string name;
      if (v < first_tensor()) {
        name = manifest_.inputs[v].name.empty() ? "input" : manifest_.inputs[v].name;
      } else if (v < first_output()) {
        name = manifest_.tensors[v - first_tensor()].name;
        if (name.empty()) name = roles[v - first_tensor()];
      } else {
        name = manifest_.nodes[v - first_output()].output_name;
        if (name.empty()) name = output_names[v];
      }
      names_.push_back(Unique(name.empty() ? "v" + std::to_string(v) : name));
    }
  }

  // A constant input of a node.
  std::string AddConstant(const std::string& base, Tensor tensor) {
    const std::string name = Unique(base);
    graph_.initializers[name] = std::move(tensor);
    return name;
  }

  void RaiseNode(size_t index) {
    const format::Node& from = manifest_.nodes[index];
    const format::OpSpec& spec = *format::FindOp(from.op);
    const format::Attributes attributes(from);
    const std::string& output = names_[first_output() + index];
    Node node;
    node.op = spec.name;
    node.name = from.name.empty() ? output : from.name;
    node.outputs = {output};
    for (uint32_t value : from.inputs) {
      node.inputs.push_back(value == format::kNoValue ? "" : names_[value]);
    }
    if (from.op == format::Op::kReshape) {
      node.inputs.push_back(AddConstant(output + "_shape", Tensor::I64(attributes.Ints("shape"))));
    }
    for (const format::AttributeSpec& attribute : spec.attributes) {
      RaiseAttribute(from, attribute, attributes, &node);
    }
    while (!node.inputs.empty() && node.inputs.back().empty()) node.inputs.pop_back();
    for (uint32_t value : from.inputs) PlaceWeightNodes(value);
    graph_.nodes.push_back(std::move(node));
  }

  // Adds the nodes that compute the quantized weight `value`, unless they are there already.
  void PlaceWeightNodes(uint32_t value) {
    if (value < first_tensor() || value >= first_output()) return;
    std::vector<Node>& nodes = weight_nodes_[value - first_tensor()];
    for (Node& node : nodes) graph_.nodes.push_back(std::move(node));
    nodes.clear();
  }

  void RaiseAttribute(const format::Node& from, const format::AttributeSpec& attribute,
                      const format::Attributes& values, Node* node) {
    const std::string name(attribute.name);
    if (attribute.type == format::AttributeType::kInts) {
      const auto list = values.Ints(name);
      if (list.empty() || from.op == format::Op::kReshape) return;
      node->attributes[name] = std::vector<int64_t>(list.begin(), list.end());
    } else if (attribute.type == format::AttributeType::kInt) {
      // Defaults that ONNX does not have, or had differently in earlier versions, are written out.
      const bool always = from.op == format::Op::kConcat || from.op == format::Op::kLrn ||
                          from.op == format::Op::kSoftmax;
      if (always || values.Int(name) != attribute.int_default) {
        node->attributes[name] = values.Int(name);
      }
    } else if (from.op == format::Op::kClip && graph_.opset >= kClipInputsOpset) {
      const float bound = values.Float(name);
      const bool given = bound != attribute.float_default;
      node->inputs.push_back(
          given ? AddConstant(node->outputs[0] + "_" + name, Tensor::F32({}, {&bound, 1})) : "");
    } else if (values.Float(name) != attribute.float_default) {
      node->attributes[name] = values.Float(name);
    }
  }

  void RaiseOutputs() {
    std::set<std::string> written;
    for (const format::OutputInfo& output : manifest_.outputs) {
      PlaceWeightNodes(output.value);
      const std::string& value = names_[output.value];
      std::string name = value;
      const bool renamed = !output.name.empty() && output.name != value;
      if (output.value < first_output() || renamed || !written.insert(value).second) {
        name = Unique(output.name.empty() ? "output" : output.name);
        Node node;
        node.op = "Identity";
        node.name = name;
        node.inputs = {value};
        node.outputs = {name};
        graph_.nodes.push_back(std::move(node));
      }
      graph_.outputs.push_back({name, DataType::kFloat32, output.shape});
    }
  }

  Status RaiseTensor(size_t index) {
    const format::TensorEntry& entry = manifest_.tensors[index];
    const format::TensorStreams streams = file_.Streams(index);
    const std::string& name = names_[first_tensor() + index];
    if (!entry.has_codes()) {
      DC_ASSIGN_OR_RETURN(const std::vector<float> values,
                          format::DecodeValues(entry, streams.values));
      graph_.initializers[name] = Tensor::F32(entry.shape, values);
      return OkStatus();
    }
    const StatusOr<QuantizedWeight> weight = DecodeCodes(entry, streams);
    if (!weight.ok()) return weight.status().At("tensor " + std::to_string(index) + ", " + name);
    return RaiseWeight(index, *weight);
  }

  // Makes the quantized form of one weight in a graph of its own: looking for free names among all
  // nodes for each weight would take long in a large graph. Names that are taken outside are
  // declared in it, so that FreshName passes them by.
  Status RaiseWeight(size_t index, const QuantizedWeight& weight) {
    const std::string& name = names_[first_tensor() + index];
    Graph alone;
    alone.initializers[name] = Tensor::Zeros(DataType::kFloat32, weight.shape);
    for (const char* suffix : {"_codes", "_codebook", "_indices"}) {
      std::string part = name + suffix;
      for (int i = 1; taken_.count(part); ++i) {
        alone.uninitialized.push_back({part, DataType::kFloat32, {}});
        part = name + suffix + "_" + std::to_string(i);
      }
    }
    DC_RETURN_IF_ERROR(SetQuantizedWeight(&alone, name, weight));
    for (auto& [part, tensor] : alone.initializers) {
      taken_.insert(part);
      graph_.initializers[part] = std::move(tensor);
    }
    for (const Node& node : alone.nodes) taken_.insert(node.outputs[0]);
    graph_.metadata.merge(alone.metadata);
    weight_nodes_[index] = std::move(alone.nodes);
    return OkStatus();
  }

  void RaiseMetadata() {
    Preprocess preprocess;
    preprocess.scale = manifest_.scaling.scale;
    preprocess.mean = manifest_.scaling.mean;
    preprocess.deviation = manifest_.scaling.deviation;
    preprocess.channels_last = manifest_.scaling.channels_last;
    preprocess.reverse_channels = manifest_.scaling.reverse_channels;
    PreprocessToMetadata(preprocess, &graph_.metadata);
    graph_.metadata["dc.baseline_bytes"] = std::to_string(manifest_.baseline_bytes);
    for (const auto& [key, value] : manifest_.metadata) graph_.metadata[key] = value;
  }

  const format::File& file_;
  const format::Manifest& manifest_;
  Graph graph_;
  std::vector<std::string> names_;  // by value number
  // Cast and Gather of each quantized weight, until its first reader is there.
  std::vector<std::vector<Node>> weight_nodes_;
  std::set<std::string> taken_;
  std::map<std::string, int> last_suffix_;
};

}  // namespace

StatusOr<Graph> DecodeModel(std::span<const uint8_t> file) {
  DC_ASSIGN_OR_RETURN(const format::File opened, format::File::Open(file, &ZstdDecompress));
  return Raising(opened).Run();
}

}  // namespace dc
