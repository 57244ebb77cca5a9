#include "container.h"

#include <zstd.h>

namespace dcz {

// Chapter 1: CRC-32C.
uint32_t Crc32c(Bytes bytes) {
  uint32_t crc = ~0u;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

// Chapter 1, limits: elements of all tensors of a file.
uint64_t MaxElements(uint64_t file_bytes) { return 4'194'304 + 1024 * file_bytes; }

// Chapter 1: the sections of the file by kind, checked and decompressed.
std::map<uint32_t, std::vector<uint8_t>> ReadContainer(Bytes file) {
  struct Entry {
    uint32_t tag;
    uint64_t stored_size, raw_size;
    uint32_t checksum;
  };
  constexpr uint32_t kKindBits = 63, kOptional = 64, kZstd = 128;
  ByteReader reader(file);
  Require(reader.Unsigned(4) == 0x5A434489, "not a .dcz file");
  Require(reader.Unsigned(1) == 1, "not of major version 1");
  reader.Unsigned(1);  // the minor version
  std::vector<Entry> table(reader.Unsigned(1));
  int previous_kind = -1;
  for (Entry& entry : table) {
    entry.tag = reader.Unsigned(1);
    entry.stored_size = reader.Varint();
    entry.raw_size = entry.tag & kZstd ? reader.Varint() : entry.stored_size;
    entry.checksum = reader.Unsigned(4);
    Require(entry.stored_size > 0, "empty section");
    const int kind = static_cast<int>(entry.tag & kKindBits);
    Require(kind > previous_kind, "sections out of order");
    previous_kind = kind;
  }
  const Bytes header = file.first(file.size() - reader.rest().size());
  Require(reader.Unsigned(4) == Crc32c(header), "damaged header");

  std::map<uint32_t, std::vector<uint8_t>> sections;
  for (const Entry& entry : table) {
    const Bytes stored = reader.Take(entry.stored_size);
    Require(Crc32c(stored) == entry.checksum, "damaged section");
    const uint32_t kind = entry.tag & kKindBits;
    if (kind < kManifest || kind > kValues) {
      Require(entry.tag & kOptional, "section of an unknown kind");
      continue;
    }
    const uint64_t limit =
        kind == kManifest ? 65'536 + 256 * stored.size() : 4 * MaxElements(file.size());
    Require(entry.raw_size <= limit, "section beyond the limit");
    std::vector<uint8_t>& raw = sections[kind];
    raw.assign(stored.begin(), stored.end());
    if (entry.tag & kZstd) {
      raw.resize(entry.raw_size);
      const size_t size = ZSTD_decompress(raw.data(), raw.size(), stored.data(), stored.size());
      Require(!ZSTD_isError(size) && size == raw.size(), "damaged zstd data");
    }
  }
  Require(reader.empty(), "bytes after the last section");
  return sections;
}

}  // namespace dcz
