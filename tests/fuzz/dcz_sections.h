// Where the sections of a .dcz lie, as far as damage lets one see.
#ifndef DC_TESTS_FUZZ_DCZ_SECTIONS_H_
#define DC_TESTS_FUZZ_DCZ_SECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dc {

struct SectionPlace {
  uint8_t tag = 0;
  uint64_t unpacked_size = 0;  // of packed sections
  size_t crc = 0;              // offset of its checksum
  size_t begin = 0, size = 0;
};

struct SectionTable {
  size_t crc = 0;  // offset of the table's own checksum; 0: `file` has no whole table
  // In order; the first one that leaves the file ends the list, and so `is_whole`.
  std::vector<SectionPlace> sections;
  bool is_whole = false;
};

// `file` begins with the magic number.
SectionTable FindSections(std::span<const uint8_t> file);

}  // namespace dc

#endif  // DC_TESTS_FUZZ_DCZ_SECTIONS_H_
