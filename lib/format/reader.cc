#include "format/reader.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/crc32.h"
#include "base/damaged.h"
#include "base/text.h"
#include "format/check.h"
#include "format/codebook.h"
#include "format/layout.h"
#include "format/reader_manifest.h"

namespace dc::format {
namespace {

std::string At(uint64_t offset) { return Text({"offset ", offset}); }

const char* SectionName(uint8_t kind) {
  static constexpr const char* kNames[] = {"other", "manifest", "codebooks",
                                           "codes", "gaps",     "biases"};
  return kNames[kind <= kMaxKnownKind ? kind : 0];
}

struct Section {
  uint8_t kind = 0;
  bool optional = false, zstd = false;
  uint64_t stored_size = 0, raw_size = 0;
  uint32_t crc = 0;
  std::span<const uint8_t> stored;
  std::span<const uint8_t> raw;  // decompressed, where it was compressed
};

// Takes numbers from the front of the file.
class Cursor {
 public:
  explicit Cursor(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint64_t offset() const { return offset_; }
  bool failed() const { return failed_; }

  uint8_t Byte() {
    if (offset_ >= bytes_.size()) {
      failed_ = true;
      return 0;
    }
    return bytes_[offset_++];
  }
  uint32_t Fixed32() {
    uint32_t value = 0;
    for (int shift = 0; shift < 32; shift += 8) value |= uint32_t{Byte()} << shift;
    return value;
  }
  // LEB128, at most 9 bytes (63 bits).
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (!(byte & 0x80)) return value;
    }
    failed_ = true;
    return 0;
  }

 private:
  std::span<const uint8_t> bytes_;
  uint64_t offset_ = 0;
  bool failed_ = false;
};

// Header and table, verified. `front` receives their length, checksum included.
StatusOr<std::vector<Section>> ReadTable(std::span<const uint8_t> bytes, uint64_t* front) {
  if (bytes.size() < sizeof(kMagic) ||
      !std::equal(std::begin(kMagic), std::end(kMagic), bytes.begin())) {
    return BadInput("not a .dcz file", At(0), "give a file that dc-encode wrote");
  }
  Cursor cursor(bytes);
  for (size_t i = 0; i < sizeof(kMagic); ++i) cursor.Byte();
  const uint8_t major = cursor.Byte();
  const uint8_t minor = cursor.Byte();
  if (!cursor.failed() && major > kMajorVersion) {
    return Unsupported(Text({"format version ", major, ".", minor,
                             " is newer than this program, which reads ", kMajorVersion, ".x"}),
                       At(sizeof(kMagic)), "use a newer version");
  }
  std::vector<Section> sections(cursor.Byte());
  for (Section& section : sections) {
    const uint8_t tag = cursor.Byte();
    section.kind = tag & kKindMask;
    section.optional = (tag & kOptionalFlag) != 0;
    section.zstd = (tag & kZstdFlag) != 0;
    section.stored_size = cursor.Varint();
    section.raw_size = section.zstd ? cursor.Varint() : section.stored_size;
    section.crc = cursor.Fixed32();
  }
  const uint64_t covered = cursor.offset();
  const uint32_t crc = cursor.Fixed32();
  if (cursor.failed()) return Damaged("file cut short in its header", At(bytes.size()));
  if (major == 0 || Crc32c(bytes.first(covered)) != crc) {
    return Damaged("damaged header: checksum mismatch", At(0));
  }
  *front = cursor.offset();
  return sections;
}

// Cuts the rest of the file into the table's sections and verifies each.
Status LocateSections(std::span<const uint8_t> bytes, uint64_t front,
                      std::vector<Section>* sections) {
  uint64_t offset = front;
  int previous = -1;
  for (Section& section : *sections) {
    const std::string where = Text({SectionName(section.kind), " section, offset ", offset});
    if (section.kind <= previous) return Damaged("sections out of order", where);
    previous = section.kind;
    const bool known = section.kind >= 1 && section.kind <= kMaxKnownKind;
    if (!known && !section.optional) {
      return Unsupported(Text({"section kind ", section.kind, " is not known to this version"}),
                         where, "use a newer version");
    }
    if (section.stored_size > bytes.size() - offset) {
      return Damaged("file cut short", where);
    }
    if (section.stored_size == 0) return Damaged("empty section", where);
    section.stored = bytes.subspan(offset, section.stored_size);
    if (Crc32c(section.stored) != section.crc) {
      return Damaged("damaged section: checksum mismatch", where);
    }
    offset += section.stored_size;
  }
  if (offset != bytes.size()) {
    return Damaged("bytes after the last section", At(offset));
  }
  return OkStatus();
}

// Hands out one section piece by piece.
class Slices {
 public:
  explicit Slices(std::span<const uint8_t> bytes) : rest_(bytes) {}

