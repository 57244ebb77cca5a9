#include "fuzz/protobuf_mutator.h"

#include <optional>
#include <utility>

namespace dc {
namespace {

using Bytes = std::vector<uint8_t>;

// Protobuf's wire types.
enum Wire : uint8_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

struct Field {
  uint64_t number = 0;
  Wire wire = kVarint;
  uint64_t value = 0;  // kVarint
  Bytes bytes;         // of the others, without the length
};

std::optional<uint64_t> ReadVarint(std::span<const uint8_t> bytes, size_t* at) {
  uint64_t value = 0;
  for (int shift = 0; *at < bytes.size() && shift < 64; shift += 7) {
    const uint8_t byte = bytes[(*at)++];
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return value;
  }
  return std::nullopt;
}

void WriteVarint(uint64_t value, Bytes* out) {
  for (; value > 0x7F; value >>= 7) out->push_back(static_cast<uint8_t>(value | 0x80));
  out->push_back(static_cast<uint8_t>(value));
}

// Nothing where the bytes are no message, or an empty one.
std::optional<std::vector<Field>> Split(std::span<const uint8_t> bytes) {
  std::vector<Field> fields;
  for (size_t at = 0; at < bytes.size();) {
    const auto key = ReadVarint(bytes, &at);
    if (!key || *key >> 3 == 0 || *key >> 3 > 4096) return std::nullopt;
    Field field{.number = *key >> 3, .wire = static_cast<Wire>(*key & 7)};
    uint64_t size = 0;
    switch (field.wire) {
      case kVarint: {
        const auto value = ReadVarint(bytes, &at);
        if (!value) return std::nullopt;
        field.value = *value;
        break;
      }
      case kLengthDelimited: {
        const auto length = ReadVarint(bytes, &at);
        if (!length) return std::nullopt;
        size = *length;
        break;
      }
      case kFixed64:
        size = 8;
        break;
      case kFixed32:
        size = 4;
        break;
      default:
        return std::nullopt;
    }
    if (size > bytes.size() - at) return std::nullopt;
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    field.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += size;
    fields.push_back(std::move(field));
  }
  return fields.empty() ? std::nullopt : std::optional(std::move(fields));
}

Bytes Join(const std::vector<Field>& fields) {
  Bytes out;
  for (const Field& field : fields) {
    WriteVarint(field.number << 3 | field.wire, &out);
    if (field.wire == kVarint) WriteVarint(field.value, &out);
    if (field.wire == kLengthDelimited) WriteVarint(field.bytes.size(), &out);
    out.insert(out.end(), field.bytes.begin(), field.bytes.end());
  }
  return out;
}

uint64_t Below(uint64_t limit, std::mt19937* random) { return (*random)() % limit; }

// Numbers at which programs err, and neighbours of what was there.
uint64_t OtherNumber(uint64_t value, std::mt19937* random) {
  switch (Below(6, random)) {
    case 0:
      return value + 1;
    case 1:
      return value - 1;
    case 2:
      return Below(17, random);
    case 3:
      return (uint64_t{1} << Below(64, random)) - Below(2, random);
    case 4:
      return ~uint64_t{0} - Below(3, random);
    default:
      return value ^ uint64_t { 1 } << Below(64, random);
  }
}

void MutateField(Field* field, std::mt19937* random, const MutateBytes& mutate_bytes) {
  if (field->wire == kVarint) {
    field->value = OtherNumber(field->value, random);
  } else if (field->wire == kLengthDelimited) {
    field->bytes = MutateMessage(field->bytes, random, mutate_bytes);
  } else {
    field->bytes[Below(field->bytes.size(), random)] ^= static_cast<uint8_t>(1 << Below(8, random));
  }
}

}  // namespace

std::vector<uint8_t> MutateMessage(std::span<const uint8_t> message, std::mt19937* random,
                                   const MutateBytes& mutate_bytes) {
  auto fields = Split(message);
  // Some strings look like messages.
  if (!fields || Below(16, random) == 0) {
    Bytes bytes(message.begin(), message.end());
    mutate_bytes(&bytes, random);
    return bytes;
  }
  const size_t chosen = Below(fields->size(), random), other = Below(fields->size(), random);
  const auto at = fields->begin() + static_cast<std::ptrdiff_t>(chosen);
  switch (Below(10, random)) {
    case 0:
      fields->erase(at);
      break;
    case 1:
      fields->insert(at, Field((*fields)[other]));
      break;
    case 2:
      std::swap((*fields)[chosen], (*fields)[other]);
      break;
    case 3:  // the value of another field of the kind, an index or a shape of something else
      if ((*fields)[chosen].wire == (*fields)[other].wire) {
        (*fields)[chosen].value = (*fields)[other].value;
        (*fields)[chosen].bytes = (*fields)[other].bytes;
      }
      break;
    default:
      MutateField(&(*fields)[chosen], random, mutate_bytes);
  }
  return Join(*fields);
}

}  // namespace dc
