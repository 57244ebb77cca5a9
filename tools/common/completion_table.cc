// What a shell completes after a tool's name.
#include <cctype>

#include "common/tool_pages.h"

namespace dc {
namespace {

using Words = std::vector<std::string>;

// The kinds of datasets that SPEC names.
constexpr const char* kDatasets[] = {"fashion-mnist", "mnist:", "idx:", "cifar10:", "npz:"};

// Endings of files in the name of a value: "onnx" in "MODEL.onnx".
Words Endings(const std::string& value_name) {
  Words endings;
  for (size_t i = 0; i + 1 < value_name.size(); ++i) {
    if (value_name[i] != '.' || !std::isalpha(static_cast<unsigned char>(value_name[i + 1]))) {
      continue;
    }
    std::string ending;
    while (i + 1 < value_name.size() &&
           std::isalnum(static_cast<unsigned char>(value_name[i + 1]))) {
      ending += value_name[++i];
    }
    endings.push_back(ending);
  }
  return endings;
}

std::string Line(const std::string& name, const std::string& kind, const Words& words) {
  std::string line = name;
  if (!kind.empty()) line += " " + kind;
  for (const std::string& word : words) line += " " + word;
  return line + "\n";
}

std::string LineOf(const std::string& name, const OptionText& option) {
  if (option.value_name.empty()) return Line(name, "", {});
  if (!option.choices.empty()) return Line(name, "words", option.choices);
  const std::string& value = option.value_name;
  if (value == "SPEC")
    return Line(name, "words", Words(std::begin(kDatasets), std::end(kDatasets)));
  if (value == "DIR") return Line(name, "folder", {});
  const Words endings = Endings(value);
  if (value == "FILE" || !endings.empty()) return Line(name, "files", endings);
  return Line(name, "value", {});
}

}  // namespace

std::string CompletionTable(const ToolText& tool) {
  std::string table;
  for (const auto* options : {&tool.own, &tool.common}) {
    for (const OptionText& option : *options) {
      table += LineOf("--" + option.name, option);
      if (!option.letter.empty()) table += LineOf("-" + option.letter, option);
    }
  }
  for (size_t i = 0; i < tool.positionals.size(); ++i) {
    Words endings = Endings(tool.positionals[i]);
    // A model may be written in ONNX's text syntax, too.
    for (size_t at = 0, count = endings.size(); at < count; ++at) {
      if (endings[at] == "onnx") endings.push_back("onnxtxt");
    }
    table += Line(std::to_string(i + 1), "files", endings);
  }
  return table;
}

}  // namespace dc
