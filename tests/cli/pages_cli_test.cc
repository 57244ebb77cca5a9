// The man pages and the completion, beside what --help says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

constexpr const char* kTools[] = {"train", "prune",  "quantize", "encode", "decode",
                                  "run",   "report", "compress", "import", "inspect"};

class Pages : public ToolTest {
 protected:
  // What --help lists: "--output" and "-o".
  std::set<std::string> HelpOptions(const std::string& tool) {
    const std::string help = Succeed(tool, "--help").out;
    static const std::regex line(R"((?:^|\n)  (?:(-\w) \[ )?(--[\w-]+))");
    std::set<std::string> options;
    for (std::sregex_iterator at(help.begin(), help.end(), line), end; at != end; ++at) {
      options.insert((*at)[2]);
      if ((*at)[1].matched) options.insert((*at)[1]);
    }
    return options;
  }

  // What bash offers after the words of `line`, the last of which is being written; sorted. Words
  // are split as bash splits them: "=" and ":" stand alone.
  std::vector<std::string> Complete(const std::string& line) {
    Write("complete.sh", "PATH=" DC_TOOLS_DIR ":$PATH\nsource " DC_COMPLETION "\nCOMP_WORDS=(" +
                             line +
                             ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                             "_dc_tool\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
    const Outcome done = Shell("bash --norc complete.sh");
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_EQ(done.err, "") << line;
    std::vector<std::string> words;
    std::istringstream lines(done.out);
    for (std::string word; std::getline(lines, word);) {
      if (!word.empty()) words.push_back(word);
    }
    std::sort(words.begin(), words.end());
    return words;
  }
};

TEST_F(Pages, HaveEveryOptionOfHelp) {
  for (const char* tool : kTools) {
    const std::set<std::string> options = HelpOptions(tool);
    EXPECT_THAT(options, IsSupersetOf({"--help", "-h", "--version", "--json"})) << tool;

    std::string page = Succeed(tool, "--help-as man").out;
    std::set<std::string> in_page;
    static const std::regex bold(R"(\\fB((?:\\-)+[\w\\-]+)\\fR)");
    static const std::regex dash(R"(\\-)");
    for (std::sregex_iterator at(page.begin(), page.end(), bold), end; at != end; ++at) {
      in_page.insert(std::regex_replace((*at)[1].str(), dash, "-"));
    }
    EXPECT_EQ(in_page, options) << tool;

    const std::vector<std::string> offered = Complete(std::string("dc-") + tool + " -");
    EXPECT_EQ(std::set<std::string>(offered.begin(), offered.end()), options) << tool;
  }
}

TEST_F(Pages, OfManRenderWithoutWarnings) {
  if (Shell("command -v groff").exit_code != 0) GTEST_SKIP() << "there is no groff";
  for (const char* tool : kTools) {
    Write("page.1", Succeed(tool, "--help-as man").out);
    const Outcome shown = Shell("groff -ww -man -Tascii -P-cbou page.1");
    EXPECT_EQ(shown.exit_code, 0) << tool;
    EXPECT_EQ(shown.err, "") << tool;
    for (const char* section :
         {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}) {
      EXPECT_THAT(shown.out, HasSubstr("\n" + std::string(section) + "\n")) << tool;
    }
    // The name as apropos looks for it, an option that can be copied, the other tools.
    EXPECT_THAT(shown.out, HasSubstr("dc-" + std::string(tool) + " - "));
    EXPECT_THAT(shown.out, HasSubstr("--threads N"));
    for (const char* other : kTools) {
      EXPECT_EQ(shown.out.find("dc-" + std::string(other) + "(1)") != std::string::npos,
                std::string(other) != tool)
          << tool << " names " << other;
    }
  }
}

TEST_F(Pages, CompleteWordsThatAnOptionChoosesFrom) {
  EXPECT_THAT(Complete("dc-encode q.onnx --coder ''"),
              ElementsAre("auto", "context", "huffman", "raw"));
  EXPECT_THAT(Complete("dc-encode q.onnx --coder = c"), ElementsAre("context"));
  EXPECT_THAT(Complete("dc-encode q.onnx --order conv = r"), ElementsAre("row"));
  EXPECT_THAT(Complete("dc-decode m.dcz --dialect q"), ElementsAre("qcdq", "qonnx"));
  EXPECT_THAT(Complete("dc-prune m.onnx --schedule ''"),
              ElementsAre("gradual", "iterative", "one-shot"));
  EXPECT_THAT(Complete("dc-train m.onnx --input-layout n"), ElementsAre("nchw", "nhwc"));
  EXPECT_THAT(Complete("dc-import --from h"), ElementsAre("han-net"));
  EXPECT_THAT(Complete("dc-run m.dcz --data ''"),
              ElementsAre("cifar10:", "fashion-mnist", "idx:", "mnist:", "npz:"));
  EXPECT_THAT(Complete("dc-quantize m.onnx --policy ''"), IsSupersetOf({"kmeans", "ternary"}));
  EXPECT_THAT(Complete("dc-quantize m.onnx --policy fc = km"), ElementsAre("kmeans"));
  const std::vector<std::string> methods = Complete("dc-train m.onnx --method ''");
  EXPECT_THAT(methods, IsSupersetOf({"bnn", "dorefa", "lsq", "xnor-net"}));
  EXPECT_EQ(Complete("dc-quantize m.onnx --method ''"), methods);
  for (const std::string& method : methods) {
    EXPECT_THAT(Succeed("quantize", "--list-methods").out, HasSubstr(method + ": "));
  }
  // A number, which nobody can guess, and the name of an option.
  EXPECT_THAT(Complete("dc-run m.dcz --batch ''"), IsEmpty());
  EXPECT_THAT(Complete("dc-compress r.textproto --max"),
              ElementsAre("--max-error", "--max-error-increase"));
}

TEST_F(Pages, CompleteFilesOfTheRightKind) {
  for (const char* file : {"a.onnx", "m.dcz", "r.json", "x.npy", "my.npz", "r.textproto"}) {
    Write(file, "");
  }
  const auto files = [this](const std::string& line) {
    std::vector<std::string> found = Complete(line);
    std::erase(found, "data");  // the folder of the dataset stands everywhere
    return found;
  };
  EXPECT_THAT(files("dc-prune ''"), ElementsAre("a.onnx", "tiny.onnxtxt"));
  EXPECT_THAT(files("dc-run ''"), ElementsAre("m.dcz"));
  EXPECT_THAT(files("dc-encode a.onnx -o ''"), ElementsAre("m.dcz"));
  EXPECT_THAT(files("dc-encode a.onnx --output = m"), ElementsAre("m.dcz"));
  EXPECT_THAT(files("dc-compress --quiet ''"),
              ElementsAre("a.onnx", "r.textproto", "tiny.onnxtxt", "tiny.textproto"));
  EXPECT_THAT(files("dc-run m.dcz --input a = ''"), ElementsAre("x.npy"));
  EXPECT_THAT(files("dc-run m.dcz --json ''"), ElementsAre("r.json"));
  EXPECT_THAT(files("dc-run m.dcz --data npz : m"), ElementsAre("m.dcz", "my.npz"));
  EXPECT_THAT(Complete("dc-run m.dcz --output-dir ''"), ElementsAre("data"));
  // The second argument of dc-import is any file, dc-run takes one only.
  EXPECT_THAT(files("dc-import --from han-net a.onnx r"), ElementsAre("r.json", "r.textproto"));
  EXPECT_THAT(files("dc-run --batch 3 m.dcz ''"), IsEmpty());
}

TEST_F(Pages, AreOneOfTwo) {
  Fail("run", "--help-as info", 2, {"man or completion", "info"});
  // Every tool that is installed is completed.
  const Outcome names = Shell("bash --norc -c 'source " DC_COMPLETION "; complete -p'");
  for (const char* tool : kTools) {
    EXPECT_THAT(names.out, HasSubstr("-F _dc_tool dc-" + std::string(tool) + "\n"));
  }
}

}  // namespace
}  // namespace dc::test
