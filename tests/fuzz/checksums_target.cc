#include <algorithm>

#include "base/crc32.h"
#include "fuzz/fuzz_targets.h"
#include "unit/format/container_builder.h"

namespace dc {
namespace {

void StoreCrc(std::span<const uint8_t> of, uint8_t* to) {
  const uint32_t crc = Crc32c(of);
  for (int i = 0; i < 4; ++i) to[i] = static_cast<uint8_t>(crc >> (8 * i));
}

}  // namespace

std::vector<uint8_t> WithChecksums(std::span<const uint8_t> data) {
  std::vector<uint8_t> file(data.begin(), data.end());
  const std::vector<uint8_t> magic = {0x89, 'D', 'C', 'Z'};
  if (file.size() < 7 || !std::equal(magic.begin(), magic.end(), file.begin())) {
    return format::HandFile({{1, file}});
  }
  // Where each section's checksum goes, and how long the section is.
  std::vector<std::pair<size_t, uint64_t>> sections;
  size_t at = 7;
  auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0; at < file.size() && shift < 63; shift += 7) {
      const uint8_t byte = file[at++];
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (!(byte & 0x80)) break;
    }
    return value;
  };
  for (int i = 0; i < file[6] && at < file.size(); ++i) {
    const uint8_t tag = file[at++];
    const uint64_t size = varint();
    if (tag & 0x80) varint();
    if (at + 4 > file.size()) return file;
    sections.emplace_back(at, size);
    at += 4;
  }
  if (at + 4 > file.size()) return file;
  const size_t table_end = at;
  at += 4;
  for (const auto& [crc, size] : sections) {
    if (size > file.size() - at) break;
    StoreCrc(std::span(file).subspan(at, size), &file[crc]);
    at += size;
  }
  StoreCrc(std::span(file).first(table_end), &file[table_end]);
  return file;
}

}  // namespace dc
