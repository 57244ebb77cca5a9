#include "common/report_page.h"

#include <algorithm>
#include <utility>

#include "dc/files.h"

namespace dc {
namespace {

// A log of 10,000 epochs is a tenth of this, and so is a report; what is larger is neither.
constexpr size_t kMostTextBytes = size_t{8} << 20;

}  // namespace

std::string Beside(const std::string& path, const std::string& name) {
  const size_t slash = path.rfind('/');
  return (slash == std::string::npos ? "" : path.substr(0, slash + 1)) + name;
}

std::string SmallText(const std::string& path) {
  const auto bytes = ReadFile(path);
  if (!bytes.ok() || bytes->size() > kMostTextBytes) return "";
  return std::string(bytes->begin(), bytes->end());
}

std::vector<std::string> TrainingLogs(const Report& report, const std::string& dcz) {
  std::vector<std::string> logs;
  for (const char* stage : {"train", "prune", "quantize"}) {
    const bool trained =
        report.stages.empty() ||
        std::any_of(report.stages.begin(), report.stages.end(),
                    [&](const auto& s) { return s.name == stage && s.epochs > 0; });
    const std::string log = Beside(dcz, std::string(stage) + ".csv");
    if (trained && FileExists(log)) logs.push_back(log);
  }
  return logs;
}

Status WriteReportPage(const Report& report, ReportPictures pictures,
                       const std::vector<std::string>& logs, const Tool& tool,
                       const std::string& path) {
  for (const std::string& log : logs) {
    std::string text = SmallText(log);
    if (!text.empty()) pictures.logs.emplace_back(log.substr(log.rfind('/') + 1), std::move(text));
  }
  pictures.command = tool.Command();
  DC_ASSIGN_OR_RETURN(const std::string page, ReportHtml(report, pictures));
  return WriteFileAtomic(path, page);
}

Status WriteCompressPage(const Report& report, const std::string& recipe, const Tool& tool,
                         const std::string& directory) {
  const std::string dcz = directory + "/model.dcz";
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(dcz));
  ReportPictures pictures;
  const auto drawn = ReportFile(bytes, &pictures);
  if (!drawn.ok()) return drawn.status().At(dcz);
  std::vector<uint8_t> found;
  if (recipe.empty()) {
    DC_ASSIGN_OR_RETURN(found, ReadFile(directory + "/recipe.textproto"));
  }
  pictures.settings.emplace_back("recipe",
                                 recipe.empty() ? std::string(found.begin(), found.end()) : recipe);
  return WriteReportPage(report, std::move(pictures), TrainingLogs(report, dcz), tool,
                         directory + "/report.html");
}

}  // namespace dc
