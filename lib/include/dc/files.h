// Whole-file input and output that never leaves half a file behind.
#ifndef DC_FILES_H_
#define DC_FILES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// The bytes of the regular file `path`. IoError where it cannot be read, is something else (a
// folder, a pipe, a device), or is larger than half of the machine's memory.
StatusOr<std::vector<uint8_t>> ReadFile(const std::string& path);

// Writes `bytes` to a temporary file beside `path`, flushes it to disk and renames it over `path`:
// a reader, or a killed run, sees the old file or the new one. On error the temporary is removed.
// A symbolic link is followed; IoError where `path` is a folder or a device.
Status WriteFileAtomic(const std::string& path, std::span<const uint8_t> bytes);
Status WriteFileAtomic(const std::string& path, const std::string& text);

// Creates the folder `path` and its missing parents; those that exist are left alone. IoError names
// the part that could not be created.
Status MakeDirectories(const std::string& path);

// True where this process may read what is at `path`.
bool FileExists(const std::string& path);

}  // namespace dc

#endif  // DC_FILES_H_
