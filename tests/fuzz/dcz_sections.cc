#include "fuzz/dcz_sections.h"

namespace dc {

SectionTable FindSections(std::span<const uint8_t> file) {
  constexpr size_t kFront = 7, kCrcBytes = 4;  // magic, version, number of sections
  SectionTable table;
  if (file.size() < kFront) return table;
  size_t at = kFront;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0; at < file.size() && shift < 63; shift += 7) {
      const uint8_t byte = file[at++];
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (!(byte & 0x80)) break;
    }
    return value;
  };
  std::vector<SectionPlace> places;
  for (int i = 0; i < file[kFront - 1] && at < file.size(); ++i) {
    SectionPlace place{.tag = file[at++]};
    place.size = varint();
    if (place.tag & 0x80) place.unpacked_size = varint();
    if (at + kCrcBytes > file.size()) return table;
    place.crc = at;
    at += kCrcBytes;
    places.push_back(place);
  }
  if (at + kCrcBytes > file.size()) return table;
  table.crc = at;
  at += kCrcBytes;
  for (SectionPlace& place : places) {
    if (place.size > file.size() - at) return table;
    place.begin = at;
    at += place.size;
    table.sections.push_back(place);
  }
  table.is_whole = true;
  return table;
}

}  // namespace dc
