// A mutator for whole .dcz files: one section of a file is changed, unpacked where it is packed,
// and the manifest field by field; then a file with right lengths and checksums is put together.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "entropy/dec/zstd.h"
#include "fuzz/dcz_sections.h"
#include "fuzz/libfuzzer.h"
#include "fuzz/protobuf_mutator.h"
#include "unit/format/container_builder.h"

namespace dc {
namespace {

constexpr uint8_t kManifestTag = 1, kPackedFlag = 0x80;
constexpr uint64_t kMostUnpacked = uint64_t{1} << 20;

// Nothing where the front is damaged.
std::vector<format::HandSection> SectionsOf(std::span<const uint8_t> file) {
  const SectionTable table = FindSections(file);
  if (!table.is_whole || file[0] != 0x89) return {};
  std::vector<format::HandSection> sections;
  for (const SectionPlace& place : table.sections) {
    const auto bytes = file.subspan(place.begin, place.size);
    sections.push_back({place.tag, {bytes.begin(), bytes.end()}, place.unpacked_size});
  }
  return sections;
}

// So that what is inside can be changed.
void Unpack(format::HandSection* section) {
  if (!(section->tag & kPackedFlag) || section->raw_size > kMostUnpacked) return;
  auto unpacked = ZstdDecompress(section->stored, section->raw_size);
  if (!unpacked.ok()) return;
  section->stored = std::move(*unpacked);
  section->tag &= static_cast<uint8_t>(~kPackedFlag);
}

}  // namespace
}  // namespace dc

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  std::mt19937 random(seed);
  auto sections = dc::SectionsOf({data, size});
  // Now and then the front itself.
  if (sections.empty() || random() % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
  dc::format::HandSection& section = sections[random() % sections.size()];
  dc::Unpack(&section);
  if (section.tag == dc::kManifestTag) {
    section.stored = dc::MutateMessage(section.stored, &random, dc::MutateByLibFuzzer);
  } else {
    dc::MutateByLibFuzzer(&section.stored, &random);
  }
  const std::vector<uint8_t> changed = dc::format::HandFile(sections, data[4]);
  if (changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}
