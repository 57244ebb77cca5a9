#include "common/file_roles.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "dc/files.h"

namespace dc {
namespace {

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Status Overwrites(const std::string& what, const std::string& other, const char* role,
                  const std::string& path) {
  return UsageError(what + " would overwrite " + other + ", which is " + role, path,
                    "name another file");
}

// `path` from the root on, without the detours of its spelling.
std::string Whole(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal().string();
}

}  // namespace

void FileRoles::WillExist(const std::string& path) { new_folder_ = Whole(path + "/"); }

Status FileRoles::CheckWritable(const std::string& path) const {
  const std::string folder = FolderOf(path);
  struct stat info;
  int error = 0;
  if (stat(folder.c_str(), &info) != 0) {
    error = errno;
    if (error == ENOENT && !new_folder_.empty() && Whole(path).starts_with(new_folder_)) error = 0;
  } else if (!S_ISDIR(info.st_mode)) {
    error = ENOTDIR;
  } else if (access(folder.c_str(), W_OK | X_OK) != 0) {
    error = errno;
  } else if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) error = EISDIR;
    if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
      return IoError("not a regular file", path, "name a file");
    }
  }
  if (error == 0) return OkStatus();
  return IoError(std::string("cannot write: ") + std::strerror(error), path,
                 "check the path and its permissions");
}

FileRoles::Identity FileRoles::IdentityOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) return {info.st_dev, info.st_ino, ""};
  if (stat(FolderOf(path).c_str(), &info) == 0) {
    return {info.st_dev, info.st_ino, path.substr(path.rfind('/') + 1)};
  }
  return {0, 0, Whole(path)};
}

Status FileRoles::Reads(const std::string& what, const std::string& path) {
  const Identity identity = IdentityOf(path);
  for (const File& output : outputs_) {
    if (output.identity == identity) return Overwrites(output.what, what, "read", path);
  }
  inputs_.push_back({what, identity});
  return OkStatus();
}

Status FileRoles::Writes(const std::string& what, const std::string& path) {
  const Identity identity = IdentityOf(path);
  for (const File& input : inputs_) {
    if (input.identity == identity) return Overwrites(what, input.what, "read", path);
  }
  for (const File& output : outputs_) {
    if (output.identity == identity) return Overwrites(what, output.what, "written, too", path);
  }
  DC_RETURN_IF_ERROR(CheckWritable(path));
  RemoveAbandoned(path);
  outputs_.push_back({what, identity});
  return OkStatus();
}

}  // namespace dc
