#include "dc/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/regular_file.h"

namespace dc {
namespace {

// Creates `path` with `bytes` in it and flushes it to disk; 0, or the errno value.
int WriteNewFile(const std::string& path, std::span<const uint8_t> bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) return errno;
  int error = 0;
  size_t done = 0;
  while (error == 0 && done < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n >= 0) done += static_cast<size_t>(n);
    if (n < 0 && errno != EINTR) error = errno;
  }
  if (error == 0 && fsync(fd) != 0) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  return error;
}

// The file that a symbolic link finally names, so that writing replaces that file and not the link;
// `path` itself where it is no link or leads nowhere.
std::string Resolve(const std::string& path) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (!resolved) return path;
  std::string result = resolved;
  free(resolved);
  return result;
}

}  // namespace

StatusOr<std::vector<uint8_t>> ReadFile(const std::string& path) {
  DC_ASSIGN_OR_RETURN(RegularFile file, RegularFile::Open(path));
  std::vector<uint8_t> bytes(file.size());
  DC_ASSIGN_OR_RETURN(const size_t size, file.Read(bytes));
  bytes.resize(size);
  return bytes;
}

Status WriteFileAtomic(const std::string& path, std::span<const uint8_t> bytes) {
  const std::string target = Resolve(path);
  struct stat info;
  if (stat(target.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return FileError("cannot write", path, EISDIR);
    // Renaming over a device such as /dev/null would replace it.
    if (!S_ISREG(info.st_mode)) return NotRegularFile(path);
  }
  // The process id keeps two runs that write the same output from sharing a temporary.
  const std::string temporary = target + ".tmp" + std::to_string(getpid());
  int error = WriteNewFile(temporary, bytes);
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return OkStatus();
  unlink(temporary.c_str());
  return FileError("cannot write", path, error);
}

Status WriteFileAtomic(const std::string& path, const std::string& text) {
  return WriteFileAtomic(path,
                         std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
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