  bool Take(uint64_t size, std::span<const uint8_t>* slice) {
    if (size > rest_.size()) return false;
    *slice = rest_.first(size);
    rest_ = rest_.subspan(size);
    return true;
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::span<const uint8_t> rest_;
};

}  // namespace

StatusOr<File> File::Open(std::span<const uint8_t> bytes, Inflate inflate) {
  uint64_t front = 0;
  DC_ASSIGN_OR_RETURN(std::vector<Section> sections, ReadTable(bytes, &front));
  DC_RETURN_IF_ERROR(LocateSections(bytes, front, &sections));

  File file;
  std::array<std::span<const uint8_t>, kMaxKnownKind + 1> raw;
  file.checksum_bytes_ = 4 * (sections.size() + 1);
  file.table_bytes_ = front - kHeaderBytes - file.checksum_bytes_;
  for (const Section& section : sections) {
    const size_t kind = section.kind <= kMaxKnownKind ? section.kind : 0;
    file.section_bytes_[kind] += section.stored_size;
    if (kind == 0) continue;
    const char* name = SectionName(section.kind);
    raw[kind] = section.stored;
    if (!section.zstd) continue;
    const uint64_t most = kind == static_cast<size_t>(SectionKind::kManifest)
                              ? MaxManifestBytes(section.stored_size)
                              : 4 * MaxElements(bytes.size());
    if (section.raw_size > most) {
      return Damaged("section decompresses to more than a file of this size may hold", name);
    }
    auto inflated = inflate(section.stored, section.raw_size);
    if (!inflated.ok()) return inflated.status().At(name);
    file.inflated_.push_back(std::move(*inflated));
    raw[kind] = file.inflated_.back();
  }

  DC_ASSIGN_OR_RETURN(
      file.manifest_,
      ParseManifest(raw[static_cast<size_t>(SectionKind::kManifest)],
                    file.section_bytes_[static_cast<size_t>(SectionKind::kManifest)]));
  DC_RETURN_IF_ERROR(CheckManifest(file.manifest_, bytes.size()));

  Slices codebooks(raw[static_cast<size_t>(SectionKind::kCodebooks)]);
  Slices codes(raw[static_cast<size_t>(SectionKind::kCodes)]);
  Slices gaps(raw[static_cast<size_t>(SectionKind::kGaps)]);
  Slices values(raw[static_cast<size_t>(SectionKind::kValues)]);
  for (size_t i = 0; i < file.manifest_.tensors.size(); ++i) {
    const TensorEntry& entry = file.manifest_.tensors[i];
    TensorStreams streams;
    if (!codebooks.Take(CodebookBytes(entry), &streams.codebook) ||
        !codes.Take(entry.code_bytes, &streams.codes) ||
        !gaps.Take(entry.gap_bytes, &streams.gaps) ||
        !values.Take(ValueBytes(entry), &streams.values)) {
      return Damaged("streams reach beyond their section", Text({"tensor ", i}));
    }
    file.streams_.push_back(streams);
  }
  if (!codebooks.empty() || !codes.empty() || !gaps.empty() || !values.empty()) {
    return Damaged("section longer than its streams", "manifest");
  }
  return file;
}

ByteMap File::byte_map() const {
  ByteMap map = {{"header", kHeaderBytes}, {"table", table_bytes_}};
  for (uint8_t kind = 1; kind <= kMaxKnownKind; ++kind) {
    map.emplace_back(SectionName(kind), section_bytes_[kind]);
  }
  map.emplace_back("checksums", checksum_bytes_);
  if (section_bytes_[0] > 0) map.emplace_back("other", section_bytes_[0]);
  return map;
}

}  // namespace dc::format
