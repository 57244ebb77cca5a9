// The man page of a tool.
#include <algorithm>
#include <cctype>
#include <sstream>

#include "common/tool_pages.h"

namespace dc {
namespace {

// `text` as roff prints it: dashes that can be copied, quotes that stay as they are, and no line
// that is taken for a request.
std::string Escaped(const std::string& text) {
  std::string roff;
  for (const char c : text) {
    const bool begins_line = roff.empty() || roff.back() == '\n';
    switch (c) {
      case '\\':
        roff += "\\e";
        break;
      case '-':
        roff += "\\-";
        break;
      case '`':
        roff += "\\(ga";
        break;
      case '^':
        roff += "\\(ha";
        break;
      case '~':
        roff += "\\(ti";
        break;
      case '\'':
        roff += "\\(aq";
        break;
      case '.':
        roff += begins_line ? "\\&." : ".";
        break;
      default:
        roff += c;
    }
  }
  return roff;
}

std::string Bold(const std::string& text) { return "\\fB" + Escaped(text) + "\\fR"; }

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The first sentence of the summary as an entry of an index: "executes a compressed model".
std::string Purpose(const std::string& summary) {
  std::string sentence = summary.substr(0, summary.find(". "));
  sentence = sentence.substr(0, sentence.find(".\n"));
  std::replace(sentence.begin(), sentence.end(), '\n', ' ');
  if (sentence.ends_with('.')) sentence.pop_back();
  sentence[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence[0])));
  return sentence;
}

// Indented lines of the summary are items of a list.
void AddDescription(const std::string& summary, std::ostringstream* roff) {
  bool in_list = false;
  for (const std::string& line : Lines(summary)) {
    const size_t text = line.find_first_not_of(' ');
    if (text == std::string::npos) continue;
    const bool item = text > 0;
    if (item) *roff << ".IP \\(bu 2\n";
    if (in_list && !item) *roff << ".PP\n";
    in_list = item;
    *roff << Escaped(line.substr(text)) << "\n";
  }
}

void AddOptions(const std::vector<OptionText>& options, std::ostringstream* roff) {
  for (const OptionText& option : options) {
    *roff << ".TP\n";
    if (!option.letter.empty()) *roff << Bold("-" + option.letter) << ", ";
    *roff << Bold("--" + option.name);
    if (!option.value_name.empty()) *roff << " \\fI" << Escaped(option.value_name) << "\\fR";
    *roff << "\n" << Escaped(option.help);
    if (!option.initial.empty()) *roff << " (default: " << Escaped(option.initial) << ")";
    *roff << "\n";
  }
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& ExitCodeTexts() {
  static const auto& texts = *new std::vector<std::pair<std::string, std::string>>{
      {"0", "done"},           {"1", "a stated goal was not met"},
      {"2", "usage"},          {"3", "bad or unsupported input"},
      {"4", "an I/O failure"}, {"130", "cancelled (Ctrl-C, SIGTERM)"}};
  return texts;
}

std::string ManPage(const ToolText& tool) {
  std::ostringstream roff;
  // Left-aligned: values with dashes are long words. No hyphens that nobody typed, HY, for .EE,
  // too.
  roff << ".nr HY 0\n.TH " << Escaped(Upper(tool.name)) << " 1 \"\" \"deep\\-compression "
       << Escaped(tool.version) << "\" \"Deep Compression\"\n.ad l\n";
  roff << ".SH NAME\n" << Escaped(tool.name) << " \\- " << Escaped(Purpose(tool.summary)) << "\n";
  roff << ".SH SYNOPSIS\n" << Bold(tool.name) << " " << Escaped(tool.synopsis) << "\n";
  roff << ".SH DESCRIPTION\n";
  AddDescription(tool.summary, &roff);
  roff << ".SH OPTIONS\n";
  AddOptions(tool.own, &roff);
  roff << ".SS Common options\n";
  AddOptions(tool.common, &roff);
  roff << ".SH \"EXIT STATUS\"\n";
  for (const auto& [code, meaning] : ExitCodeTexts()) {
    roff << ".TP\n.B " << code << "\n" << Escaped(meaning) << "\n";
  }
  roff << ".SH EXAMPLES\n.EX\n";
  for (const std::string& line : Lines(tool.example)) {
    roff << Escaped(line.substr(std::min(line.find_first_not_of(' '), line.size()))) << "\n";
  }
  roff << ".EE\n.SH \"SEE ALSO\"\n";
  std::istringstream tools(DC_TOOL_NAMES);
  std::string separator;
  for (std::string name; tools >> name;) {
    if (name == tool.name) continue;
    roff << separator << Bold(name) << "(1)";
    separator = ",\n";
  }
  roff << "\n";
  return roff.str();
}

}  // namespace dc
