// Chapter 1: the container.
#ifndef DOCS_REFERENCE_DECODER_CONTAINER_H_
#define DOCS_REFERENCE_DECODER_CONTAINER_H_

#include <cstdint>
#include <map>
#include <vector>

#include "reading.h"

namespace dcz {

enum Kind { kManifest = 1, kCodebooks = 2, kCodes = 3, kGaps = 4, kValues = 5 };

// CRC-32C.
uint32_t Crc32c(Bytes bytes);

// Limits: elements of all tensors of a file.
uint64_t MaxElements(uint64_t file_bytes);

// The sections of the file by kind, checked and decompressed.
std::map<uint32_t, std::vector<uint8_t>> ReadContainer(Bytes file);

}  // namespace dcz

#endif  // DOCS_REFERENCE_DECODER_CONTAINER_H_
