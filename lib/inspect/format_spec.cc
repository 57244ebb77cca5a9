#include <google/protobuf/descriptor.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/number_text.h"
#include "base/text_table.h"
#include "dc/inspect.h"
#include "format/codebook.h"
#include "format/layout.h"
#include "format/ops.h"
#include "inspect/format_names.h"
#include "inspect/markdown_table.h"
#include "manifest.pb.h"

namespace dc {
namespace {

std::string NumberTable(const Markdown::Cells& heading, std::span<const NamedNumber> rows) {
  Markdown table(heading);
  for (const NamedNumber& row : rows) {
    table.Add({std::to_string(row.number), row.name, row.meaning});
  }
  return table.text();
}

// "A + B × WHAT" for a limit that grows with a size.
std::string Line(uint64_t (*limit)(uint64_t), const std::string& what) {
  return Thousands(limit(0)) + " + " + Thousands(limit(1) - limit(0)) + " × " + what;
}

std::string Limits() {
  Markdown table({"what", "at most"});
  table.Add({"raw size of the manifest", Line(format::MaxManifestBytes, "its stored size")});
  const std::string elements = Line(format::MaxElements, "F");
  table.Add({"raw size of another section", "4 × (" + elements + ")"});
  table.Add({"elements of all tensors together", elements});
  table.Add({"elements of one tensor", Thousands(format::kMaxTensorElements)});
  table.Add({"dimensions of a tensor, input or output", Thousands(format::kMaxRank)});
  table.Add({"tensors", Thousands(format::kMaxTensors)});
  table.Add({"nodes", Thousands(format::kMaxNodes)});
  table.Add({"numbers in the lists of the manifest",
             Line(format::MaxManifestNumbers, "its stored size")});
  table.Add({"metadata entries", Thousands(format::kMaxProperties)});
  table.Add({"graph inputs, and outputs", Thousands(format::kMaxGraphInputs)});
  table.Add({"elements of one sample of an input", Thousands(format::kMaxInputElements)});
  table.Add({"entries of a codebook", Thousands(format::kMaxCodebookEntries)});
  return table.text();
}

// What each field of the manifest means. A field without an entry has an empty cell.
const std::map<std::string, std::string>& FieldMeanings() {
  static const std::map<std::string, std::string> meanings = {
      {"Manifest.tensors", "the tensor table"},
      {"Manifest.nodes", "in an order in which they can be executed"},
      {"Manifest.inputs", "of the graph; at least one"},
      {"Manifest.outputs", "of the graph; at least one"},
      {"Manifest.baseline_bytes", "float32 initializer bytes of the model that was compressed"},
      {"Manifest.input_scale", "0 or absent: not said; 1/255 for bytes, 1 for floats"},
      {"Manifest.input_mean", "none (0), one for all channels, or one per channel"},
      {"Manifest.input_deviation", "none (1), one for all channels, or one per channel"},
      {"Manifest.input_channels_last", "the network reads NHWC"},
      {"Manifest.input_reverse_channels", "the network reads B, G, R"},
      {"Manifest.opset", "ONNX operator set whose meaning the nodes have; 0 or absent: 13"},
      {"Manifest.graph_name", "only where names are kept"},
      {"Manifest.metadata", "only where names are kept"},
      {"Manifest.fixed_shapes", "no dimension of an input is the batch; absent: dimension 0 is"},
      {"Manifest.int8_activations",
       "inputs of sparse fully connected layers may be rounded to 8 bits for single samples"},
      {"Tensor.shape", "dimensions, each at least 1; none for a scalar"},
      {"Tensor.form", "chapter 3"},
      {"Tensor.codebook_entries", "entries of the codebook, an implied zero included"},
      {"Tensor.code_bytes", "length of its stream in the codes section"},
      {"Tensor.gap_bytes", "length of its stream in the gaps section"},
      {"Tensor.codebook_f16", "the codebook's numbers are f16, not f32"},
      {"Tensor.zero_stored", "entry 0 is not the implied 0.0"},
      {"Tensor.codebook_bytes", "not 0: the codebook is stored sorted, in so many bytes"},
      {"Tensor.value_bytes",
       "not 0: plain values without their zeros or in planes, in so many bytes"},
      {"Tensor.name", "only where names are kept"},
      {"Tensor.policy", "only where names are kept"},
      {"Node.op", "number of the operator, below"},
      {"Node.inputs", "value numbers plus 1; 0 for an omitted optional input"},
      {"Node.ints", "integer attributes"},
      {"Node.floats", "float attributes"},
      {"Node.name", "only where names are kept"},
      {"Node.output_name", "only where names are kept"},
      {"Input.shape", "0 for a dimension that is not fixed; dimension 0 is the batch"},
      {"Input.name", "only where names are kept, or where there are several inputs"},
      {"Input.type",
       "ONNX's number of the element type, for whoever fills it; 0 or absent: float32"},
      {"Output.shape", "as the model declared it, 0 for a dimension that is not fixed"},
      {"Output.value", "value number plus 1; 0 or absent: the output of the last node"},
      {"Output.name", "only where names are kept, or where there are several outputs"},
      {"Output.type", "like that of an input"},
      {"Property.key", "of ONNX's metadata_props"},
      {"Property.value", "of ONNX's metadata_props"},
  };
  return meanings;
}

std::string FieldTable(const google::protobuf::Descriptor& message) {
  Markdown table({"number", "field", "type", "meaning"});
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    std::string type = field.is_repeated() ? "repeated " : "";
    type += field.message_type() ? field.message_type()->name() : field.type_name();
    const auto meaning = FieldMeanings().find(message.name() + "." + field.name());
    table.Add({std::to_string(field.number()), field.name(), type,
               meaning == FieldMeanings().end() ? "" : meaning->second});
  }
  return table.text();
}

std::string Operators() {
  Markdown table({"op", "name", "inputs", "ints", "floats"});
  for (const op::Operator* record : op::FileOperators()) {
    const op::Operator& spec = *record;
    std::string inputs = std::to_string(spec.min_inputs);
    if (spec.max_inputs != spec.min_inputs) inputs += "–" + std::to_string(spec.max_inputs);
    std::string ints, floats;
    for (const format::AttributeSpec& attribute : spec.attributes) {
      const bool is_float = attribute.type == format::AttributeType::kFloat ||
                            attribute.type == format::AttributeType::kFloats;
      std::string& list = is_float ? floats : ints;
      list += (list.empty() ? "" : ", ") + std::string(attribute.name);
      if (attribute.type == format::AttributeType::kInts ||
          attribute.type == format::AttributeType::kFloats) {
        list += "[]";
      } else if (!attribute.words.empty()) {
        list += " = ";
        for (size_t i = 0; i < attribute.words.size(); ++i) {
          list += (i == 0 ? "" : ", ") + std::to_string(i) + " " + std::string(attribute.words[i]);
        }
      } else {
        list += " = " + (is_float ? NumberText(attribute.float_default)
                                  : std::to_string(attribute.int_default));
      }
    }
    table.Add(
        {std::to_string(static_cast<int>(spec.id)), std::string(spec.name), inputs, ints, floats});
  }
  return table.text();
}

struct FormMeaning {
  format::Form form;
  const char* stored;
  const char* run;  // null for plain forms
};

constexpr FormMeaning kForms[] = {
    {format::Form::kFloat32, "4 an element, f32", nullptr},
    {format::Form::kFloat16, "2 an element, f16; each stands for the float32 of the same value",
     nullptr},
    {format::Form::kFloat32Planes, "`value_bytes`: four planes of the bytes of f32", nullptr},
    {format::Form::kFloat16Planes,
     "`value_bytes`: two planes of the bytes of f16, each number standing for the float32 of the "
     "same value",
     nullptr},
    {format::Form::kTable, "n − z", "the numbers themselves"},
    {format::Form::kAffine, "2: base, step",
     "base + step × i for i = 0, 1, …, the product and then the sum rounded to float32"},
    {format::Form::kTernary, "1: s", "s, −s; n is 3 and z is 1"},
    {format::Form::kHashed, "n / 2: a table",
     "the table, then its negatives; n is even and z is 0"},
};

std::string Forms(bool with_codes) {
  Markdown table(with_codes ? Markdown::Cells{"form", "name", "stored numbers", "run"}
                            : Markdown::Cells{"form", "name", "bytes"});
  for (const FormMeaning& row : kForms) {
    if (with_codes != (row.run != nullptr)) continue;
    Markdown::Cells cells = {std::to_string(static_cast<int>(row.form)), format::NameOf(row.form),
                             row.stored};
    if (with_codes) cells.push_back(row.run);
    table.Add(cells);
  }
  return table.text();
}

}  // namespace

std::vector<SpecTable> FormatSpec() {
  std::vector<SpecTable> tables = {
      {"section-kinds", NumberTable({"kind", "section", "content"}, SectionKinds())},
      {"limits", Limits()},
  };
  const google::protobuf::Descriptor* messages[] = {
      proto::Manifest::descriptor(), proto::Tensor::descriptor(), proto::Node::descriptor(),
      proto::Input::descriptor(),    proto::Output::descriptor(), proto::Property::descriptor()};
  for (const auto* message : messages) tables.push_back({message->name(), FieldTable(*message)});
  tables.push_back({"operators", Operators()});
  tables.push_back({"plain-forms", Forms(false)});
  tables.push_back({"coded-forms", Forms(true)});
  tables.push_back(
      {"positions", NumberTable({"number", "positions", "stored as"}, PositionCodings())});
  tables.push_back({"coders", NumberTable({"number", "coder", "stream"}, StreamCoders())});
  return tables;
}

}  // namespace dc
