// Which files a run reads and which it writes: no output may destroy an input or another output.
#ifndef DC_TOOLS_COMMON_FILE_ROLES_H_
#define DC_TOOLS_COMMON_FILE_ROLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// Paths are compared by the files that they lead to, links and hard links resolved.
class FileRoles {
 public:
  // UsageError where `path` is one of the outputs so far; `what` names it in errors ("--labels").
  Status Reads(const std::string& what, const std::string& path);
  // UsageError where `path` is one of the inputs or outputs so far. IoError where it cannot be
  // written: it is no regular file, or its folder is missing or closed to us. Removes what killed
  // runs left of it.
  Status Writes(const std::string& what, const std::string& path);
  // Outputs in the folder `path` are no errors where it is missing: the work creates it.
  void WillExist(const std::string& path);

 private:
  // What two paths to one file have in common: its numbers, or, where there is none, its name and
  // the numbers of its folder.
  struct Identity {
    uint64_t device = 0, number = 0;
    std::string name;
    bool operator==(const Identity&) const = default;
  };
  struct File {
    std::string what;
    Identity identity;
  };
  static Identity IdentityOf(const std::string& path);
  // IoError where writing `path` must fail.
  Status CheckWritable(const std::string& path) const;

  std::vector<File> inputs_, outputs_;
  std::string new_folder_;  // whole, with a slash at its end; "" for none
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_FILE_ROLES_H_
