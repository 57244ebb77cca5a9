// The page that shows a report: report_page.html, which CMake compiles in.
#ifndef DC_PIPELINE_REPORT_TEMPLATE_H_
#define DC_PIPELINE_REPORT_TEMPLATE_H_

namespace dc {

// HTML with "@REPORT@" once, where the JSON goes.
extern const char kReportTemplate[];

}  // namespace dc

#endif  // DC_PIPELINE_REPORT_TEMPLATE_H_
