#include "format/check.h"

#include <cmath>
#include <string>

#include "base/damaged.h"
#include "base/text.h"
#include "format/layout.h"
#include "format/ops.h"

namespace dc::format {
namespace {

std::string Where(const char* kind, size_t index, const std::string& name) {
  return Text({kind, " ", index, name.empty() ? "" : " (", name, name.empty() ? "" : ")"});
}

// The product of `shape` into `elements`; false above `limit` or where a dimension is not positive.
bool Multiply(const std::vector<int64_t>& shape, size_t from, uint64_t limit, uint64_t* elements) {
  *elements = 1;
  for (size_t d = from; d < shape.size(); ++d) {
    if (shape[d] <= 0 || static_cast<uint64_t>(shape[d]) > limit / *elements) return false;
    *elements *= static_cast<uint64_t>(shape[d]);
  }
  return true;
}

Status CheckTensor(const TensorEntry& entry, const std::string& where, uint64_t* elements) {
  if (entry.shape.size() > kMaxRank) return Damaged("too many dimensions", where);
  if (!Multiply(entry.shape, 0, kMaxTensorElements, elements)) {
    return Damaged("impossible shape", where);
  }
  if (!entry.has_codes()) {
    if (entry.codebook_entries != 0 || entry.code_bytes != 0 || entry.gap_bytes != 0 ||
        entry.codebook_bytes != 0 || entry.zero_first ||
        entry.codebook_type != CodebookType::kFloat32) {
      return Damaged("plain tensor with a codebook", where);
    }
    if (entry.has_planes() && entry.value_bytes == 0) {
      return Damaged("planes of no length", where);
    }
    return OkStatus();
  }
  if (entry.value_bytes != 0) return Damaged("tensor with codes and plain values", where);
  if (entry.codebook_bytes != 0 && entry.form != Form::kTable) {
    return Damaged("sorted codebook of a form that has none", where);
  }
  if (entry.codebook_entries == 0 || entry.codebook_entries > kMaxCodebookEntries) {
    return Damaged("impossible codebook size", where);
  }
  if (entry.form == Form::kTernary && (entry.codebook_entries != 3 || !entry.zero_first)) {
    return Damaged("ternary codebook that is not 0, +s, -s", where);
  }
  if (entry.form == Form::kHashed && (entry.zero_first || entry.codebook_entries % 2 != 0 ||
                                      entry.code_bytes != kHashSeedBytes || entry.gap_bytes != 0)) {
    return Damaged("hashed weight that is not a table and a seed", where);
  }
  // Positions without an entry are code 0, which must then be the zero.
  if (entry.gap_bytes > 0 && !entry.zero_first) return Damaged("gaps without a zero entry", where);
  return OkStatus();
}

Status CheckScaling(const Preprocess& scaling) {
  bool usable = std::isfinite(scaling.scale.value_or(1));
  for (float value : scaling.mean) usable &= std::isfinite(value);
  for (float value : scaling.deviation) usable &= std::isfinite(value) && value != 0.0f;
  return usable ? OkStatus() : Damaged("impossible input scaling", "manifest");
}

Status CheckNode(const Node& node, const std::string& where, uint32_t own_value) {
  const OpSpec* spec = FindOp(node.op);
  if (!spec) {
    return Unsupported(
        Text({"operator number ", static_cast<int>(node.op), " is not known to this version"}),
        where, "use a newer version");
  }
  if (node.inputs.size() < spec->min_inputs || node.inputs.size() > spec->max_inputs) {
    return Damaged("wrong number of inputs", where);
  }
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const bool omitted = node.inputs[i] == kNoValue && spec->MayOmit(i);
    if (!omitted && node.inputs[i] >= own_value) {
      return Damaged("reads a value that is not there yet", where);
    }
  }
  if (!Attributes(node).ok()) return Damaged("wrong number of attributes", where);
  return OkStatus();
}

}  // namespace

Status CheckManifest(const Manifest& manifest, uint64_t file_bytes) {
  if (manifest.inputs.empty() || manifest.inputs.size() > kMaxGraphInputs) {
    return Damaged("impossible number of inputs", "manifest");
  }
  if (manifest.outputs.empty() || manifest.outputs.size() > kMaxGraphInputs) {
    return Damaged("impossible number of outputs", "manifest");
  }
  if (manifest.tensors.size() > kMaxTensors || manifest.nodes.size() > kMaxNodes) {
    return Unsupported("more than 16384 tensors or nodes", "manifest");
  }
  for (size_t i = 0; i < manifest.inputs.size(); ++i) {
    const InputInfo& input = manifest.inputs[i];
    const std::string where = Where("input", i, input.name);
    if (input.shape.size() > kMaxRank) return Damaged("too many dimensions", where);
    std::vector<int64_t> shape = input.shape;
    for (int64_t& d : shape) {
      if (d == -1) d = 1;
    }
    uint64_t elements;
    if (!Multiply(shape, 0, kMaxInputElements, &elements))
      return Damaged("impossible shape", where);
  }
  DC_RETURN_IF_ERROR(CheckScaling(manifest.scaling));
  uint64_t total = 0;
  for (size_t i = 0; i < manifest.tensors.size(); ++i) {
    const std::string where = Where("tensor", i, manifest.tensors[i].name);
    uint64_t elements = 0;
    DC_RETURN_IF_ERROR(CheckTensor(manifest.tensors[i], where, &elements));
    total += elements;
    if (total > MaxElements(file_bytes)) {
      return Damaged("more elements than a file of this size may hold", where);
    }
  }
  const uint32_t first_output =
      static_cast<uint32_t>(manifest.inputs.size() + manifest.tensors.size());
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    DC_RETURN_IF_ERROR(CheckNode(manifest.nodes[i], Where("node", i, manifest.nodes[i].name),
                                 first_output + static_cast<uint32_t>(i)));
  }
  const uint64_t values = uint64_t{first_output} + manifest.nodes.size();
  for (size_t i = 0; i < manifest.outputs.size(); ++i) {
    const OutputInfo& output = manifest.outputs[i];
    const std::string where = Where("output", i, output.name);
    if (output.value >= values) return Damaged("names a value that does not exist", where);
    if (output.shape.size() > kMaxRank) return Damaged("too many dimensions", where);
    for (int64_t d : output.shape) {
      if (d == 0 || d < -1) return Damaged("impossible shape", where);
    }
  }
  return OkStatus();
}

}  // namespace dc::format
