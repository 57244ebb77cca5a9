// Opens a .dcz: checks every byte that a checksum covers and hands out the manifest and the streams
// of each tensor. Shared by the runtime, dc-decode and dc-report.
#ifndef DC_FORMAT_READER_H_
#define DC_FORMAT_READER_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dc/status.h"
#include "format/layout.h"
#include "format/manifest.h"

namespace dc::format {

// The streams of one tensor; empty where its form has none.
struct TensorStreams {
  std::span<const uint8_t> codebook;  // stored codebook (table, affine or ternary parameters)
  std::span<const uint8_t> codes;
  std::span<const uint8_t> gaps;
  std::span<const uint8_t> values;  // plain float32 or float16 values
};

// Bytes of the file by purpose; they sum to the file's size.
using ByteMap = std::vector<std::pair<std::string, uint64_t>>;

// Decompresses a zstd section to exactly `size` bytes. Handed in because format knows no coder.
using Inflate = StatusOr<std::vector<uint8_t>> (*)(std::span<const uint8_t> stored, uint64_t size);

class File {
 public:
  File() = default;
  File(File&&) = default;
  File& operator=(File&&) = default;
  File(const File&) = delete;  // streams point into the file's own sections
  File& operator=(const File&) = delete;

  // Parses and verifies `bytes`, which must outlive the File (streams that are not zstd-compressed
  // point into it). BadInput names section and offset; Unsupported for a newer major version.
  // The manifest it returns is consistent: value numbers in range and ordered, shapes positive,
  // stream lengths inside their sections, element counts justified by the file's size.
  static StatusOr<File> Open(std::span<const uint8_t> bytes, Inflate inflate);

  const Manifest& manifest() const { return manifest_; }
  TensorStreams Streams(size_t tensor) const { return streams_[tensor]; }
  // "header", "table", "manifest", "codebooks", "codes", "gaps", "biases", "checksums": whole file.
  ByteMap byte_map() const;

 private:
  Manifest manifest_;
  std::vector<TensorStreams> streams_;
  uint64_t table_bytes_ = 0, checksum_bytes_ = 0;
  std::array<uint64_t, kMaxKnownKind + 1> section_bytes_{};  // by kind; 0: of unknown ones
  std::vector<std::vector<uint8_t>> inflated_;               // zstd sections, decompressed
};

// The float codebook of a tensor with codes, zero entry included: entry.codebook_entries values.
StatusOr<std::vector<float>> DecodeCodebook(const TensorEntry& entry,
                                            std::span<const uint8_t> stored);

// Puts numbers together from planes: dc::DecodePlanes, handed in because format knows no coder.
using PlaneDecoder = StatusOr<std::vector<float>> (*)(const std::vector<int64_t>& shape, bool half,
                                                      std::span<const uint8_t> streams);

// The plain values of a tensor without codes.
StatusOr<std::vector<float>> DecodeValues(const TensorEntry& entry, std::span<const uint8_t> stored,
                                          PlaneDecoder planes);

}  // namespace dc::format

#endif  // DC_FORMAT_READER_H_
