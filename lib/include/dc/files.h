// Whole-file input and output that never leaves half a file behind.
#ifndef DC_FILES_H_
#define DC_FILES_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dc/status.h"

namespace dc {

// The bytes of the regular file `path`. IoError where it cannot be read, is something else (a
// folder, a pipe, a device), or is larger than half of the machine's memory.
StatusOr<std::vector<uint8_t>> ReadFile(const std::string& path);

// Writes `bytes` to a temporary file beside `path`, flushes it to disk and renames it over `path`:
// a reader, or a killed run, sees the old file or the new one. On error the temporary is removed. A
// file that was there keeps its mode, and its owner where this process may give files away; a new
// one follows the umask. A symbolic link is followed; IoError where `path` is a folder or a device.
Status WriteFileAtomic(const std::string& path, std::span<const uint8_t> bytes);
Status WriteFileAtomic(const std::string& path, const std::string& text);

// Removes the temporary files that earlier calls of WriteFileAtomic(path) left beside `path`
// because their process was killed; those of a process that lives stay. WriteFileAtomic does so
// itself.
void RemoveAbandoned(const std::string& path);

// A claim that no other process can make as long as this object lives. It ends with the process,
// however that ends. File systems that know no locks grant every claim.
class FileLock {
 public:
  FileLock() = default;
  // Of the folder `path` as a whole. IoError where another process holds it.
  static StatusOr<FileLock> OfFolder(const std::string& path);
  // Of the name `path`, whether there is a file or not: the claim is a file `path`.lock, which goes
  // with this object. IoError where another process holds it, or the folder cannot be written.
  static StatusOr<FileLock> OfName(const std::string& path);

  FileLock(FileLock&& other) noexcept { *this = std::move(other); }
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(file_, other.file_);
    return *this;
  }
  ~FileLock();

 private:
  int descriptor_ = -1;
  std::string file_;  // to be removed; "" for none
};

// Creates the folder `path` and its missing parents; those that exist are left alone. IoError names
// the part that could not be created.
Status MakeDirectories(const std::string& path);

// True where this process may read what is at `path`.
bool FileExists(const std::string& path);

}  // namespace dc

#endif  // DC_FILES_H_
