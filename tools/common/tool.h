// What every tool shares: option parsing, --help, exit codes, the one-line error.
#ifndef DC_TOOLS_COMMON_TOOL_H_
#define DC_TOOLS_COMMON_TOOL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/file_roles.h"
#include "common/tool_pages.h"
#include "dc/progress.h"
#include "dc/status.h"

namespace dc {

// One command-line program. A main adds its options, then calls Main with its work.
class Tool {
 public:
  // `synopsis` follows the name on the usage line, `example` is a line that can be copied.
  Tool(std::string name, std::string synopsis, std::string summary, std::string example);
  ~Tool();

  // An option of this tool alone: `name` without its dashes, `value_name` what stands for its value
  // in --help ("": "arg"). A std::vector<std::string> takes it any number of times. tool.cc names
  // the types there are, so that it alone reads Boost's headers, a second of compile time.
  template <typename T>
  void Option(const std::string& name, const std::string& value_name, const std::string& help,
              T* value);
  // The same; what `*value` is now is shown as the default.
  void OptionWithDefault(const std::string& name, const std::string& value_name,
                         const std::string& help, std::string* value);
  // A number from `least` to `greatest`; what `*value` is now is its default, which is shown where
  // it is not 0.
  template <typename T>
  void Number(const std::string& name, const std::string& value_name, const std::string& help,
              T* value, double least, double greatest);
  // The name of a file that is read, or written.
  void InputFile(const std::string& name, const std::string& value_name, const std::string& help,
                 std::string* path);
  void OutputFile(const std::string& name, const std::string& value_name, const std::string& help,
                  std::string* path);
  // --data.
  void Data(const std::string& help, std::string* spec);
  // An option without a value; `value` may be null.
  void Switch(const std::string& name, const std::string& help, bool* value);
  // Values of an option that a shell offers; there may be others. For options that were added.
  void Choices(const std::string& option, const std::vector<std::string>& values) {
    choices_[option] = values;
  }
  // A switch that prints `text` and ends the program, whatever else is given.
  void Listing(const std::string& name, const std::string& help,
               const std::function<std::string()>& text);
  // The next positional argument, required unless `optional`; `what` names it in errors
  // ("MODEL.onnx"). It is a file that is read.
  void Positional(const std::string& what, std::string* value, bool optional = false);
  // Adds -o/--output, the file that is written, required unless `optional`.
  void Output(const std::string& what, std::string* value, bool optional = false);
  // The same for a folder.
  void OutputFolder(const std::string& what, std::string* value);

  // Parses, checks that no output is an input or another output, runs `work`, prints its error if
  // any; the process's exit code. Handles --help and --version by itself, and --help-as, which
  // --help does not show: "man" prints the man page, "completion" what a shell completes.
  int Main(int argc, char** argv, const std::function<Status()>& work);

  // True where the option was written on the command line.
  bool Given(const std::string& option) const;

  const std::string& name() const { return name_; }
  // The command line, as a shell reads it; "" before Main.
  const std::string& Command() const { return command_; }
  // Values of the options that every tool has.
  int threads() const { return threads_; }
  uint64_t seed() const { return static_cast<uint64_t>(seed_); }
  // Bars on a terminal, lines elsewhere, nothing with --quiet.
  Progress* progress();

  // Files that only the work comes to know: see FileRoles.
  Status Reads(const std::string& what, const std::string& path) {
    return roles_.Reads(what, path);
  }
  Status Writes(const std::string& what, const std::string& path) {
    return roles_.Writes(what, path);
  }

  // Writes `json` to the --json file, if there is one.
  Status WriteJson(const std::string& json) const;

 private:
  // Whether the program ends here, --help and the like.
  StatusOr<bool> Parse(int argc, char** argv);
  // What was given, before any work.
  Status CheckArguments();
  Status Run(int argc, char** argv, const std::function<Status()>& work);
  // What there is to say of the tool, from the parser's table of options.
  ToolText Text() const;
  std::string Help() const;
  void AddOutput(const std::string& what, const std::string& help, std::string* value);

  std::string name_, synopsis_, summary_, example_, command_;
  struct Parser;
  std::unique_ptr<Parser> parser_;
  struct Argument {
    std::string what;
    std::string* value;
    bool optional;
  };
  std::vector<Argument> positionals_;
  std::map<std::string, std::function<std::string()>> listings_;
  std::map<std::string, std::vector<std::string>> choices_;
  std::vector<std::function<Status()>> checks_;  // of numbers
  // Options whose values are files, by what errors call them.
  std::vector<std::pair<std::string, const std::string*>> inputs_, outputs_;
  std::string output_what_, json_;
  std::string* output_ = nullptr;
  const std::string* data_ = nullptr;
  bool output_optional_ = false, is_folder_ = false, quiet_ = false;
  int threads_ = 0;
  int64_t seed_ = 1;
  FileRoles roles_;
  std::unique_ptr<Progress> progress_;
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_TOOL_H_
