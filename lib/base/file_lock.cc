#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/regular_file.h"
#include "dc/files.h"

namespace dc {
namespace {

// False where another process holds what `descriptor` is open for.
bool Claim(int descriptor) {
  while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno != EWOULDBLOCK;
  }
  return true;
}

// Whether `path` still names the file that `descriptor` is open for.
bool IsNameOf(const std::string& path, int descriptor) {
  struct stat named, open;
  return stat(path.c_str(), &named) == 0 && fstat(descriptor, &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

}  // namespace

StatusOr<FileLock> FileLock::OfFolder(const std::string& path) {
  FileLock lock;
  lock.descriptor_ = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock.descriptor_ < 0) return FileError("cannot open", path, errno);
  if (!Claim(lock.descriptor_)) {
    return IoError("another run is at work in this folder", path,
                   "wait until it ends, or name another folder");
  }
  return lock;
}

StatusOr<FileLock> FileLock::OfName(const std::string& path) {
  const std::string file = path + ".lock";
  while (true) {
    FileLock lock;
    lock.descriptor_ =
        open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (lock.descriptor_ < 0) return FileError("cannot write", file, errno);
    if (!Claim(lock.descriptor_)) {
      return IoError("another run is at work on this file", path,
                     "wait until it ends, or name another output");
    }
    // Its last owner may have removed it between the two calls.
    if (!IsNameOf(file, lock.descriptor_)) continue;
    lock.file_ = file;
    return lock;
  }
}

FileLock::~FileLock() {
  if (!file_.empty()) unlink(file_.c_str());
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace dc
