#include "inspect/inspect_manifest.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <bit>
#include <climits>
#include <map>
#include <string>

#include "base/number_text.h"
#include "base/text_table.h"
#include "format/codebook.h"
#include "format/ops.h"
#include "manifest.pb.h"
#include "model/quoted.h"

namespace dc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// More numbers of a list are not written out.
constexpr int kMostNumbers = 16;

// What a number of this field stands for, where it is a number of the format; else "".
std::string Meaning(const FieldDescriptor& field, uint64_t value) {
  if (field.full_name() == "dc.proto.Tensor.form" && value <= 0xFF) {
    return format::NameOf(static_cast<format::Form>(value));
  }
  if (field.full_name() == "dc.proto.Node.op" && value <= 0xFF) {
    const format::OpSpec* spec = format::FindOp(static_cast<format::Op>(value));
    return spec ? std::string(spec->name) : "unknown";
  }
  return "";
}

// Reads one number as `field` stores it and appends it to `text`; false where the bytes end.
bool ReadNumber(const FieldDescriptor& field, CodedInputStream* in, std::string* text) {
  uint64_t value = 0;
  uint32_t narrow = 0;
  switch (
      WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(field.type()))) {
    case WireFormatLite::WIRETYPE_VARINT:
      if (!in->ReadVarint64(&value)) return false;
      if (field.type() == FieldDescriptor::TYPE_SINT64 ||
          field.type() == FieldDescriptor::TYPE_SINT32) {
        *text += std::to_string(WireFormatLite::ZigZagDecode64(value));
      } else if (field.type() == FieldDescriptor::TYPE_INT64 ||
                 field.type() == FieldDescriptor::TYPE_INT32) {
        *text += std::to_string(static_cast<int64_t>(value));
      } else {
        *text += std::to_string(value);
      }
      break;
    case WireFormatLite::WIRETYPE_FIXED32:
      if (!in->ReadLittleEndian32(&narrow)) return false;
      *text += field.type() == FieldDescriptor::TYPE_FLOAT
                   ? NumberText(std::bit_cast<float>(narrow))
                   : std::to_string(narrow);
      break;
    case WireFormatLite::WIRETYPE_FIXED64:
      if (!in->ReadLittleEndian64(&value)) return false;
      *text += std::to_string(value);
      break;
    default:
      return false;
  }
  const std::string meaning = Meaning(field, value);
  if (!meaning.empty()) *text += ", " + meaning;
  return true;
}

class Marker {
 public:
  explicit Marker(std::span<const uint8_t> bytes)
      : bytes_(bytes.first(std::min<size_t>(bytes.size(), INT_MAX))),
        in_(bytes_.data(), static_cast<int>(bytes_.size())) {}

  std::vector<ByteField> Run() {
    if (!MarkMessage(*proto::Manifest::descriptor(), 0)) {
      fields_.AddUpTo(bytes_.size(), "damaged: not a field");
    }
    return fields_.Take();
  }

 private:
  uint64_t position() const { return static_cast<uint64_t>(in_.CurrentPosition()); }

  // The fields up to the stream's limit; false where something is no field.
  bool MarkMessage(const Descriptor& message, int depth) {
    std::map<int, int> seen;  // of a repeated message field: how many so far
    for (;;) {
      if (in_.BytesUntilLimit() == 0 || position() == bytes_.size()) return true;
      const uint32_t tag = in_.ReadTag();
      if (tag == 0) return false;
      const int number = WireFormatLite::GetTagFieldNumber(tag);
      const FieldDescriptor* field = message.FindFieldByNumber(number);
      if (!field) {
        if (!WireFormatLite::SkipField(&in_, tag)) return false;
        fields_.AddUpTo(position(), "field " + std::to_string(number) + ", not known", depth);
        continue;
      }
      std::string name = field->name();
      if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
        if (field->is_repeated()) name += "[" + std::to_string(seen[number]++) + "]";
      }
      if (!MarkField(*field, name, WireFormatLite::GetTagWireType(tag), depth)) return false;
    }
  }

  bool MarkField(const FieldDescriptor& field, const std::string& name,
                 WireFormatLite::WireType wire, int depth) {
    if (wire != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      std::string text = name + " ";
      const auto expected = WireFormatLite::WireTypeForFieldType(
          static_cast<WireFormatLite::FieldType>(field.type()));
      if (wire != expected || !ReadNumber(field, &in_, &text)) return false;
      fields_.AddUpTo(position(), text, depth);
      return true;
    }
    uint32_t length;
    if (!in_.ReadVarint32(&length) || length > bytes_.size() - position() ||
        (in_.BytesUntilLimit() >= 0 && length > static_cast<uint32_t>(in_.BytesUntilLimit()))) {
      return false;
    }
    const uint64_t end = position() + length;
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      fields_.AddUpTo(position(), name + ", " + Thousands(length) + " bytes", depth);
      const auto limit = in_.PushLimit(static_cast<int>(length));
      const bool good = MarkMessage(*field.message_type(), depth + 1);
      in_.PopLimit(limit);
      return good && position() == end;
    }
    if (field.type() == FieldDescriptor::TYPE_BYTES ||
        field.type() == FieldDescriptor::TYPE_STRING) {
      const auto value = bytes_.subspan(position(), length);
      in_.Skip(static_cast<int>(length));
      fields_.AddUpTo(end, name + " " + Quoted(std::string(value.begin(), value.end())), depth);
      return true;
    }
    if (!field.is_packable()) return false;
    std::string text = name;
    const auto limit = in_.PushLimit(static_cast<int>(length));
    bool good = true;
    for (int i = 0; good && position() < end; ++i) {
      std::string number;
      good = ReadNumber(field, &in_, &number);
      if (i < kMostNumbers) text += (i == 0 ? " " : ", ") + number;
      if (i == kMostNumbers) text += ", ...";
    }
    in_.PopLimit(limit);
    if (good) fields_.AddUpTo(end, text, depth);
    return good;
  }

  std::span<const uint8_t> bytes_;
  CodedInputStream in_;
  FieldWriter fields_;
};

}  // namespace

std::vector<ByteField> MarkManifest(std::span<const uint8_t> bytes) { return Marker(bytes).Run(); }

}  // namespace dc
