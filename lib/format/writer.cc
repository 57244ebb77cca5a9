#include "format/writer.h"

#include <algorithm>
#include <string>

#include "base/crc32.h"
#include "format/check.h"
#include "format/codebook.h"
#include "format/layout.h"
#include "format/writer_manifest.h"

namespace dc::format {
namespace {

void AppendFixed32(uint32_t value, std::vector<uint8_t>* out) {
  for (int shift = 0; shift < 32; shift += 8) out->push_back(static_cast<uint8_t>(value >> shift));
}

void AppendVarint(uint64_t value, std::vector<uint8_t>* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<uint8_t>(0x80 | (value & 0x7F)));
  out->push_back(static_cast<uint8_t>(value));
}

void Append(const std::vector<uint8_t>& bytes, std::vector<uint8_t>* out) {
  out->insert(out->end(), bytes.begin(), bytes.end());
}

// One section as it goes into the file.
struct Section {
  SectionKind kind;
  std::vector<uint8_t> stored;
  std::vector<uint8_t> entry;  // of the table
};

StatusOr<Section> MakeSection(SectionKind kind, std::vector<uint8_t> raw, Deflate deflate) {
  DC_ASSIGN_OR_RETURN(std::vector<uint8_t> packed, deflate(raw));
  std::vector<uint8_t> raw_size;
  AppendVarint(raw.size(), &raw_size);
  const bool fits = kind != SectionKind::kManifest || raw.size() <= MaxManifestBytes(packed.size());
  const bool zstd = fits && packed.size() + raw_size.size() < raw.size();
  Section section{kind, zstd ? std::move(packed) : std::move(raw), {}};
  section.entry.push_back(
      static_cast<uint8_t>(static_cast<uint8_t>(kind) | (zstd ? kZstdFlag : 0)));
  AppendVarint(section.stored.size(), &section.entry);
  if (zstd) Append(raw_size, &section.entry);
  AppendFixed32(Crc32c(section.stored), &section.entry);
  return section;
}

}  // namespace

StatusOr<std::vector<uint8_t>> WriteFile(Manifest manifest, std::span<const TensorBytes> tensors,
                                         Deflate deflate) {
  if (manifest.tensors.size() != tensors.size()) return Internal("streams do not match tensors");
  std::vector<uint8_t> codebooks, codes, gaps, values;
  for (size_t i = 0; i < tensors.size(); ++i) {
    TensorEntry& entry = manifest.tensors[i];
    entry.code_bytes = tensors[i].codes.size();
    entry.gap_bytes = tensors[i].gaps.size();
    Append(tensors[i].codebook, &codebooks);
    Append(tensors[i].codes, &codes);
    Append(tensors[i].gaps, &gaps);
    Append(tensors[i].values, &values);
  }
  // Checked without a limit on elements first: serializing relies on consistency.
  DC_RETURN_IF_ERROR(CheckManifest(manifest, uint64_t{1} << 40));
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].codebook.size() != CodebookBytes(manifest.tensors[i]) ||
        tensors[i].values.size() != ValueBytes(manifest.tensors[i])) {
      return Internal("streams do not match their tensor");
    }
  }

  std::vector<Section> sections;
  DC_ASSIGN_OR_RETURN(Section first,
                      MakeSection(SectionKind::kManifest, SerializeManifest(manifest), deflate));
  sections.push_back(std::move(first));
  const std::pair<SectionKind, std::vector<uint8_t>*> bodies[] = {
      {SectionKind::kCodebooks, &codebooks},
      {SectionKind::kCodes, &codes},
      {SectionKind::kGaps, &gaps},
      {SectionKind::kValues, &values}};
  for (const auto& [kind, body] : bodies) {
    if (body->empty()) continue;
    DC_ASSIGN_OR_RETURN(Section section, MakeSection(kind, std::move(*body), deflate));
    sections.push_back(std::move(section));
  }

  std::vector<uint8_t> file(std::begin(kMagic), std::end(kMagic));
  file.push_back(kMajorVersion);
  file.push_back(kMinorVersion);
  file.push_back(static_cast<uint8_t>(sections.size()));
  for (const Section& section : sections) Append(section.entry, &file);
  AppendFixed32(Crc32c(file), &file);
  for (const Section& section : sections) Append(section.stored, &file);
  if (!CheckManifest(manifest, file.size()).ok()) {
    return Unsupported(
        "more weights than a file of " + std::to_string(file.size()) + " bytes may hold", "",
        "split the model");
  }
  return file;
}

}  // namespace dc::format
