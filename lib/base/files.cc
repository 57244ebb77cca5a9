#include "dc/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace dc {
namespace {

// The error that `error`, an errno value, stands for.
Status Failed(const char* what, const std::string& path, int error) {
  const char* advice = "check the path and its permissions";
  if (error == ENOSPC || error == EDQUOT) advice = "free some space and run again";
  if (error == EFBIG) advice = "raise the limit on file size (ulimit -f) and run again";
  return IoError(std::string(what) + ": " + std::strerror(error), path, advice);
}

Status NotRegular(const std::string& path) {
  return IoError("not a regular file", path, "name a file");
}

// Half of the machine's memory: a file that is larger (a sparse one costs nothing to make) is
// refused before it is read.
int64_t LargestFile() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * sysconf(_SC_PAGESIZE);
}

// Closes a file descriptor at the end of its scope.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

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
  // Opening a pipe without O_NONBLOCK would wait for a writer.
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) return Failed("cannot open", path, errno);
  struct stat info;
  if (fstat(file.fd, &info) != 0) return Failed("cannot read", path, errno);
  if (S_ISDIR(info.st_mode)) return Failed("cannot read", path, EISDIR);
  if (!S_ISREG(info.st_mode)) return NotRegular(path);
  if (info.st_size > LargestFile()) {
    return IoError("the file is larger than half of this machine's memory", path,
                   "check that it is the right file");
  }
  std::vector<uint8_t> bytes(static_cast<size_t>(info.st_size));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = read(file.fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed("cannot read", path, errno);
    if (n == 0) break;  // the file shrank while it was read
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

Status WriteFileAtomic(const std::string& path, std::span<const uint8_t> bytes) {
  const std::string target = Resolve(path);
  struct stat info;
  if (stat(target.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return Failed("cannot write", path, EISDIR);
    // Renaming over a device such as /dev/null would replace it.
    if (!S_ISREG(info.st_mode)) return NotRegular(path);
  }
  // The process id keeps two runs that write the same output from sharing a temporary.
  const std::string temporary = target + ".tmp" + std::to_string(getpid());
  int error = WriteNewFile(temporary, bytes);
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return OkStatus();
  unlink(temporary.c_str());
  return Failed("cannot write", path, error);
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
    if (stat(part.c_str(), &info) != 0) return Failed("cannot create directory", part, error);
    if (!S_ISDIR(info.st_mode)) return Failed("cannot create directory", part, ENOTDIR);
  }
  return OkStatus();
}

bool FileExists(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

}  // namespace dc
