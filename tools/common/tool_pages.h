// What a tool says of itself, from one table: the man page, and what a shell completes.
#ifndef DC_TOOLS_COMMON_TOOL_PAGES_H_
#define DC_TOOLS_COMMON_TOOL_PAGES_H_

#include <string>
#include <utility>
#include <vector>

namespace dc {

// An option as --help shows it.
struct OptionText {
  std::string name;        // without dashes
  std::string letter;      // of its short form; "" where it has none
  std::string value_name;  // "" for a switch
  std::string initial;     // its default, "" where there is none to show
  std::string help;
  std::vector<std::string> choices;  // values to choose from; a value may have others
};

struct ToolText {
  std::string name, synopsis, summary, example, version;
  std::vector<std::string> positionals;  // "MODEL.onnx"
  std::vector<OptionText> own, common;   // options of the tool, and those that every tool has
};

// Exit codes and what they mean.
const std::vector<std::pair<std::string, std::string>>& ExitCodeTexts();

// A manual page of section 1, in roff.
std::string ManPage(const ToolText& tool);

// A line for each option and positional argument (by its number, from 1), for
// tools/completion.bash:
//   --explain             nothing follows
//   --batch value         something that only its user knows
//   --coder words A B     one of these words, as a rule
//   -o files dcz          a file with one of these endings, or any where there is none
//   --output-dir folder
// What a value is follows from its name: "X.npy" is a file that ends so, FILE any, DIR a folder,
// SPEC a dataset.
std::string CompletionTable(const ToolText& tool);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_TOOL_PAGES_H_
