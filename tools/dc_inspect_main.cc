// dc-inspect: what a .dcz is made of, down to the byte.
#include <string>

#include "common/output.h"
#include "common/tool.h"
#include "dc/files.h"
#include "dc/inspect.h"
#include "dc/report.h"

int main(int argc, char** argv) {
  dc::Tool tool("dc-inspect", "MODEL.dcz [--hex [--all]] | --spec [options]",
                "Prints the structure of a file: sections, tensors and how each is coded, nodes. "
                "With --hex every\nbyte and the field it belongs to. A damaged file is shown as "
                "far as it can be understood.\n--spec prints the tables of docs/format.md from "
                "what the program itself uses.",
                "dc-inspect model.dcz --hex | less");
  std::string model;
  dc::InspectOptions options;
  bool spec = false;
  tool.Positional("MODEL.dcz", &model, /*optional=*/true);
  tool.Switch("hex", "a marked hex dump", &options.hex);
  tool.Switch("all", "with --hex: long fields in full", &options.all);
  tool.Switch("spec", "the tables of the format's specification", &spec);
  return tool.Main(argc, argv, [&]() -> dc::Status {
    if (spec != model.empty()) {
      return dc::UsageError(spec ? "--spec needs no file" : "MODEL.dcz is missing", "",
                            "see dc-inspect --help");
    }
    if (options.all && !options.hex) {
      return dc::UsageError("--all is for --hex", "", "add --hex");
    }
    for (const dc::SpecTable& table : spec ? dc::FormatSpec() : std::vector<dc::SpecTable>()) {
      dc::PrintText("<!-- dc-inspect --spec: " + table.name + " -->\n" + table.text +
                    "<!-- end -->\n");
    }
    if (spec) return dc::OkStatus();
    DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, dc::ReadFile(model));
    const dc::Status status = dc::InspectFile(bytes, options, dc::PrintText);
    DC_RETURN_IF_ERROR(dc::FlushOutput());  // before an error goes to stderr
    if (!status.ok()) return status.At(model);
    DC_ASSIGN_OR_RETURN(dc::Report report, dc::ReportFile(bytes));
    report.model = model;
    DC_ASSIGN_OR_RETURN(const std::string json, dc::ReportJson(report));
    return tool.WriteJson(json);
  });
}
