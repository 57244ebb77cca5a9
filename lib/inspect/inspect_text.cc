#include "inspect/inspect_text.h"

#include <cinttypes>
#include <cstdio>
#include <string>

#include "base/number_text.h"
#include "base/text_table.h"
#include "dc/tensor.h"
#include "format/codebook.h"
#include "format/defaults.h"
#include "format/ops.h"
#include "model/quoted.h"

namespace dc {
namespace {

std::string Named(const std::string& name) { return name.empty() ? "" : " " + Quoted(name); }

void PrintContainer(const InspectedContainer& container, uint64_t file_bytes,
                    const TextSink& sink) {
  sink("format " + std::to_string(container.major) + "." + std::to_string(container.minor) + ", " +
       Thousands(file_bytes) + " bytes\n");
  if (!container.readable) return;
  TextTable table;
  table.Add({"section", "kind", "bytes", "decompressed", "checksum", ""});
  uint64_t front = 0;
  for (const ByteField& field : container.front) front += field.size;
  table.Add(
      {"header and table", "", Thousands(front), "", "", container.intact ? "right" : "wrong"});
  for (const InspectedSection& section : container.sections) {
    char checksum[9];
    std::snprintf(checksum, sizeof(checksum), "%08" PRIx32, section.checksum);
    table.Add({section.Name() + (section.optional ? ", optional" : ""),
               std::to_string(section.kind), Thousands(section.stored_size),
               section.zstd ? Thousands(section.raw_size) : "", checksum,
               section.intact                                ? "right"
               : section.stored.size() < section.stored_size ? "cut short"
                                                             : "wrong"});
  }
  sink(table.ToString());
}

void PrintTensor(const InspectedFile& inspected, size_t index, const TextSink& sink) {
  const format::TensorEntry& entry = inspected.manifest->tensors[index];
  const format::TensorStreams& streams = inspected.streams[index];
  std::string line = "  v" + std::to_string(inspected.manifest->inputs.size() + index) +
                     "  tensor " + std::to_string(index) + Named(entry.name) + ": " +
                     ShapeText(entry.shape) + ", " + format::NameOf(entry.form);
  if (!entry.has_codes()) {
    sink(line + (entry.value_bytes > 0 && !entry.has_planes() ? " without zeros, " : ", ") +
         Thousands(streams.values.size()) + " bytes\n");
    return;
  }
  const bool half = entry.codebook_type == format::CodebookType::kFloat16;
  line += " of " + Thousands(entry.codebook_entries) + (half ? " f16" : " f32") + " entries";
  if (entry.zero_first) line += ", the first an implied 0";
  if (!entry.policy.empty()) line += ", policy" + Named(entry.policy);
  line += "; codebook " + Thousands(streams.codebook.size()) +
          (entry.codebook_bytes > 0 ? " sorted" : "") + ", codes " +
          Thousands(streams.codes.size()) + ", gaps " + Thousands(streams.gaps.size()) + " bytes\n";
  sink(line + "      " + inspected.marked[index].coding + "\n");
}

// " axis = 1, pads = [1, 1]": the attributes that are not at their default.
std::string AttributeText(const format::Node& node) {
  format::Node trimmed = node;
  format::TrimAttributes(&trimmed);
  format::FillAttributes(&trimmed);
  const format::Attributes values(trimmed);
  std::string text;
  for (const format::AttributeSpec& attribute : format::FindOp(node.op)->attributes) {
    const std::string name(attribute.name);
    std::string value;
    if (attribute.type == format::AttributeType::kFloats) {
      for (const float item : values.Floats(name)) {
        value += (value.empty() ? "[" : ", ") + NumberText(item);
      }
      if (!value.empty()) value += "]";
    } else if (attribute.type == format::AttributeType::kInts) {
      for (const int64_t item : values.Ints(name)) {
        value += (value.empty() ? "[" : ", ") + std::to_string(item);
      }
      if (!value.empty()) value += "]";
    } else if (attribute.type == format::AttributeType::kInt) {
      const int64_t number = values.Int(name);
      const bool word = number >= 0 && static_cast<size_t>(number) < attribute.words.size();
      if (number != attribute.int_default) {
        value = word ? std::string(attribute.words[static_cast<size_t>(number)])
                     : std::to_string(number);
      }
    } else if (values.Float(name) != attribute.float_default) {
      value = NumberText(values.Float(name));
    }
    if (!value.empty()) text += (text.empty() ? " " : ", ") + name + " = " + value;
  }
  return text;
}

void PrintNode(const format::Manifest& manifest, size_t index, const TextSink& sink) {
  const format::Node& node = manifest.nodes[index];
  std::string line = "  v" +
                     std::to_string(manifest.inputs.size() + manifest.tensors.size() + index) +
                     "  " + std::string(format::FindOp(node.op)->name) + "(";
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    line += i == 0 ? "" : ", ";
    line += node.inputs[i] == format::kNoValue ? "-" : "v" + std::to_string(node.inputs[i]);
  }
  line += ")" + AttributeText(node) + Named(node.name);
  if (!node.output_name.empty()) line += ", writes" + Named(node.output_name);
  sink(line + "\n");
}

std::string List(const std::vector<float>& values) {
  std::string text;
  for (const float value : values) text += (text.empty() ? "" : ", ") + NumberText(value);
  return text;
}

void PrintRest(const format::Manifest& manifest, const TextSink& sink) {
  std::string text = "model\n  " + Thousands(manifest.baseline_bytes) +
                     " bytes of float32 before compression, opset " +
                     std::to_string(manifest.opset) + Named(manifest.graph_name) + "\n";
  if (manifest.fixed_shapes) text += "  no dimension of an input is the batch\n";
  if (manifest.int8_activations) {
    text += "  inputs of sparse layers may be rounded to 8 bits for single samples\n";
  }
  const Preprocess& scaling = manifest.scaling;
  text += "  input scale " + NumberText(scaling.scale.value_or(kByteScale));
  if (!scaling.scale) text += " for bytes";
  if (!scaling.mean.empty()) text += ", mean " + List(scaling.mean);
  if (!scaling.deviation.empty()) text += ", deviation " + List(scaling.deviation);
  if (scaling.channels_last.value_or(false)) text += ", channels last";
  if (scaling.reverse_channels) text += ", channels reversed";
  sink(text + "\n");
  for (const auto& [key, value] : manifest.metadata) {
    sink("  metadata" + Named(key) + ":" + Named(value) + "\n");
  }
}

// " int64": the type of an input or output, where it is not float32.
std::string TypeText(uint32_t type) {
  if (type == format::kFloat32Type) return "";
  return std::string(" ") + NameOf(static_cast<DataType>(type));
}

}  // namespace

