// The page of a report: what it shows besides the report is gathered from the .dcz and its folder.
#ifndef DC_TOOLS_COMMON_REPORT_PAGE_H_
#define DC_TOOLS_COMMON_REPORT_PAGE_H_

#include <span>
#include <string>
#include <vector>

#include "common/tool.h"
#include "dc/report.h"
#include "dc/status.h"

namespace dc {

// The file `name` in the folder of `path`.
std::string Beside(const std::string& path, const std::string& name);

// The text of a log or a report; "" where there is no such file, or it is too large to be one.
std::string SmallText(const std::string& path);

// The logs of training in the folder of the .dcz that `report` is about: of its stages that
// trained, or, where its stages are not known, of any.
std::vector<std::string> TrainingLogs(const Report& report, const std::string& dcz);

// Writes the page of `report` to `path`, with `pictures`, to which this adds those of `logs` that
// can be read and the command line of `tool`.
Status WriteReportPage(const Report& report, ReportPictures pictures,
                       const std::vector<std::string>& logs, const Tool& tool,
                       const std::string& path);

// Writes report.html beside the .dcz that dc-compress has just made by `recipe`, a recipe's text;
// "": by the one in `directory` that a search left.
Status WriteCompressPage(const Report& report, const std::string& recipe, const Tool& tool,
                         const std::string& directory);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_REPORT_PAGE_H_
