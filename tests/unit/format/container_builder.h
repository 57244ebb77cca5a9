// Builds files by hand, right and wrong, independently of the writer.
#ifndef DC_TESTS_UNIT_FORMAT_CONTAINER_BUILDER_H_
#define DC_TESTS_UNIT_FORMAT_CONTAINER_BUILDER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/crc32.h"

namespace dc::format {

using Bytes = std::vector<uint8_t>;

// LEB128.
inline void PutVarint(uint64_t value, Bytes* out) {
  while (value > 127) {
    out->push_back(static_cast<uint8_t>(value % 128 + 128));
    value /= 128;
  }
  out->push_back(static_cast<uint8_t>(value));
}

inline void PutCrc(const Bytes& of, Bytes* out) {
  const uint32_t crc = Crc32c(of);
  for (int i = 0; i < 4; ++i) out->push_back(static_cast<uint8_t>(crc >> (8 * i)));
}

struct HandSection {
  uint8_t tag = 0;
  Bytes stored;
  uint64_t raw_size = 0;  // written for zstd tags only
};

inline Bytes HandFile(const std::vector<HandSection>& sections, uint8_t major = 1) {
  Bytes file = {0x89, 'D', 'C', 'Z', major, 0, static_cast<uint8_t>(sections.size())};
  for (const HandSection& section : sections) {
    file.push_back(section.tag);
    PutVarint(section.stored.size(), &file);
    if (section.tag & 0x80) PutVarint(section.raw_size, &file);
    PutCrc(section.stored, &file);
  }
  PutCrc(Bytes(file), &file);
  for (const HandSection& section : sections) {
    file.insert(file.end(), section.stored.begin(), section.stored.end());
  }
  return file;
}

// A protobuf message under construction.
class Message {
 public:
  Message& Number(int field, uint64_t value) {
    PutVarint(static_cast<uint64_t>(field) << 3, &bytes_);
    PutVarint(value, &bytes_);
    return *this;
  }
  Message& Data(int field, const Bytes& data) {
    PutVarint(static_cast<uint64_t>(field) << 3 | 2, &bytes_);
    PutVarint(data.size(), &bytes_);
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    return *this;
  }
  Message& Sub(int field, const Message& message) { return Data(field, message.bytes_); }
  Message& Packed(int field, const std::vector<uint64_t>& values) {
    Bytes data;
    for (uint64_t value : values) PutVarint(value, &data);
    return Data(field, data);
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace dc::format

#endif  // DC_TESTS_UNIT_FORMAT_CONTAINER_BUILDER_H_
