#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "base/regular_file.h"
#include "dc/files.h"

namespace dc {
namespace {

// The process id, which follows, keeps runs that write the same output from sharing a temporary.
constexpr char kTemporary[] = ".tmp";

// The file that a symbolic link finally names, so that writing replaces that file and not the link;
// `path` itself where it is no link or leads nowhere.
std::string Resolve(const std::string& path) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (!resolved) return path;
  std::string result = resolved;
  free(resolved);
  return result;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Writes all of `bytes` and flushes them to disk; 0, or the errno value.
int WriteAll(int fd, std::span<const uint8_t> bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n >= 0) done += static_cast<size_t>(n);
    if (n < 0 && errno != EINTR) return errno;
  }
  return fsync(fd) == 0 ? 0 : errno;
}

// Creates `path` with `bytes` in it, flushed to disk, and the owner and mode of `old` where it is
// not null; 0, or the errno value.
int WriteNewFile(const std::string& path, std::span<const uint8_t> bytes, const struct stat* old) {
  unlink(path.c_str());  // of a killed run that had our process id
  // What was private is at no time anybody else's.
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, old ? 0600 : 0666);
  if (fd < 0) return errno;
  flock(fd, LOCK_EX | LOCK_NB);  // says that we live where process ids are not shared
  int error = WriteAll(fd, bytes);
  if (old) {
    // To give a file away takes a right that few have; the mode is what counts.
    if (fchown(fd, old->st_uid, old->st_gid) != 0) errno = 0;
    if (fchmod(fd, old->st_mode & 0777) != 0 && error == 0) error = errno;
  }
  if (close(fd) != 0 && error == 0) error = errno;
  return error;
}

// Makes a rename in `folder` last; 0, or the errno value.
int SyncFolder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno == EACCES ? 0 : errno;  // one may write where one may not list
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  // Some file systems have nothing to do here, and say so.
  return error == EINVAL || error == ENOTSUP || error == EROFS ? 0 : error;
}

// Whether `name` is a temporary of the file `base` whose process is gone.
bool IsAbandoned(std::string_view name, const std::string& base, const std::string& path) {
  const std::string before = base + kTemporary;
  if (!name.starts_with(before)) return false;
  name.remove_prefix(before.size());
  pid_t process = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), process);
  if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size() || process <= 0) {
    return false;
  }
  if (kill(process, 0) == 0 || errno != ESRCH) return false;
  const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  struct stat info;
  const bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  close(fd);
  return regular && !held;
}

}  // namespace

void RemoveAbandoned(const std::string& path) {
  const std::string target = Resolve(path), folder = FolderOf(target);
  const std::string base = target.substr(target.rfind('/') + 1);
  DIR* const entries = opendir(folder.c_str());
  if (entries == nullptr) return;
  while (const dirent* entry = readdir(entries)) {
    const std::string found = folder + "/" + entry->d_name;
    if (IsAbandoned(entry->d_name, base, found)) unlink(found.c_str());
  }
  closedir(entries);
}

Status WriteFileAtomic(const std::string& path, std::span<const uint8_t> bytes) {
  const std::string target = Resolve(path);
  struct stat info;
  const bool exists = stat(target.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return FileError("cannot write", path, EISDIR);
  // Renaming over a device such as /dev/null would replace it.
  if (exists && !S_ISREG(info.st_mode)) return NotRegularFile(path);
  RemoveAbandoned(target);
  const std::string temporary = target + kTemporary + std::to_string(getpid());
  int error = WriteNewFile(temporary, bytes, exists ? &info : nullptr);
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) {
    error = SyncFolder(FolderOf(target));
  } else {
    unlink(temporary.c_str());
  }
  return error == 0 ? OkStatus() : FileError("cannot write", path, error);
}

Status WriteFileAtomic(const std::string& path, const std::string& text) {
  return WriteFileAtomic(path,
                         std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

}  // namespace dc
