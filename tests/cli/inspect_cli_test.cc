// dc-inspect: structure, hex dump, tables of the specification, damaged files.
#include <gtest/gtest.h>

#include <string>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

class InspectCli : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    Succeed("train", "tiny.onnxtxt --data idx:data --epochs 1 -o trained.onnx");
    Succeed("prune", "trained.onnx --amounts conv=0.8,fc=0.3 -o pruned.onnx");
    Succeed("quantize", "pruned.onnx --bits 4 -o quantized.onnx");
    Succeed("encode", "quantized.onnx -o model.dcz");
  }

  static void ExpectWords(const std::string& text, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      EXPECT_NE(text.find(word), std::string::npos) << "no '" << word << "' in\n" << text;
    }
  }
};

TEST_F(InspectCli, PrintsStructureAndJson) {
  const Outcome print = Succeed("inspect", "model.dcz --json i.json");
  ExpectWords(print.out, {"format 1.", "manifest", "checksum", "16x36, table of", "Gemm(",
                          "transB = 1", "Conv(v0, v1, v2)", "codes: ", "outputs"});
  EXPECT_EQ(JsonNumber(Read("i.json"), "file_bytes"),
            static_cast<double>(Read("model.dcz").size()));
}

TEST_F(InspectCli, DumpsBytesWithTheirFields) {
  const Outcome dump = Succeed("inspect", "model.dcz --hex");
  ExpectWords(dump.out, {"89 44 43 5a", "magic", "version 1.", "op 1, Conv", "bytes more"});
  const Outcome all = Succeed("inspect", "model.dcz --hex --all");
  EXPECT_EQ(all.out.find("bytes more"), std::string::npos);
  EXPECT_GT(all.out.size(), dump.out.size());
}

TEST_F(InspectCli, PrintsTheTablesOfTheSpecification) {
  const Outcome spec = Succeed("inspect", "--spec");
  ExpectWords(spec.out, {"<!-- dc-inspect --spec: operators -->", "| 1 | Conv | 2–3 |",
                         "<!-- dc-inspect --spec: limits -->", "<!-- end -->"});
}

TEST_F(InspectCli, ShowsWhatItCanOfADamagedFile) {
  std::string bytes = Read("model.dcz");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  Write("bad.dcz", bytes);
  Fail("inspect", "bad.dcz", 3, {"bad.dcz", "checksum"});
  const Outcome print = Run("inspect", "bad.dcz");
  EXPECT_EQ(print.exit_code, 3);
  ExpectWords(print.out, {"manifest", "wrong", "Conv("});
  Write("cut.dcz", bytes.substr(0, 30));
  Fail("inspect", "cut.dcz --hex", 3, {"cut.dcz"});
  EXPECT_NE(Run("inspect", "cut.dcz --hex").out.find("magic"), std::string::npos);
}

TEST_F(InspectCli, RefusesWrongCalls) {
  Fail("inspect", "", 2, {"MODEL.dcz is missing"});
  Fail("inspect", "model.dcz --spec", 2, {"--spec"});
  Fail("inspect", "model.dcz --all", 2, {"--hex"});
  Fail("inspect", "none.dcz", 4, {"none.dcz"});
}

}  // namespace
}  // namespace dc::test
