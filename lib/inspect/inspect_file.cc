#include "inspect/inspect_file.h"

#include <algorithm>
#include <string>
#include <utility>

#include "format/check.h"
#include "format/codebook.h"
#include "format/reader_manifest.h"
#include "inspect/inspect_manifest.h"

namespace dc {
namespace {

using format::SectionKind;

// Hands out a section stream by stream; what is left where it ends early.
class Slices {
 public:
  explicit Slices(const InspectedSection* section) {
    if (section) rest_ = section->raw();
  }
  std::span<const uint8_t> Take(uint64_t size) {
    const auto slice = rest_.first(std::min<uint64_t>(size, rest_.size()));
    rest_ = rest_.subspan(slice.size());
    return slice;
  }

 private:
  std::span<const uint8_t> rest_;
};

// Which fields of a tensor are in a section of this kind; null for the manifest and unknown kinds.
const std::vector<ByteField> MarkedStreams::*FieldsIn(uint8_t kind) {
  switch (static_cast<SectionKind>(kind)) {
    case SectionKind::kManifest:
      return nullptr;
    case SectionKind::kCodebooks:
      return &MarkedStreams::codebook;
    case SectionKind::kCodes:
      return &MarkedStreams::codes;
    case SectionKind::kGaps:
      return &MarkedStreams::gaps;
    case SectionKind::kValues:
      return &MarkedStreams::values;
  }
  return nullptr;
}

// The fields of a section's raw bytes.
std::vector<ByteField> MarkSection(const InspectedFile& inspected,
                                   const InspectedSection& section) {
  if (section.kind == static_cast<uint8_t>(SectionKind::kManifest)) {
    return MarkManifest(section.raw());
  }
  FieldWriter fields;
  // A kind that comes again is damage: its streams were taken from the first.
  const bool first = &section == inspected.container.Find(static_cast<SectionKind>(section.kind));
  if (const auto list = FieldsIn(section.kind); list && first) {
    for (const MarkedStreams& streams : inspected.marked) fields.Append(streams.*list);
  }
  fields.AddUpTo(section.raw().size(),
                 fields.at() == 0 ? section.Name() + " section" : "after the last stream");
  return fields.Take();
}

}  // namespace

InspectedFile TakeApart(std::span<const uint8_t> file) {
  InspectedFile inspected;
  inspected.container = InspectContainer(file);
  const InspectedSection* section = inspected.container.Find(SectionKind::kManifest);
  if (!section) return inspected;
  auto manifest = format::ParseManifest(section->raw(), section->stored.size());
  if (!manifest.ok() || !format::CheckManifest(*manifest, file.size()).ok()) return inspected;
  inspected.manifest = *std::move(manifest);

  Slices codebooks(inspected.container.Find(SectionKind::kCodebooks));
  Slices codes(inspected.container.Find(SectionKind::kCodes));
  Slices gaps(inspected.container.Find(SectionKind::kGaps));
  Slices values(inspected.container.Find(SectionKind::kValues));
  for (const format::TensorEntry& entry : inspected.manifest->tensors) {
    format::TensorStreams streams;
    streams.codebook = codebooks.Take(format::CodebookBytes(entry));
    streams.codes = codes.Take(entry.code_bytes);
    streams.gaps = gaps.Take(entry.gap_bytes);
    streams.values = values.Take(format::ValueBytes(entry));
    inspected.marked.push_back(MarkStreams(inspected.marked.size(), entry, streams));
    inspected.streams.push_back(streams);
  }
  return inspected;
}

std::vector<MarkedBytes> MarkFile(const InspectedFile& inspected, std::span<const uint8_t> file) {
  std::vector<MarkedBytes> parts(1);
  FieldWriter fields;
  fields.Append(inspected.container.front);
  for (const InspectedSection& section : inspected.container.sections) {
    if (!section.zstd) {
      fields.Append(MarkSection(inspected, section));
      continue;
    }
    const bool whole = !section.raw().empty();
    fields.Add(section.stored.size(),
               section.Name() + " section, zstd" + (whole ? "" : ": damaged"));
    if (!whole) continue;
    parts.push_back({section.Name() + " section, decompressed", section.raw(),
                     MarkSection(inspected, section)});
  }
  fields.AddUpTo(file.size(), "after the last section");
  parts[0] = {"", file, fields.Take()};
  return parts;
}

}  // namespace dc
