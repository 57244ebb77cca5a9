#include "inspect/inspect_container.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <cinttypes>
#include <climits>
#include <cstdio>
#include <utility>

#include "base/crc32.h"
#include "base/text_table.h"
#include "entropy/dec/zstd.h"
#include "inspect/format_names.h"

namespace dc {
namespace {

using google::protobuf::io::CodedInputStream;

std::string Hex32(uint32_t value) {
  char text[9];
  std::snprintf(text, sizeof(text), "%08" PRIx32, value);
  return text;
}

// Reads the table entry at the stream's position; false where the bytes end.
bool ReadEntry(CodedInputStream* in, InspectedSection* section) {
  uint8_t tag;
  if (!in->ReadRaw(&tag, 1)) return false;
  section->kind = tag & format::kKindMask;
  section->optional = (tag & format::kOptionalFlag) != 0;
  section->zstd = (tag & format::kZstdFlag) != 0;
  if (!in->ReadVarint64(&section->stored_size)) return false;
  section->raw_size = section->stored_size;
  if (section->zstd && !in->ReadVarint64(&section->raw_size)) return false;
  return in->ReadLittleEndian32(&section->checksum);
}

std::string EntryText(const InspectedSection& section) {
  std::string text = section.Name() + ", " + Thousands(section.stored_size) + " bytes";
  if (section.zstd) text += ", zstd of " + Thousands(section.raw_size);
  if (section.optional) text += ", optional";
  return text + ", checksum " + Hex32(section.checksum);
}

// Cuts the file after the table into sections, as far as it goes.
void Locate(std::span<const uint8_t> file, InspectedContainer* container) {
  int previous = 0;
  for (InspectedSection& section : container->sections) {
    section.begin = container->end;
    const uint64_t there = file.size() - section.begin;
    section.stored = file.subspan(section.begin, std::min(section.stored_size, there));
    section.intact =
        section.stored.size() == section.stored_size && Crc32c(section.stored) == section.checksum;
    container->end += section.stored.size();
    const bool manifest = section.kind == static_cast<uint8_t>(format::SectionKind::kManifest);
    const uint64_t most = manifest ? format::MaxManifestBytes(section.stored.size())
                                   : 4 * format::MaxElements(file.size());
    // A kind that comes again is not decompressed again: that bounds memory.
    const bool known = section.kind > previous && section.kind <= format::kMaxKnownKind;
    previous = std::max<int>(previous, section.kind);
    if (!section.zstd || !known || section.raw_size > most) continue;
    auto inflated = ZstdDecompress(section.stored, section.raw_size);
    if (inflated.ok()) section.inflated = *std::move(inflated);
  }
}

}  // namespace

std::string InspectedSection::Name() const { return SectionName(kind); }

const InspectedSection* InspectedContainer::Find(format::SectionKind kind) const {
  for (const InspectedSection& section : sections) {
    if (section.kind == static_cast<uint8_t>(kind)) return &section;
  }
  return nullptr;
}

InspectedContainer InspectContainer(std::span<const uint8_t> file) {
  InspectedContainer container;
  FieldWriter fields;
  const auto give_up = [&](const char* why) {
    fields.AddUpTo(file.size(), why);
    container.front = fields.Take();
    container.end = file.size();
    return std::move(container);
  };
  constexpr uint64_t kMagicBytes = sizeof(format::kMagic);
  if (file.size() < kMagicBytes ||
      !std::equal(file.begin(), file.begin() + kMagicBytes, std::begin(format::kMagic))) {
    return give_up("not a .dcz file");
  }
  fields.Add(kMagicBytes, "magic");
  if (file.size() < format::kHeaderBytes) return give_up("header cut short");
  container.major = file[kMagicBytes];
  container.minor = file[kMagicBytes + 1];
  fields.Add(2,
             "version " + std::to_string(container.major) + "." + std::to_string(container.minor));
  if (container.major > format::kMajorVersion) return give_up("not known to this version");
  const int sections = file[kMagicBytes + 2];
  fields.Add(1, std::to_string(sections) + (sections == 1 ? " section" : " sections"));

  CodedInputStream in(file.data(), static_cast<int>(std::min<size_t>(file.size(), INT_MAX)));
  in.Skip(format::kHeaderBytes);
  for (int i = 0; i < sections; ++i) {
    InspectedSection& section = container.sections.emplace_back();
    if (!ReadEntry(&in, &section)) {
      container.sections.pop_back();
      return give_up("table cut short");
    }
    fields.AddUpTo(static_cast<uint64_t>(in.CurrentPosition()), EntryText(section));
  }
  const uint64_t covered = fields.at();
  uint32_t checksum;
  if (!in.ReadLittleEndian32(&checksum)) return give_up("table cut short");
  container.readable = true;
  container.intact = Crc32c(file.first(covered)) == checksum;
  fields.Add(4, std::string("checksum of the bytes before it") +
                    (container.intact ? "" : ": does not match"));
  container.front = fields.Take();
  container.end = covered + 4;
  Locate(file, &container);
  return container;
}

}  // namespace dc
