#include "common/tool.h"

#include <boost/program_options.hpp>
#include <cstdio>
#include <iostream>
#include <new>
#include <sstream>

#include "common/terminal_progress.h"
#include "dc/files.h"
#include "dc/report.h"

namespace dc {

namespace po = boost::program_options;

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
      "json", po::value(&json_)->value_name("FILE"), "write what was done and measured as JSON");
}

Tool::~Tool() = default;

template <typename T>
void Tool::Option(const std::string& name, const std::string& value_name, const std::string& help,
                  T* value) {
  auto* semantic = po::value(value);
  if (!value_name.empty()) semantic->value_name(value_name);
  parser_->own.add_options()(name.c_str(), semantic, help.c_str());
}

template <typename T>
void Tool::OptionWithDefault(const std::string& name, const std::string& value_name,
                             const std::string& help, T* value) {
  auto* semantic = po::value(value)->default_value(*value);
  if (!value_name.empty()) semantic->value_name(value_name);
  parser_->own.add_options()(name.c_str(), semantic, help.c_str());
}

using Texts = std::vector<std::string>;
template void Tool::Option(const std::string&, const std::string&, const std::string&,
                           std::string*);
template void Tool::Option(const std::string&, const std::string&, const std::string&, Texts*);
template void Tool::Option(const std::string&, const std::string&, const std::string&, int*);
template void Tool::Option(const std::string&, const std::string&, const std::string&, float*);
template void Tool::Option(const std::string&, const std::string&, const std::string&, double*);
template void Tool::Option(const std::string&, const std::string&, const std::string&, int64_t*);
template void Tool::OptionWithDefault(const std::string&, const std::string&, const std::string&,
                                      std::string*);
template void Tool::OptionWithDefault(const std::string&, const std::string&, const std::string&,
                                      int64_t*);

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
  const std::string option = "input-file-" + std::to_string(positionals_.size());
  parser_->hidden.add_options()(option.c_str(), po::value(value));
  parser_->positional.add(option.c_str(), 1);
}

void Tool::Output(const std::string& what, std::string* value, bool optional) {
  output_what_ = what;
  output_ = value;
  output_optional_ = optional;
  parser_->own.add_options()(
      "output,o", po::value(value)->value_name(what),
      optional ? "where the result goes" : "where the result goes (required)");
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
  text << "\nExit codes: 0 done, 1 a stated goal was not met, 2 usage, 3 bad or unsupported input, "
          "4 an I/O failure.\n";
  return text.str();
}

int Tool::Fail(const Status& status) const {
  std::fprintf(stderr, "%s: error: %s\n", name_.c_str(), status.ToString().c_str());
  return ExitCode(status.code());
}

int Tool::Parse(int argc, char** argv) {
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
      std::fputs(Help().c_str(), stdout);
      return 0;
    }
    if (parser_->values.count("version")) {
      std::printf("%s %s\n", name_.c_str(), Version().c_str());
      return 0;
    }
    for (const auto& [name, text] : listings_) {
      if (!parser_->values[name].as<bool>()) continue;
      std::fputs(text().c_str(), stdout);
      return 0;
    }
    po::notify(parser_->values);
  } catch (const po::error& error) {
    return Fail(UsageError(error.what(), "", "see " + name_ + " --help"));
  }
  for (const Argument& argument : positionals_) {
    if (argument.optional || !argument.value->empty()) continue;
    return Fail(UsageError(argument.what + " is missing", "", "see " + name_ + " --help"));
  }
  if (output_ && !output_optional_ && output_->empty()) {
    return Fail(UsageError("no output is named", "", "add -o " + output_what_));
  }
  if (threads_ < 0 || threads_ > 1024) {
    return Fail(UsageError("--threads must be 0 to 1024", std::to_string(threads_), ""));
  }
  return -1;
}

int Tool::Main(int argc, char** argv, const std::function<Status()>& work) {
  const int code = Parse(argc, argv);
  if (code >= 0) return code;
  try {
    const Status status = work();
    progress_.reset();  // ends a bar that an error left unfinished
    return status.ok() ? 0 : Fail(status);
  } catch (const std::bad_alloc&) {
    progress_.reset();
    return Fail(BadInput("not enough memory", "", "use a smaller model or batch"));
  }
}

}  // namespace dc
