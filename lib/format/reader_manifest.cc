#include "format/reader_manifest.h"

#include <string>
#include <vector>

#include "base/damaged.h"
#include "base/text.h"
#include "format/defaults.h"
#include "format/layout.h"
#include "format/ops.h"
#include "format/wire.h"

namespace dc::format {
namespace {

// The messages of proto/manifest.proto, whose numbers of fields the switches below have.
struct Parse {
  WireState wire;
  Manifest manifest;
  Status lacks;  // what this version or this build goes without

  // Ends it.
  void Lacks(Status status) {
    lacks = std::move(status);
    wire.Damage("");
  }
};

Status NotInThisVersion(const char* what, uint32_t number) {
  return Unsupported(Text({what, " number ", number, " is not known to this version"}), "manifest",
                     "use a newer version");
}

Status LeftOutOfThisBuild(std::string_view op) {
  return Unsupported(Text({"this build of the runtime leaves out operator ", op}), "manifest",
                     Text({"rebuild it with ", op, " in DC_RUNTIME_OPERATORS"}));
}

// Makes room for one more item of a list; null, and damage, beyond its limit.
template <typename T>
T* Append(std::vector<T>* list, size_t limit, WireState* wire) {
  if (list->size() >= limit) {
    wire->Damage("too many entries");
    return nullptr;
  }
  return &list->emplace_back();
}

// Dimensions: 0 on file stands for -1, any.
void ReadShape(WireMessage* message, std::vector<int64_t>* shape) {
  uint32_t dimension;
  while (message->NextNumber32(&dimension))
    shape->push_back(dimension == 0 ? -1 : int64_t{dimension});
}

void ReadFloats(WireMessage* message, std::vector<float>* numbers) {
  float number;
  while (message->NextFloat(&number)) numbers->push_back(number);
}

void ReadTensor(WireMessage message, Parse* parse) {
  TensorEntry* entry = Append(&parse->manifest.tensors, kMaxTensors, &parse->wire);
  if (!entry) return;
  uint32_t form = 0;
  bool zero_stored = false;
  while (message.Next()) {
    switch (message.field()) {
      case 1:
        ReadShape(&message, &entry->shape);
        break;
      case 2:
        form = message.Number32();
        break;
      case 3:
        entry->codebook_entries = message.Number32();
        break;
      case 4:
        entry->code_bytes = message.Number();
        break;
      case 5:
        entry->gap_bytes = message.Number();
        break;
      case 6:
        entry->codebook_type = message.Flag() ? CodebookType::kFloat16 : CodebookType::kFloat32;
        break;
      case 7:
        zero_stored = message.Flag();
        break;
      case 8:
        entry->name = message.Text();
        break;
      case 9:
        entry->policy = message.Text();
        break;
      case 10:
        entry->codebook_bytes = message.Number();
        break;
      case 11:
        entry->value_bytes = message.Number();
        break;
      default:
        break;
    }
  }
  if (form > static_cast<uint32_t>(Form::kHashed)) {
    return parse->Lacks(NotInThisVersion("form", form));
  }
  entry->form = static_cast<Form>(form);
  entry->zero_first = entry->has_codes() && !zero_stored;
}

// The operator of a number on file; kNone, and the parse ends, where there is none here.
Op FindOperator(uint32_t number, Parse* parse) {
  const Op op = number > 0xFF ? Op::kNone : static_cast<Op>(number);
  if (op != Op::kNone && FindOp(op)) return op;
  const std::string_view left_out = op == Op::kNone ? std::string_view() : op::LeftOut(op);
  parse->Lacks(left_out.empty() ? NotInThisVersion("operator", number)
                                : LeftOutOfThisBuild(left_out));
  return Op::kNone;
}

void ReadNode(WireMessage message, Parse* parse) {
  Node* node = Append(&parse->manifest.nodes, kMaxNodes, &parse->wire);
  if (!node) return;
  uint32_t op = 0, input;
  int64_t number;
  while (message.Next()) {
    switch (message.field()) {
      case 1:
        op = message.Number32();
        break;
      // On file 0 is an omitted input: subtracting 1 turns it into kNoValue.
      case 2:
        while (message.NextNumber32(&input)) node->inputs.push_back(input - 1);
        break;
      case 3:
        while (message.NextSigned(&number)) node->ints.push_back(number);
        break;
      case 4:
        ReadFloats(&message, &node->floats);
        break;
      case 5:
        node->name = message.Text();
        break;
      case 6:
        node->output_name = message.Text();
        break;
      default:
        break;
    }
  }
  // Damage comes before what is not known.
  if (parse->wire.damage == nullptr) node->op = FindOperator(op, parse);
}

void ReadInput(WireMessage message, Parse* parse) {
  InputInfo* input = Append(&parse->manifest.inputs, kMaxGraphInputs, &parse->wire);
  if (!input) return;
  while (message.Next()) {
    switch (message.field()) {
      case 1:
        ReadShape(&message, &input->shape);
        break;
      case 2:
        input->name = message.Text();
        break;
      case 3:
        input->type = message.Number32();
        break;
      default:
        break;
    }
  }
  if (input->type == 0) input->type = kFloat32Type;
}

void ReadOutput(WireMessage message, Parse* parse) {
  OutputInfo* output = Append(&parse->manifest.outputs, kMaxGraphInputs, &parse->wire);
  if (!output) return;
  output->value = kNoValue;  // resolved at the end
  while (message.Next()) {
    switch (message.field()) {
      case 1:
        ReadShape(&message, &output->shape);
        break;
      case 2:
        output->value = message.Number32() - 1;
        break;
      case 3:
        output->name = message.Text();
        break;
      case 4:
        output->type = message.Number32();
        break;
      default:
        break;
    }
  }
  if (output->type == 0) output->type = kFloat32Type;
}

void ReadProperty(WireMessage message, Parse* parse) {
  auto* property = Append(&parse->manifest.metadata, kMaxProperties, &parse->wire);
  if (!property) return;
  while (message.Next()) {
    if (message.field() == 1) property->first = message.Text();
    if (message.field() == 2) property->second = message.Text();
  }
}

void ReadManifest(WireMessage message, Parse* parse) {
  Manifest& manifest = parse->manifest;
  const auto submessage = [&] { return WireMessage(message.Bytes(), &parse->wire); };
  while (message.Next()) {
    switch (message.field()) {
      case 1:
        ReadTensor(submessage(), parse);
        break;
      case 2:
        ReadNode(submessage(), parse);
        break;
      case 3:
        ReadInput(submessage(), parse);
        break;
      case 4:
        ReadOutput(submessage(), parse);
        break;
      case 5:
        manifest.baseline_bytes = message.Number();
        break;
      case 6:
        manifest.scaling.scale = message.Float();
        break;
      case 7:
        ReadFloats(&message, &manifest.scaling.mean);
        break;
      case 8:
        ReadFloats(&message, &manifest.scaling.deviation);
        break;
      case 9:
        manifest.scaling.channels_last = message.Flag();
        break;
      case 10:
        manifest.scaling.reverse_channels = message.Flag();
        break;
      case 11:
        manifest.opset = message.Number32();
        break;
      case 12:
        manifest.graph_name = message.Text();
        break;
      case 13:
        ReadProperty(submessage(), parse);
        break;
      case 14:
        manifest.fixed_shapes = message.Flag();
        break;
      case 15:
        manifest.int8_activations = message.Flag();
        break;
      default:
        break;
    }
  }
  // As if they were not there.
  if (manifest.scaling.scale == 0.0f) manifest.scaling.scale.reset();
  if (manifest.scaling.channels_last == false) manifest.scaling.channels_last.reset();
  if (manifest.opset == 0) manifest.opset = Manifest().opset;
}

// Fills in what the message leaves out because it follows from the rest.
void Complete(Manifest* manifest) {
  DefaultInputs defaults(manifest->inputs.size(), manifest->tensors.size());
  for (Node& node : manifest->nodes) {
    if (node.inputs.empty()) node.inputs = defaults.Next(*FindOp(node.op));
    defaults.Advance(node.inputs);
    FillAttributes(&node);
  }
  const size_t values = manifest->inputs.size() + manifest->tensors.size() + manifest->nodes.size();
  for (OutputInfo& output : manifest->outputs) {
    if (output.value == kNoValue) output.value = static_cast<uint32_t>(values) - 1;
  }
}

}  // namespace

StatusOr<Manifest> ParseManifest(std::span<const uint8_t> bytes, uint64_t stored_bytes) {
  Parse parse;
  parse.wire.numbers_left = MaxManifestNumbers(stored_bytes);
  ReadManifest(WireMessage(bytes, &parse.wire), &parse);
  if (!parse.lacks.ok()) return parse.lacks;
  if (parse.wire.damage != nullptr) {
    return Damaged(Text({"damaged manifest: ", parse.wire.damage}), "manifest");
  }
  Complete(&parse.manifest);
  return std::move(parse.manifest);
}

}  // namespace dc::format