void PrintStructure(const InspectedFile& inspected, uint64_t file_bytes, const TextSink& sink) {
  if (inspected.container.major == 0) return;
  PrintContainer(inspected.container, file_bytes, sink);
  if (!inspected.manifest) return;
  const format::Manifest& manifest = *inspected.manifest;
  sink("\ninputs\n");
  for (size_t i = 0; i < manifest.inputs.size(); ++i) {
    sink("  v" + std::to_string(i) + "  " + ShapeText(manifest.inputs[i].shape) +
         TypeText(manifest.inputs[i].type) + Named(manifest.inputs[i].name) + "\n");
  }
  if (!manifest.tensors.empty()) sink("tensors\n");
  for (size_t i = 0; i < manifest.tensors.size(); ++i) PrintTensor(inspected, i, sink);
  if (!manifest.nodes.empty()) sink("nodes\n");
  for (size_t i = 0; i < manifest.nodes.size(); ++i) PrintNode(manifest, i, sink);
  sink("outputs\n");
  for (const format::OutputInfo& output : manifest.outputs) {
    sink("  v" + std::to_string(output.value) + "  " + ShapeText(output.shape) +
         TypeText(output.type) + Named(output.name) + "\n");
  }
  PrintRest(manifest, sink);
}

}  // namespace dc
