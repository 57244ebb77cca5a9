// A mutator for whole .dcz files: one section of a file is changed, unpacked where it is packed,
// and the manifest field by field; then a file with right lengths is put together again. Checksums
// are the targets' (WithChecksums).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "entropy/dec/zstd.h"
#include "fuzz/fuzz_targets.h"
#include "fuzz/libfuzzer.h"
#include "fuzz/protobuf_mutator.h"

namespace dc {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kManifestTag = 1, kPackedFlag = 0x80;
constexpr size_t kFront = 7;  // magic, version, number of sections
constexpr uint64_t kMostUnpacked = uint64_t{1} << 20;

struct Section {
  uint8_t tag = 0;
  uint64_t unpacked_size = 0;  // of packed ones
  Bytes bytes;
};

// Nothing where the front is damaged.
std::vector<Section> Split(std::span<const uint8_t> file) {
  std::vector<Section> sections;
  if (file.size() < kFront || file[0] != 0x89 || file[1] != 'D') return sections;
  std::vector<uint64_t> sizes;
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
  for (int i = 0; i < file[6] && at < file.size(); ++i) {
    Section section{.tag = file[at++]};
    sizes.push_back(varint());
    if (section.tag & kPackedFlag) section.unpacked_size = varint();
    at += 4;
    sections.push_back(std::move(section));
  }
  at += 4;
  for (size_t i = 0; i < sections.size(); ++i) {
    if (at > file.size() || sizes[i] > file.size() - at) return {};
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
    sections[i].bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(sizes[i]));
    at += sizes[i];
  }
  return sections;
}

Bytes Join(std::span<const uint8_t> front, const std::vector<Section>& sections) {
  Bytes file(front.begin(), front.begin() + kFront - 1);
  file.push_back(static_cast<uint8_t>(sections.size()));
  const auto varint = [&file](uint64_t value) {
    for (; value > 0x7F; value >>= 7) file.push_back(static_cast<uint8_t>(value | 0x80));
    file.push_back(static_cast<uint8_t>(value));
  };
  for (const Section& section : sections) {
    file.push_back(section.tag);
    varint(section.bytes.size());
    if (section.tag & kPackedFlag) varint(section.unpacked_size);
    file.insert(file.end(), 4, 0);
  }
  file.insert(file.end(), 4, 0);
  for (const Section& section : sections) {
    file.insert(file.end(), section.bytes.begin(), section.bytes.end());
  }
  return WithChecksums(file);
}

// So that what is inside can be changed.
void Unpack(Section* section) {
  if (!(section->tag & kPackedFlag) || section->unpacked_size > kMostUnpacked) return;
  auto unpacked = ZstdDecompress(section->bytes, section->unpacked_size);
  if (!unpacked.ok()) return;
  section->bytes = std::move(*unpacked);
  section->tag &= static_cast<uint8_t>(~kPackedFlag);
}

}  // namespace
}  // namespace dc

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  std::mt19937 random(seed);
  const std::span<const uint8_t> file(data, size);
  std::vector<dc::Section> sections = dc::Split(file);
  // Now and then the front itself.
  if (sections.empty() || random() % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
  dc::Section& section = sections[random() % sections.size()];
  dc::Unpack(&section);
  if (section.tag == dc::kManifestTag) {
    section.bytes = dc::MutateMessage(section.bytes, &random, dc::MutateByLibFuzzer);
  } else {
    dc::MutateByLibFuzzer(&section.bytes, &random);
  }
  const dc::Bytes changed = dc::Join(file, sections);
  if (changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}
