#include "format/writer_manifest.h"

#include <string>

#include "format/defaults.h"
#include "format/ops.h"
#include "manifest.pb.h"

namespace dc::format {
namespace {

uint64_t Dimension(int64_t d) { return d == -1 ? 0 : static_cast<uint64_t>(d); }

void AddTensor(const TensorEntry& entry, proto::Manifest* out) {
  proto::Tensor* tensor = out->add_tensors();
  for (int64_t d : entry.shape) tensor->add_shape(Dimension(d));
  tensor->set_form(static_cast<uint32_t>(entry.form));
  tensor->set_codebook_entries(entry.codebook_entries);
  tensor->set_code_bytes(entry.code_bytes);
  tensor->set_gap_bytes(entry.gap_bytes);
  tensor->set_codebook_bytes(entry.codebook_bytes);
  tensor->set_value_bytes(entry.value_bytes);
  tensor->set_codebook_f16(entry.codebook_type == CodebookType::kFloat16);
  tensor->set_zero_stored(entry.has_codes() && !entry.zero_first);
  tensor->set_name(entry.name);
  tensor->set_policy(entry.policy);
}

void AddNode(const Node& node, const DefaultInputs& defaults, proto::Manifest* out) {
  proto::Node* to = out->add_nodes();
  to->set_op(static_cast<uint32_t>(node.op));
  if (node.inputs != defaults.Next(*FindOp(node.op))) {
    // kNoValue wraps around to 0, which stands for an omitted input.
    for (uint32_t value : node.inputs) to->add_inputs(value + 1);
  }
  Node trimmed = node;
  TrimAttributes(&trimmed);
  for (int64_t value : trimmed.ints) to->add_ints(value);
  for (float value : trimmed.floats) to->add_floats(value);
  to->set_name(node.name);
  to->set_output_name(node.output_name);
}

}  // namespace

std::vector<uint8_t> SerializeManifest(const Manifest& manifest) {
  proto::Manifest out;
  for (const TensorEntry& entry : manifest.tensors) AddTensor(entry, &out);
  DefaultInputs defaults(manifest.inputs.size(), manifest.tensors.size());
  for (const Node& node : manifest.nodes) {
    AddNode(node, defaults, &out);
    defaults.Advance(node.inputs);
  }
  for (const InputInfo& input : manifest.inputs) {
    proto::Input* to = out.add_inputs();
    for (int64_t d : input.shape) to->add_shape(Dimension(d));
    to->set_name(input.name);
    if (input.type != kFloat32Type) to->set_type(input.type);
  }
  const size_t values = manifest.inputs.size() + manifest.tensors.size() + manifest.nodes.size();
  for (const OutputInfo& output : manifest.outputs) {
    proto::Output* to = out.add_outputs();
    for (int64_t d : output.shape) to->add_shape(Dimension(d));
    to->set_value(output.value + 1 == values ? 0 : output.value + 1);
    to->set_name(output.name);
    if (output.type != kFloat32Type) to->set_type(output.type);
  }
  out.set_baseline_bytes(manifest.baseline_bytes);
  const Preprocess& scaling = manifest.scaling;
  if (scaling.scale) out.set_input_scale(*scaling.scale);
  for (float value : scaling.mean) out.add_input_mean(value);
  for (float value : scaling.deviation) out.add_input_deviation(value);
  out.set_input_channels_last(scaling.channels_last.value_or(false));
  out.set_input_reverse_channels(scaling.reverse_channels);
  if (manifest.opset != Manifest().opset) out.set_opset(manifest.opset);
  if (manifest.fixed_shapes) out.set_fixed_shapes(true);
  if (manifest.int8_activations) out.set_int8_activations(true);
  out.set_graph_name(manifest.graph_name);
  for (const auto& [key, value] : manifest.metadata) {
    proto::Property* property = out.add_metadata();
    property->set_key(key);
    property->set_value(value);
  }
  std::vector<uint8_t> bytes(out.ByteSizeLong());
  out.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace dc::format
