// What every tool shares: option parsing, --help, exit codes, the one-line error.
#ifndef DC_TOOLS_COMMON_TOOL_H_
#define DC_TOOLS_COMMON_TOOL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

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
  template <typename T>
  void OptionWithDefault(const std::string& name, const std::string& value_name,
                         const std::string& help, T* value);
  // An option without a value; `value` may be null.
  void Switch(const std::string& name, const std::string& help, bool* value);
  // A switch that prints `text` and ends the program, whatever else is given.
  void Listing(const std::string& name, const std::string& help,
               const std::function<std::string()>& text);
  // The next positional argument, required unless `optional`; `what` names it in errors
  // ("MODEL.onnx").
  void Positional(const std::string& what, std::string* value, bool optional = false);
  // Adds -o/--output, required unless `optional`.
  void Output(const std::string& what, std::string* value, bool optional = false);

  // Parses, runs `work`, prints its error if any; the process's exit code. Handles --help and
  // --version by itself.
  int Main(int argc, char** argv, const std::function<Status()>& work);

  // True where the option was written on the command line.
  bool Given(const std::string& option) const;

  const std::string& name() const { return name_; }
  // Values of the options that every tool has.
  int threads() const { return threads_; }
  uint64_t seed() const { return seed_; }
  const std::string& json() const { return json_; }
  // Bars on a terminal, lines elsewhere, nothing with --quiet.
  Progress* progress();

  // Writes `json` to the --json file, if there is one.
  Status WriteJson(const std::string& json) const;

 private:
  // An exit code where the program ends here, or -1 to go on.
  int Parse(int argc, char** argv);
  int Fail(const Status& status) const;
  std::string Help() const;

  std::string name_, synopsis_, summary_, example_;
  struct Parser;
  std::unique_ptr<Parser> parser_;
  struct Argument {
    std::string what;
    std::string* value;
    bool optional;
  };
  std::vector<Argument> positionals_;
  std::map<std::string, std::function<std::string()>> listings_;
  std::string output_what_, json_;
  std::string* output_ = nullptr;
  bool output_optional_ = false, quiet_ = false;
  int threads_ = 0;
  uint32_t seed_ = 1;
  std::unique_ptr<Progress> progress_;
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_TOOL_H_
