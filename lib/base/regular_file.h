// An open regular file, to be read or mapped.
#ifndef DC_BASE_REGULAR_FILE_H_
#define DC_BASE_REGULAR_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "dc/status.h"

namespace dc {

// The IoError that `error`, an errno value, stands for: "WHAT: its text (PATH): advice".
Status FileError(const char* what, const std::string& path, int error);

// IoError that `path` is a pipe, a device, ...
Status NotRegularFile(const std::string& path);

class RegularFile {
 public:
  // IoError where `path` cannot be opened for reading, is something else than a regular file, or is
  // larger than half of the machine's memory.
  static StatusOr<RegularFile> Open(const std::string& path);

  RegularFile(RegularFile&& other) noexcept { *this = std::move(other); }
  RegularFile& operator=(RegularFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(path_, other.path_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~RegularFile();

  // Bytes, when it was opened.
  size_t size() const { return size_; }
  // Reads from the start until `bytes` is full or the file ends; how many bytes came.
  StatusOr<size_t> Read(std::span<uint8_t> bytes) const;

 private:
  friend class MappedFile;
  RegularFile() = default;

  int descriptor_ = -1;
  std::string path_;
  size_t size_ = 0;
};

// A whole regular file in memory as long as this lives, without a copy of it. Reading what is gone
// of a file that shrank meanwhile ends the process (SIGBUS).
class MappedFile {
 public:
  // Errors are those of RegularFile::Open, or that it cannot be mapped.
  static StatusOr<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();

  std::span<const uint8_t> bytes() const { return bytes_; }

 private:
  MappedFile() = default;

  std::span<const uint8_t> bytes_;
};

}  // namespace dc

#endif  // DC_BASE_REGULAR_FILE_H_
