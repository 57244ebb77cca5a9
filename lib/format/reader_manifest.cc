#include "format/reader_manifest.h"

#include <pb.h>
#include <pb_decode.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "format/defaults.h"
#include "format/layout.h"
#include "format/ops.h"
#include "manifest.pb.h"

namespace dc::format {
namespace {

using DecodeFunction = bool (*)(pb_istream_t*, const pb_field_t*, void**);

void Bind(pb_callback_t* field, DecodeFunction decode, const void* target) {
  field->funcs.decode = decode;
  field->arg = const_cast<void*>(target);
}

bool ReadBytes(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto* text = static_cast<std::string*>(*arg);
  text->resize(stream->bytes_left);
  return pb_read(stream, reinterpret_cast<pb_byte_t*>(text->data()), text->size());
}

// What the message callbacks share. `lacks` is what this version or this build goes without.
struct Context {
  Manifest manifest;
  Status lacks;
  uint64_t numbers_left = 0;  // that lists may have yet, all together
};

// Where the numbers of a repeated field go.
template <typename T>
struct List {
  Context* context;
  std::vector<T>* numbers;
};

// A repeated number: called once for each packed run, or for each number that stands alone.
template <typename T, bool (*Read)(pb_istream_t*, T*)>
bool ReadRepeated(pb_istream_t* stream, const pb_field_t*, void** arg) {
  const auto* list = static_cast<const List<T>*>(*arg);
  while (stream->bytes_left > 0) {
    T value;
    if (!Read(stream, &value)) return false;
    if (list->context->numbers_left == 0) PB_RETURN_ERROR(stream, "too many numbers");
    --list->context->numbers_left;
    list->numbers->push_back(value);
  }
  return true;
}

bool ReadSigned(pb_istream_t* stream, int64_t* value) { return pb_decode_svarint(stream, value); }

bool ReadUnsigned32(pb_istream_t* stream, uint32_t* value) {
  uint64_t wide;
  if (!pb_decode_varint(stream, &wide)) return false;
  if (wide > 0xFFFFFFFFu) PB_RETURN_ERROR(stream, "number out of range");
  *value = static_cast<uint32_t>(wide);
  return true;
}

// Dimensions: 0 on file stands for -1, any.
bool ReadDimension(pb_istream_t* stream, int64_t* value) {
  uint64_t wide;
  if (!pb_decode_varint(stream, &wide)) return false;
  if (wide > 0xFFFFFFFFu) PB_RETURN_ERROR(stream, "dimension out of range");
  *value = wide == 0 ? -1 : static_cast<int64_t>(wide);
  return true;
}

bool ReadFloat(pb_istream_t* stream, float* value) { return pb_decode_fixed32(stream, value); }

constexpr DecodeFunction kReadShape = ReadRepeated<int64_t, ReadDimension>;
constexpr DecodeFunction kReadFloats = ReadRepeated<float, ReadFloat>;

Status NotInThisVersion(const char* what, uint32_t number) {
  return Unsupported(Text({what, " number ", number, " is not known to this version"}), "manifest",
                     "use a newer version");
}

Status LeftOutOfThisBuild(std::string_view op) {
  return Unsupported(Text({"this build of the runtime leaves out operator ", op}), "manifest",
                     Text({"rebuild it with ", op, " in DC_RUNTIME_OPERATORS"}));
}

// Makes room for one more item of a list, within its limit.
template <typename T>
T* Append(pb_istream_t* stream, std::vector<T>* list, size_t limit) {
  if (list->size() >= limit) {
    PB_SET_ERROR(stream, "too many entries");
    return nullptr;
  }
  return &list->emplace_back();
}

bool ReadTensor(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto* context = static_cast<Context*>(*arg);
  TensorEntry* entry = Append(stream, &context->manifest.tensors, kMaxTensors);
  if (!entry) return false;
  dc_proto_Tensor message = dc_proto_Tensor_init_zero;
  const List<int64_t> shape{context, &entry->shape};
  Bind(&message.shape, kReadShape, &shape);
  Bind(&message.name, ReadBytes, &entry->name);
  Bind(&message.policy, ReadBytes, &entry->policy);
  if (!pb_decode(stream, dc_proto_Tensor_fields, &message)) return false;
  if (message.form > static_cast<uint32_t>(Form::kHashed)) {
    context->lacks = NotInThisVersion("form", message.form);
    return false;
  }
  entry->form = static_cast<Form>(message.form);
  entry->codebook_entries = message.codebook_entries;
  entry->code_bytes = message.code_bytes;
  entry->gap_bytes = message.gap_bytes;
  entry->codebook_bytes = message.codebook_bytes;
  entry->value_bytes = message.value_bytes;
  if (message.codebook_f16) entry->codebook_type = CodebookType::kFloat16;
  entry->zero_first = entry->has_codes() && !message.zero_stored;
  return true;
}

bool ReadNode(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto* context = static_cast<Context*>(*arg);
  Node* node = Append(stream, &context->manifest.nodes, kMaxNodes);
  if (!node) return false;
  dc_proto_Node message = dc_proto_Node_init_zero;
  const List<uint32_t> inputs{context, &node->inputs};
  const List<int64_t> ints{context, &node->ints};
  const List<float> floats{context, &node->floats};
  Bind(&message.inputs, ReadRepeated<uint32_t, ReadUnsigned32>, &inputs);
  Bind(&message.ints, ReadRepeated<int64_t, ReadSigned>, &ints);
  Bind(&message.floats, kReadFloats, &floats);
  Bind(&message.name, ReadBytes, &node->name);
  Bind(&message.output_name, ReadBytes, &node->output_name);
  if (!pb_decode(stream, dc_proto_Node_fields, &message)) return false;
  node->op = static_cast<Op>(message.op);
  if (message.op > 0xFF || !FindOp(node->op)) {
    const std::string_view left_out =
        message.op > 0xFF ? std::string_view() : op::LeftOut(node->op);
    context->lacks =
        left_out.empty() ? NotInThisVersion("operator", message.op) : LeftOutOfThisBuild(left_out);
    return false;
  }
  // On file 0 is an omitted input: subtracting 1 turns it into kNoValue.
  for (uint32_t& value : node->inputs) --value;
  return true;
}

bool ReadInput(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto* context = static_cast<Context*>(*arg);
  InputInfo* input = Append(stream, &context->manifest.inputs, kMaxGraphInputs);
  if (!input) return false;
  dc_proto_Input message = dc_proto_Input_init_zero;
  const List<int64_t> shape{context, &input->shape};
  Bind(&message.shape, kReadShape, &shape);
  Bind(&message.name, ReadBytes, &input->name);
  if (!pb_decode(stream, dc_proto_Input_fields, &message)) return false;
  if (message.type != 0) input->type = message.type;
  return true;
}

bool ReadOutput(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto* context = static_cast<Context*>(*arg);
  OutputInfo* output = Append(stream, &context->manifest.outputs, kMaxGraphInputs);
  if (!output) return false;
  dc_proto_Output message = dc_proto_Output_init_zero;
  const List<int64_t> shape{context, &output->shape};
  Bind(&message.shape, kReadShape, &shape);
  Bind(&message.name, ReadBytes, &output->name);
  if (!pb_decode(stream, dc_proto_Output_fields, &message)) return false;
  if (message.type != 0) output->type = message.type;
  output->value = message.value - 1;  // 0, the default, becomes kNoValue: resolved at the end
  return true;
}

bool ReadProperty(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto* property = Append(stream, &static_cast<Context*>(*arg)->manifest.metadata, kMaxProperties);
  if (!property) return false;
  dc_proto_Property message = dc_proto_Property_init_zero;
  Bind(&message.key, ReadBytes, &property->first);
  Bind(&message.value, ReadBytes, &property->second);
  return pb_decode(stream, dc_proto_Property_fields, &message);
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
  Context context;
  context.numbers_left = MaxManifestNumbers(stored_bytes);
  Manifest& manifest = context.manifest;
  const List<float> mean{&context, &manifest.scaling.mean};
  const List<float> deviation{&context, &manifest.scaling.deviation};
  dc_proto_Manifest message = dc_proto_Manifest_init_zero;
  Bind(&message.tensors, ReadTensor, &context);
  Bind(&message.nodes, ReadNode, &context);
  Bind(&message.inputs, ReadInput, &context);
  Bind(&message.outputs, ReadOutput, &context);
  Bind(&message.metadata, ReadProperty, &context);
  Bind(&message.input_mean, kReadFloats, &mean);
  Bind(&message.input_deviation, kReadFloats, &deviation);
  Bind(&message.graph_name, ReadBytes, &manifest.graph_name);
  pb_istream_t stream = pb_istream_from_buffer(bytes.data(), bytes.size());
  if (!pb_decode(&stream, dc_proto_Manifest_fields, &message)) {
    if (!context.lacks.ok()) return context.lacks;
    return BadInput(Text({"damaged manifest: ", PB_GET_ERROR(&stream)}), "manifest",
                    "get a fresh copy of the file");
  }
  manifest.baseline_bytes = message.baseline_bytes;
  if (message.input_scale != 0.0f) manifest.scaling.scale = message.input_scale;
  if (message.input_channels_last) manifest.scaling.channels_last = true;
  manifest.scaling.reverse_channels = message.input_reverse_channels;
  if (message.opset != 0) manifest.opset = message.opset;
  manifest.fixed_shapes = message.fixed_shapes;
  Complete(&manifest);
  return std::move(context.manifest);
}

}  // namespace dc::format
