// The fixed parts of a .dcz: magic, version, section kinds, limits. docs/format.md specifies them.
#ifndef DC_FORMAT_LAYOUT_H_
#define DC_FORMAT_LAYOUT_H_

#include <cstddef>
#include <cstdint>

namespace dc::format {

// A byte above 127 first: a transfer that strips bits or takes the file for text is noticed.
inline constexpr uint8_t kMagic[4] = {0x89, 'D', 'C', 'Z'};
// Readers refuse a newer major version and ignore the minor one.
inline constexpr uint8_t kMajorVersion = 1;
inline constexpr uint8_t kMinorVersion = 1;
// Magic, major, minor, number of sections.
inline constexpr size_t kHeaderBytes = 7;

// Kinds of sections, in the order in which they appear; each at most once.
enum class SectionKind : uint8_t {
  kManifest = 1,
  kCodebooks = 2,
  kCodes = 3,
  kGaps = 4,
  kValues = 5,
};
inline constexpr uint8_t kMaxKnownKind = 5;

// The first byte of a table entry: kind, and two flags.
inline constexpr uint8_t kKindMask = 0x3F;
inline constexpr uint8_t kOptionalFlag = 0x40;  // a reader that does not know the kind skips it
inline constexpr uint8_t kZstdFlag = 0x80;

// Limits that keep a small file from asking for a lot of memory.
inline constexpr size_t kMaxRank = 8;
inline constexpr size_t kMaxTensors = 16384;
inline constexpr size_t kMaxNodes = 16384;
inline constexpr size_t kMaxGraphInputs = 256;  // and outputs
inline constexpr size_t kMaxProperties = 16384;
inline constexpr uint64_t kMaxTensorElements = 0xFFFFFFFFu;
inline constexpr uint64_t kMaxInputElements = uint64_t{1} << 26;  // of one sample
inline constexpr uint32_t kMaxCodebookEntries = 65536;
// The codes stream of a hashed weight.
inline constexpr uint64_t kHashSeedBytes = 4;

// Elements of all tensors together that a file of `file_bytes` may have, and four times as many
// bytes in a decompressed section.
inline constexpr uint64_t MaxElements(uint64_t file_bytes) {
  return (uint64_t{1} << 22) + 1024 * file_bytes;
}
// Bytes of a decompressed manifest section that has `stored` bytes in the file.
inline constexpr uint64_t MaxManifestBytes(uint64_t stored) {
  return (uint64_t{1} << 16) + 256 * stored;
}

// Numbers in all lists of a manifest section that has `stored` bytes in the file. One that is not
// compressed has no more numbers than bytes.
inline constexpr uint64_t MaxManifestNumbers(uint64_t stored) {
  return (uint64_t{1} << 20) + 16 * stored;
}

}  // namespace dc::format

#endif  // DC_FORMAT_LAYOUT_H_
