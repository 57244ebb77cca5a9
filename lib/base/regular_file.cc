#include "base/regular_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dc {
namespace {

// Half of the machine's memory: a file that is larger (a sparse one costs nothing to make) is
// refused before it is read.
int64_t LargestFile() {
  return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) / 2 * sysconf(_SC_PAGESIZE);
}

}  // namespace

Status FileError(const char* what, const std::string& path, int error) {
  const char* advice = "check the path and its permissions";
  if (error == ENOSPC || error == EDQUOT) advice = "free some space and run again";
  if (error == EFBIG) advice = "raise the limit on file size (ulimit -f) and run again";
  return IoError(std::string(what) + ": " + std::strerror(error), path, advice);
}

Status NotRegularFile(const std::string& path) {
  return IoError("not a regular file", path, "name a file");
}

StatusOr<RegularFile> RegularFile::Open(const std::string& path) {
  RegularFile file;
  // Opening a pipe without O_NONBLOCK would wait for a writer.
  file.descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.descriptor_ < 0) return FileError("cannot open", path, errno);
  struct stat info;
  if (fstat(file.descriptor_, &info) != 0) return FileError("cannot read", path, errno);
  if (S_ISDIR(info.st_mode)) return FileError("cannot read", path, EISDIR);
  if (!S_ISREG(info.st_mode)) return NotRegularFile(path);
  if (info.st_size > LargestFile()) {
    return IoError("the file is larger than half of this machine's memory", path,
                   "check that it is the right file");
  }
  file.path_ = path;
  file.size_ = static_cast<size_t>(info.st_size);
  return file;
}

RegularFile::~RegularFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

StatusOr<size_t> RegularFile::Read(std::span<uint8_t> bytes) const {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n =
        pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError("cannot read", path_, errno);
    if (n == 0) break;  // the file shrank while it was read
    done += static_cast<size_t>(n);
  }
  return done;
}

StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  DC_ASSIGN_OR_RETURN(const RegularFile file, RegularFile::Open(path));
  MappedFile mapped;
  if (file.size_ == 0) return mapped;
  void* memory = mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, file.descriptor_, 0);
  if (memory == MAP_FAILED) return FileError("cannot map", path, errno);
  // It is read once, front to back.
  madvise(memory, file.size_, MADV_SEQUENTIAL);
  mapped.bytes_ = {static_cast<const uint8_t*>(memory), file.size_};
  return mapped;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
}

}  // namespace dc
