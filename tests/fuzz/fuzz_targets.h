// The functions that the fuzzers call, and that an ordinary test calls with their corpora. Each
// takes any bytes, returns normally or finds a bug: broken promises end in a trap.
#ifndef DC_TESTS_FUZZ_FUZZ_TARGETS_H_
#define DC_TESTS_FUZZ_FUZZ_TARGETS_H_

#include <cstdint>
#include <span>
#include <vector>

namespace dc {

// Container and manifest.
void FuzzContainer(std::span<const uint8_t> data);
// A manifest alone.
void FuzzManifest(std::span<const uint8_t> data);
// The two streams of one weight: rows, columns and codebook entries (u16 each, little-endian), the
// length of the gaps stream (u16), gaps, codes.
void FuzzWeight(std::span<const uint8_t> data);
// One stream of symbols or escape gaps, by the fast decoder and by one that takes a symbol at a
// time: coder, width or precision (u8 each), alphabet - 1, symbols (u16 each, little-endian), the
// stream.
void FuzzSymbols(std::span<const uint8_t> data);
// A whole file to a graph, and that graph to a file again.
void FuzzDecode(std::span<const uint8_t> data);
// A whole file into the runtime, and a run of it.
void FuzzLoad(std::span<const uint8_t> data);

// An ONNX model through the line: what is said to be deployable is encoded, read and run.
void FuzzImport(std::span<const uint8_t> data);

// `data` with right checksums, so that what they protect is reached. Bytes that cannot be a file
// are taken for a manifest, and a file is put around them.
std::vector<uint8_t> WithChecksums(std::span<const uint8_t> data);

}  // namespace dc

#endif  // DC_TESTS_FUZZ_FUZZ_TARGETS_H_
