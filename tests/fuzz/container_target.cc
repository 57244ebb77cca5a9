#include "entropy/dec/plane_decoder.h"
#include "entropy/dec/zstd.h"
#include "format/reader.h"
#include "fuzz/fuzz_targets.h"

namespace dc {
namespace {

void Open(std::span<const uint8_t> bytes) {
  const auto file = format::File::Open(bytes, &ZstdDecompress);
  if (!file.ok()) return;
  uint64_t sum = 0;
  for (const auto& [part, size] : file->byte_map()) sum += size;
  if (sum != bytes.size()) __builtin_trap();
  for (size_t i = 0; i < file->manifest().tensors.size(); ++i) {
    const format::TensorEntry& entry = file->manifest().tensors[i];
    const format::TensorStreams streams = file->Streams(i);
    if (entry.has_codes()) {
      const auto codebook = format::DecodeCodebook(entry, streams.codebook);
      if (codebook.ok() && codebook->size() != entry.codebook_entries) __builtin_trap();
    } else {
      const auto values = format::DecodeValues(entry, streams.values, DecodePlanes);
      if (values.ok() && values->size() != entry.elements()) __builtin_trap();
    }
  }
}

}  // namespace

void FuzzContainer(std::span<const uint8_t> data) {
  Open(data);
  Open(WithChecksums(data));
}

}  // namespace dc
