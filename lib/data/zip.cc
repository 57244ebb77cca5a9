#include "data/zip.h"

#include <zlib.h>

#include <algorithm>

#include "data/decompress.h"

namespace dc {
namespace {

constexpr uint32_t kEndMagic = 0x06054B50, kCentralMagic = 0x02014B50, kLocalMagic = 0x04034B50;
constexpr size_t kEndSize = 22, kCentralSize = 46, kLocalSize = 30;
constexpr size_t kLongestComment = 65535;
constexpr uint32_t kInZip64 = 0xFFFFFFFF;  // "the real number is in a zip64 record"

uint32_t U16(std::span<const uint8_t> bytes, size_t at) {
  return bytes[at] | (uint32_t{bytes[at + 1]} << 8);
}
uint32_t U32(std::span<const uint8_t> bytes, size_t at) {
  return U16(bytes, at) | (U16(bytes, at + 2) << 16);
}
// True where `size` bytes from `at` on lie inside `bytes`.
bool Inside(std::span<const uint8_t> bytes, size_t at, size_t size) {
  return at <= bytes.size() && size <= bytes.size() - at;
}

Status DamagedArchive(const std::string& where) {
  return BadInput("a damaged zip archive", where, "write it again with numpy.savez");
}

}  // namespace

StatusOr<std::map<std::string, ZipEntry>> ListZip(std::span<const uint8_t> archive,
                                                  const std::string& where) {
  if (archive.size() < kEndSize || U16(archive, 0) != 0x4B50) {
    return BadInput("not a NumPy archive (.npz)", where, "write it with numpy.savez");
  }
  // The end record is the last thing in the file but for a comment of its own.
  size_t end = archive.size() - kEndSize;
  const size_t first = end - std::min(end, kLongestComment);
  while (U32(archive, end) != kEndMagic) {
    if (end == first) return DamagedArchive(where);
    --end;
  }
  const uint32_t count = U16(archive, end + 10);
  size_t at = U32(archive, end + 16);
  if (at == kInZip64 || count == 0xFFFF) {
    return Unsupported("a zip64 archive", where, "keep the archive below 4 GB");
  }
  std::map<std::string, ZipEntry> entries;
  for (uint32_t i = 0; i < count; ++i) {
    if (!Inside(archive, at, kCentralSize) || U32(archive, at) != kCentralMagic) {
      return DamagedArchive(where);
    }
    const size_t name_size = U16(archive, at + 28);
    const size_t rest = size_t{U16(archive, at + 30)} + U16(archive, at + 32);
    if (!Inside(archive, at + kCentralSize, name_size + rest)) return DamagedArchive(where);
    ZipEntry entry;
    entry.flags = static_cast<uint16_t>(U16(archive, at + 8));
    entry.method = static_cast<uint16_t>(U16(archive, at + 10));
    entry.crc = U32(archive, at + 16);
    entry.coded_size = U32(archive, at + 20);
    entry.size = U32(archive, at + 24);
    entry.offset = U32(archive, at + 42);
    const auto* name = reinterpret_cast<const char*>(archive.data()) + at + kCentralSize;
    entries[std::string(name, name_size)] = entry;
    at += kCentralSize + name_size + rest;
  }
  return entries;
}

StatusOr<std::vector<uint8_t>> ReadZipEntry(std::span<const uint8_t> archive, const ZipEntry& entry,
                                            const std::string& where) {
  constexpr uint16_t kEncrypted = 1, kStored = 0, kDeflated = 8;
  if (entry.size == kInZip64 || entry.coded_size == kInZip64 || entry.offset == kInZip64) {
    return Unsupported("a zip64 entry", where, "keep arrays below 4 GB");
  }
  if ((entry.flags & kEncrypted) != 0 || (entry.method != kStored && entry.method != kDeflated)) {
    return Unsupported("an encrypted or unusually compressed entry", where,
                       "write the archive with numpy.savez or numpy.savez_compressed");
  }
  if (!Inside(archive, entry.offset, kLocalSize) || U32(archive, entry.offset) != kLocalMagic) {
    return DamagedArchive(where);
  }
  const size_t begin =
      entry.offset + kLocalSize + U16(archive, entry.offset + 26) + U16(archive, entry.offset + 28);
  if (!Inside(archive, begin, entry.coded_size)) return DamagedArchive(where);
  const std::span<const uint8_t> coded = archive.subspan(begin, entry.coded_size);
  std::vector<uint8_t> bytes;
  if (entry.method == kDeflated) {
    DC_ASSIGN_OR_RETURN(bytes, InflateRaw(coded, entry.size, where));
  } else {
    if (coded.size() != entry.size) return DamagedArchive(where);
    bytes.assign(coded.begin(), coded.end());
  }
  if (crc32_z(0, bytes.data(), bytes.size()) != entry.crc) return DamagedArchive(where);
  return bytes;
}

}  // namespace dc
