#include "pipeline/stage_stamps.h"

#include <span>
#include <sstream>
#include <vector>

#include "base/crc32.h"
#include "dc/files.h"

namespace dc {
namespace {

template <typename T>
std::string Checksum(const std::vector<T>& values) {
  return std::to_string(values.size()) + ":" +
         std::to_string(Crc32c(std::span(reinterpret_cast<const uint8_t*>(values.data()),
                                         values.size() * sizeof(T))));
}

std::string SplitStamp(const Split& split) {
  const std::string text =
      Checksum(split.u8) + " " + Checksum(split.f32) + " " + Checksum(split.labels);
  return split.targets.empty() ? text : text + " " + Checksum(split.targets);
}

// "FINGERPRINT CHECKSUM", or an error where the file cannot be read.
StatusOr<std::string> LineOf(const std::string& fingerprint, const std::string& file) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(file));
  return fingerprint + " " + Checksum(bytes);
}

}  // namespace

std::string DataStamp(const Dataset& data) {
  std::string text = std::to_string(data.classes);
  for (const int64_t extent : {data.channels, data.height, data.width}) {
    text += " " + std::to_string(extent);
  }
  for (const int64_t extent : data.target_shape) text += " target " + std::to_string(extent);
  return text + " " + SplitStamp(data.train) + " " + SplitStamp(data.test);
}

StageStamps::StageStamps(const std::string& directory) : path_(directory + "/stages.txt") {
  if (!FileExists(path_)) return;
  const StatusOr<std::vector<uint8_t>> bytes = ReadFile(path_);
  if (!bytes.ok()) return;
  std::istringstream text(std::string(bytes->begin(), bytes->end()));
  for (std::string line; std::getline(text, line);) {
    const size_t blank = line.find(' ');
    if (blank != std::string::npos) lines_[line.substr(0, blank)] = line.substr(blank + 1);
  }
}

bool StageStamps::Holds(const std::string& stage, const std::string& fingerprint,
                        const std::string& file) const {
  const auto line = lines_.find(stage);
  if (line == lines_.end() || !FileExists(file)) return false;
  const StatusOr<std::string> now = LineOf(fingerprint, file);
  return now.ok() && *now == line->second;
}

Status StageStamps::Record(const std::string& stage, const std::string& fingerprint,
                           const std::string& file) {
  DC_ASSIGN_OR_RETURN(lines_[stage], LineOf(fingerprint, file));
  std::string text;
  for (const auto& [name, line] : lines_) text += name + " " + line + "\n";
  return WriteFileAtomic(path_, text);
}

}  // namespace dc
