#include "dc/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/regular_file.h"

namespace dc {

StatusOr<std::vector<uint8_t>> ReadFile(const std::string& path) {
  DC_ASSIGN_OR_RETURN(RegularFile file, RegularFile::Open(path));
  std::vector<uint8_t> bytes(file.size());
  DC_ASSIGN_OR_RETURN(const size_t size, file.Read(bytes));
  bytes.resize(size);
  return bytes;
}

Status MakeDirectories(const std::string& path) {
  for (size_t end = 1; end <= path.size(); ++end) {
    if (end != path.size() && path[end] != '/') continue;
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0777) == 0) continue;
    const int error = errno;
    struct stat info;
    if (stat(part.c_str(), &info) != 0) return FileError("cannot create directory", part, error);
    if (!S_ISDIR(info.st_mode)) return FileError("cannot create directory", part, ENOTDIR);
  }
  return OkStatus();
}

bool FileExists(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

}  // namespace dc
