#include <algorithm>

#include "base/crc32.h"
#include "fuzz/dcz_sections.h"
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
  const SectionTable table = FindSections(file);
  if (table.crc == 0) return file;
  for (const SectionPlace& place : table.sections) {
    StoreCrc(std::span(file).subspan(place.begin, place.size), &file[place.crc]);
  }
  StoreCrc(std::span(file).first(table.crc), &file[table.crc]);
  return file;
}

}  // namespace dc
