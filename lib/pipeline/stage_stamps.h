// Which files of a run of dc-compress are what their stage would make again.
#ifndef DC_PIPELINE_STAGE_STAMPS_H_
#define DC_PIPELINE_STAGE_STAMPS_H_

#include <map>
#include <string>

#include "dc/data.h"
#include "dc/status.h"

namespace dc {

// A checksum of everything in `data` that training and evaluation see: samples, and
// labels or targets, of both parts.
std::string DataStamp(const Dataset& data);

// For each stage the fingerprint of what decided its result, and the checksum of the file that
// holds it: kept in stages.txt of the run's folder.
class StageStamps {
 public:
  // What `directory` holds; nothing where its stages.txt is absent or cannot be understood.
  explicit StageStamps(const std::string& directory);

  // True where `stage` made `file` from what has this fingerprint, and the file is unchanged.
  bool Holds(const std::string& stage, const std::string& fingerprint,
             const std::string& file) const;
  // Records that it did.
  Status Record(const std::string& stage, const std::string& fingerprint, const std::string& file);

 private:
  std::string path_;
  std::map<std::string, std::string> lines_;  // by stage: fingerprint and checksum
};

}  // namespace dc

#endif  // DC_PIPELINE_STAGE_STAMPS_H_
