#include "common/tool.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <boost/program_options.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <sstream>

#include "common/cancellation.h"
#include "common/output.h"
#include "common/terminal_progress.h"
#include "dc/data.h"
#include "dc/files.h"
#include "dc/report.h"

namespace dc {

namespace po = boost::program_options;

namespace {

constexpr double kMostThreads = 1024, kGreatestSeed = std::numeric_limits<uint32_t>::max();

std::string NumberText(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.10g", value);
  return text;
}

// UsageError for a number that an option does not take, NaN among them.
Status CheckNumber(const std::string& option, double value, double least, double greatest) {
  if (value >= least && value <= greatest) return OkStatus();
  return UsageError("--" + option + " must be " + NumberText(least) + " to " + NumberText(greatest),
                    NumberText(value), "");
}

// `argument` as a shell reads it.
std::string ShellQuoted(const std::string& argument) {
  static constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  std::string quoted = "'";
  for (const char c : argument) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// Where stdin, stdout or stderr was closed, a file that is opened would take its place and be
// printed into. Reading and writing them fails, as before.
void OpenStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest free number is what open gives.
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

// Called where operator new finds no memory, on whatever thread, in whatever library: parts of the
// program have no exceptions. What was to be replaced is still there: files are written beside it.
[[noreturn]] void EndWithoutMemory() {
  const char* const name = program_invocation_short_name;
  constexpr char kText[] = ": error: not enough memory: use a smaller model or batch\n";
  // One call, so that lines of several processes do not mix.
  const iovec parts[] = {{const_cast<char*>(name), std::strlen(name)},
                         {const_cast<char*>(kText), sizeof(kText) - 1}};
  const ssize_t ignored = writev(STDERR_FILENO, parts, 2);
  static_cast<void>(ignored);
  std::_Exit(ExitCode(StatusCode::kNoMemory));
}

// Before libraries prepare what they need ahead of main: priorities up to 100 are the compiler's.
[[gnu::constructor(101)]] void SetNewHandler() { std::set_new_handler(EndWithoutMemory); }

}  // namespace

struct Tool::Parser {
  po::options_description own{"Options", 100}, common{"Common options", 100}, hidden{"", 100};
  po::positional_options_description positional;
  po::variables_map values;
};

Tool::Tool(std::string name, std::string synopsis, std::string summary, std::string example)
    : name_(std::move(name)),
      synopsis_(std::move(synopsis)),
      summary_(std::move(summary)),
      example_(std::move(example)),
      parser_(std::make_unique<Parser>()) {
  parser_->common.add_options()("help,h", "print this text")("version", "print the version")(
      "quiet,q", po::bool_switch(&quiet_), "no progress on stderr")(
      "threads", po::value(&threads_)->value_name("N"), "threads to use (default: one per core)")(
      "seed", po::value(&seed_)->value_name("N"), "seed of all randomness (default 1)")(
      "json", po::value(&json_)->value_name("FILE.json"),
      "write what was done and measured as JSON");
  parser_->hidden.add_options()("help-as", po::value<std::string>());
  checks_.push_back([this] { return CheckNumber("threads", threads_, 0, kMostThreads); });
  checks_.push_back([this] { return CheckNumber("seed", seed_, 0, kGreatestSeed); });
}

Tool::~Tool() = default;

template <typename T>
void Tool::Option(const std::string& name, const std::string& value_name, const std::string& help,
                  T* value) {
  auto* semantic = po::value(value);
  if (!value_name.empty()) semantic->value_name(value_name);
  parser_->own.add_options()(name.c_str(), semantic, help.c_str());
}

using Texts = std::vector<std::string>;
template void Tool::Option(const std::string&, const std::string&, const std::string&,
                           std::string*);
template void Tool::Option(const std::string&, const std::string&, const std::string&, Texts*);

void Tool::OptionWithDefault(const std::string& name, const std::string& value_name,
                             const std::string& help, std::string* value) {
  auto* semantic = po::value(value)->default_value(*value);
  if (!value_name.empty()) semantic->value_name(value_name);
  parser_->own.add_options()(name.c_str(), semantic, help.c_str());
}

template <typename T>
void Tool::Number(const std::string& name, const std::string& value_name, const std::string& help,
                  T* value, double least, double greatest) {
  auto* semantic = po::value(value);
  if (*value != 0) semantic->default_value(*value);
  if (!value_name.empty()) semantic->value_name(value_name);
  parser_->own.add_options()(name.c_str(), semantic, help.c_str());
  checks_.push_back([=, this] {
    return Given(name) ? CheckNumber(name, static_cast<double>(*value), least, greatest)
                       : OkStatus();
  });
}

template void Tool::Number(const std::string&, const std::string&, const std::string&, int*, double,
                           double);
template void Tool::Number(const std::string&, const std::string&, const std::string&, int64_t*,
                           double, double);
template void Tool::Number(const std::string&, const std::string&, const std::string&, float*,
                           double, double);
template void Tool::Number(const std::string&, const std::string&, const std::string&, double*,
                           double, double);

void Tool::InputFile(const std::string& name, const std::string& value_name,
                     const std::string& help, std::string* path) {
  Option(name, value_name, help, path);
  inputs_.emplace_back("--" + name, path);
}

void Tool::OutputFile(const std::string& name, const std::string& value_name,
                      const std::string& help, std::string* path) {
  Option(name, value_name, help, path);
  outputs_.emplace_back("--" + name, path);
}

void Tool::Data(const std::string& help, std::string* spec) {
  Option("data", "SPEC", help, spec);
  data_ = spec;
}

void Tool::Switch(const std::string& name, const std::string& help, bool* value) {
  parser_->own.add_options()(name.c_str(), po::bool_switch(value), help.c_str());
}

void Tool::Listing(const std::string& name, const std::string& help,
                   const std::function<std::string()>& text) {
  Switch(name, help, nullptr);
  listings_[name] = text;
}

void Tool::Positional(const std::string& what, std::string* value, bool optional) {
  positionals_.push_back({what, value, optional});
  inputs_.emplace_back(what, value);
  const std::string option = "input-file-" + std::to_string(positionals_.size());
  parser_->hidden.add_options()(option.c_str(), po::value(value));
  parser_->positional.add(option.c_str(), 1);
}

void Tool::AddOutput(const std::string& what, const std::string& help, std::string* value) {
  output_what_ = what;
  output_ = value;
  parser_->own.add_options()("output,o", po::value(value)->value_name(what), help.c_str());
}

void Tool::Output(const std::string& what, std::string* value, bool optional) {
  output_optional_ = optional;
  AddOutput(what, optional ? "where the result goes" : "where the result goes (required)", value);
  outputs_.emplace_back("--output", value);
}

void Tool::OutputFolder(const std::string& what, std::string* value) {
  AddOutput(what, "where the results go (required)", value);
  is_folder_ = true;
}

bool Tool::Given(const std::string& option) const {
  const po::variables_map& values = parser_->values;
  return values.count(option) > 0 && !values[option].defaulted();
}

Progress* Tool::progress() {
  if (!progress_) progress_ = MakeTerminalProgress(quiet_);
  return progress_.get();
}

Status Tool::WriteJson(const std::string& json) const {
  return json_.empty() ? OkStatus() : WriteFileAtomic(json_, json + "\n");
}

std::string Tool::Help() const {
  std::ostringstream text;
  text << name_ << " " << synopsis_ << "\n\n"
       << summary_ << "\n\nExample:\n  " << example_ << "\n\n";
  text << parser_->own << "\n" << parser_->common;
  text << "\nExit codes:\n";
  for (const auto& [code, meaning] : ExitCodeTexts()) {
    text << "  " << code << std::string(5 - code.size(), ' ') << meaning << "\n";
  }
  return text.str();
}

ToolText Tool::Text() const {
  ToolText text{name_, synopsis_, summary_, example_, Version(), {}, {}, {}};
  for (const Argument& argument : positionals_) text.positionals.push_back(argument.what);
  for (const auto& [from, to] :
       {std::pair{&parser_->own, &text.own}, std::pair{&parser_->common, &text.common}}) {
    for (const auto& option : from->options()) {
      OptionText& row = to->emplace_back();
      row.name = option->long_name();
      const std::string shortest =
          option->canonical_display_name(po::command_line_style::allow_dash_for_short);
      if (shortest.starts_with('-')) row.letter = shortest.substr(1);
      row.help = option->description();
      // "N (=10)": Boost joins the name and the default.
      row.value_name = option->format_parameter();
      const size_t initial = row.value_name.find(" (=");
      if (initial != std::string::npos) {
        row.initial = row.value_name.substr(initial + 3);
        row.initial.pop_back();
        row.value_name.resize(initial);
      }
      const auto choices = choices_.find(row.name);
      if (choices != choices_.end()) row.choices = choices->second;
    }
  }
  return text;
}

StatusOr<bool> Tool::Parse(int argc, char** argv) {
  po::options_description all;
  all.add(parser_->own).add(parser_->common).add(parser_->hidden);
  // Guessing abbreviated options would make a later option a breaking change.
  const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  try {
    po::store(po::command_line_parser(argc, argv)
                  .options(all)
                  .positional(parser_->positional)
                  .style(style)
                  .run(),
              parser_->values);
    if (parser_->values.count("help")) {
      PrintText(Help());
      return true;
    }
    if (parser_->values.count("help-as")) {
      const std::string& form = parser_->values["help-as"].as<std::string>();
      if (form != "man" && form != "completion") {
        return UsageError("--help-as is man or completion", form, "");
      }
      PrintText(form == "man" ? ManPage(Text()) : CompletionTable(Text()));
      return true;
    }
    if (parser_->values.count("version")) {
      PrintLine("%s %s", name_.c_str(), Version().c_str());
      return true;
    }
    for (const auto& [name, text] : listings_) {
      if (!parser_->values[name].as<bool>()) continue;
      PrintText(text());
      return true;
    }
    po::notify(parser_->values);
  } catch (const po::error& error) {
    return UsageError(error.what(), "", "see " + name_ + " --help");
  }
  return false;
}

Status Tool::CheckArguments() {
  for (const Argument& argument : positionals_) {
    if (argument.optional || !argument.value->empty()) continue;
    return UsageError(argument.what + " is missing", "", "see " + name_ + " --help");
  }
  if (output_ && !output_optional_ && output_->empty()) {
    return UsageError("no output is named", "", "add -o " + output_what_);
  }
  for (const auto& check : checks_) DC_RETURN_IF_ERROR(check());
  if (is_folder_) roles_.WillExist(*output_);
  outputs_.emplace_back("--json", &json_);
  for (const auto& [what, path] : inputs_) {
    if (!path->empty()) DC_RETURN_IF_ERROR(Reads(what, *path));
  }
  if (data_ != nullptr && !data_->empty()) {
    for (const std::string& file : DatasetFiles(*data_)) DC_RETURN_IF_ERROR(Reads("--data", file));
  }
  for (const auto& [what, path] : outputs_) {
    if (!path->empty()) DC_RETURN_IF_ERROR(Writes(what, *path));
  }
  return OkStatus();
}

Status Tool::Run(int argc, char** argv, const std::function<Status()>& work) {
  try {
    DC_ASSIGN_OR_RETURN(const bool done, Parse(argc, argv));
    if (done) return OkStatus();
    DC_RETURN_IF_ERROR(CheckArguments());
    return work();
  } catch (const std::bad_alloc&) {
    return BadInput("not enough memory", "", "use a smaller model or batch");
  }
}

int Tool::Main(int argc, char** argv, const std::function<Status()>& work) {
  OpenStandardStreams();
  // A write beyond the limit on file size is an error like others, not the end of the process.
  std::signal(SIGXFSZ, SIG_IGN);
  WatchForSignals(name_);
  command_ = name_;
  for (int i = 1; i < argc; ++i) command_ += " " + ShellQuoted(argv[i]);
  Status status = Run(argc, argv, work);
  progress_.reset();  // ends a bar that an error left unfinished
  const Status printed = FlushOutput();
  const bool has_results = status.ok() || status.code() == StatusCode::kGoalNotMet;
  if (has_results && !printed.ok()) status = printed;
  if (!status.ok()) PrintRemark(name_ + ": error: " + status.ToString());
  return ExitCode(status.code());
}

}  // namespace dc
