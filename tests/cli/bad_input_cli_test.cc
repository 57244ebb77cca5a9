// Bad input: one clear line, the documented exit code, nothing left behind, nothing overwritten.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

class BadInputCli : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    Succeed("train", "tiny.onnxtxt --data idx:data --epochs 1 -o trained.onnx");
    Succeed("quantize", "trained.onnx --bits 4 -o quantized.onnx");
    Succeed("encode", "quantized.onnx -o model.dcz");
  }
};

TEST_F(BadInputCli, ATruncatedOrFlippedDczIsRefusedByEveryReader) {
  const std::string good = Read("model.dcz");
  for (size_t keep : {size_t{0}, size_t{3}, size_t{10}, good.size() / 2, good.size() - 1}) {
    Write("bad.dcz", good.substr(0, keep));
    for (const char* tool : {"run", "report"}) Fail(tool, "bad.dcz", 3, {"bad.dcz"});
    Fail("decode", "bad.dcz -o out.onnx", 3, {"bad.dcz"});
  }
  for (size_t at = 0; at < good.size(); at += 97) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    Write("bad.dcz", bad);
    Fail("run", "bad.dcz", 3, {"bad.dcz"});
  }
  Write("bad.dcz", good + "x");
  Fail("run", "bad.dcz", 3, {"bad.dcz"});
}

TEST_F(BadInputCli, ADamagedOnnxFileIsRefused) {
  const std::string good = Read("trained.onnx");
  Write("bad.onnx", good.substr(0, good.size() / 2));
  Fail("prune", "bad.onnx --amounts 0.5 -o out.onnx", 3, {"bad.onnx"});
  Write("bad.onnx", "this is not a model");
  Fail("encode", "bad.onnx -o out.dcz", 3, {"bad.onnx"});
  Fail("prune", "none.onnx --amounts 0.5 -o out.onnx", 4, {"none.onnx"});
  Fail("prune", "data --amounts 0.5 -o out.onnx", 4, {"data"});
}

TEST_F(BadInputCli, AnOperatorThatIsNotCoveredIsNamed) {
  std::string model = Read("tiny.onnxtxt");
  model.replace(model.find("Relu"), 4, "Det ");
  Write("det.onnxtxt", model);
  Fail("train", "det.onnxtxt --data idx:data -o out.onnx", 3, {"Det"});
}

TEST_F(BadInputCli, WhatCannotRunIsRefusedBeforeAnyWork) {
  const std::string head =
      "<ir_version: 7, opset_import: [\"\" : 13]>\n"
      "g (float[N, 4, 4] x) => (float[N, 4, 4] y) ";
  Write("other.onnxtxt", head + "{\n  a = Relu(x)\n  y = Det(a)\n}\n");
  Fail("encode", "other.onnxtxt -o out.dcz", 3, {"Det"});
  // More values than the runtime takes for one sample: a .dcz can hold it.
  Write("large.onnxtxt", head +
                             "\n<int64[3] times = {1, 1, 134217728}> {\n"
                             "  a = Tile(x, times)\n  b = Relu(x)\n  c = Tile(b, times)\n"
                             "  y = Add(a, c)\n}\n");
  // Both nodes at once, and no file.
  Fail("encode", "large.onnxtxt -o out.dcz", 3, {"2^28 values", "node 0, Tile", "node 2, Tile"});
}

TEST_F(BadInputCli, MissingAndWrongDataIsNamed) {
  Fail("train", "tiny.onnxtxt --data idx:nowhere -o out.onnx", 4, {"nowhere"});
  Fail("train", "tiny.onnxtxt --data tarot:data -o out.onnx", 2, {"tarot", "fashion-mnist"});
  Write("data/train-labels-idx1-ubyte", "not labels");
  Fail("train", "tiny.onnxtxt --data idx:data -o out.onnx", 3, {"train-labels-idx1-ubyte"});
}

TEST_F(BadInputCli, AShapeThatDoesNotFitTheDataNamesBoth) {
  std::string model = Read("tiny.onnxtxt");
  model.replace(model.find("float[N, 1, 8, 8]"), 17, "float[N, 3, 9, 9]");
  model.replace(model.find("[4, 1, 3, 3]"), 12, "[4, 3, 3, 3]");
  Write("wide.onnxtxt", model);
  Fail("train", "wide.onnxtxt --data idx:data -o out.onnx", 3, {"3x9x9", "1x8x8"});
}

TEST_F(BadInputCli, AWeightWithNanIsNamed) {
  std::string model = Read("trained.onnx");
  // A TensorProto holds its name (field 8), then its raw data (field 9: tag 0x4a, a length of two
  // bytes for 2304, the floats).
  const size_t name = model.find("fc1_w\x4a");
  ASSERT_NE(name, std::string::npos);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(model.data() + name + 5 + 1 + 2 + 4 * 7, &nan, 4);
  Write("nan.onnx", model);
  for (const char* call : {"prune nan.onnx --amounts 0.5 -o out.onnx",
                           "quantize nan.onnx -o out.onnx", "encode nan.onnx -o out.dcz"}) {
    const std::string text(call);
    const size_t space = text.find(' ');
    Fail(text.substr(0, space), text.substr(space + 1), 3, {"nan.onnx", "fc1_w", "NaN"});
  }
  EXPECT_FALSE(Exists("out.onnx"));
}

TEST_F(BadInputCli, SettingsOutOfRangeAreUsageErrors) {
  for (const char* bits : {"0", "17", "-1", "fc=99", "x"}) {
    Fail("quantize", "trained.onnx --bits " + std::string(bits) + " -o out.onnx", 2, {});
  }
  Fail("quantize", "trained.onnx --policy magic -o out.onnx", 2, {"magic", "kmeans"});
  Fail("prune", "trained.onnx --amounts fc9=0.5 -o out.onnx", 2, {"fc9"});
  Fail("prune", "trained.onnx --amounts 1.5 -o out.onnx", 2, {"1.5"});
  Fail("prune", "trained.onnx -o out.onnx", 2, {"--amounts"});
  Fail("prune", "trained.onnx --amounts 0.5 --epochs 2 -o out.onnx", 2, {"--data"});
  Fail("encode", "quantized.onnx --gap-bits 40 -o out.dcz", 2, {});
  Fail("encode", "quantized.onnx --codebook-type f8 -o out.dcz", 2, {"f8"});
  Fail("run", "model.dcz --batch 0", 2, {"--batch"});
  Fail("run", "", 2, {"MODEL.dcz"});
  Fail("encode", "quantized.onnx", 2, {"-o"});
  Fail("encode", "quantized.onnx --bogus -o out.dcz", 2, {"bogus"});
}

TEST_F(BadInputCli, AFileSystemThatRefusesLeavesTheOldFile) {
  const std::string before = Read("model.dcz");
  // A limit on file size stands in for a full disk: the write fails in the middle.
  Shell("cp trained.onnx old.onnx");
  const Outcome full =
      Shell("ulimit -f 1; '" + Tool("prune") + "' trained.onnx --amounts 0.5 --quiet -o old.onnx");
  EXPECT_EQ(full.exit_code, 4) << full.err;
  EXPECT_NE(full.err.find("old.onnx"), std::string::npos) << full.err;
  for (const std::string& file : Files()) EXPECT_EQ(file.find(".tmp"), std::string::npos) << file;
  EXPECT_EQ(Read("old.onnx"), Read("trained.onnx"));
  Fail("encode", "quantized.onnx -o nowhere/out.dcz", 4, {"nowhere/out.dcz"});
  Fail("encode", "quantized.onnx -o data", 4, {"data"});
  EXPECT_EQ(Read("model.dcz"), before);
}

TEST_F(BadInputCli, TrainingWithTooLittleMemoryIsOneLine) {
  const auto with_memory = [&](int kilobytes, const std::string& arguments) {
    return Shell("ulimit -v " + std::to_string(kilobytes) + "; ulimit -c 0; '" + Tool("prune") +
                 "' " + arguments);
  };
  int loaded = 0, refused = 0;
  for (int kilobytes = 45000; kilobytes < 110000; kilobytes += 1500) {
    if (with_memory(kilobytes, "--version").exit_code != 0) continue;
    ++loaded;
    const Outcome outcome =
        with_memory(kilobytes,
                    "trained.onnx --amounts 0.5 --data idx:data --epochs 1 --threads 2 --quiet "
                    "-o little.onnx");
    SCOPED_TRACE(std::to_string(kilobytes) + " KB: " + outcome.err);
    ASSERT_TRUE(outcome.exit_code == 0 || outcome.exit_code == 3) << outcome.exit_code;
    if (outcome.exit_code == 0) continue;
    ++refused;
    EXPECT_NE(outcome.err.find("not enough memory"), std::string::npos);
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
  }
  if (loaded == 0) GTEST_SKIP() << "built with sanitizers, a program takes more to begin with";
  EXPECT_GT(refused, 3);
}

TEST_F(BadInputCli, DataOfAnotherShapeIsRefusedByTheRuntime) {
  Fail("run", "model.dcz --data fashion-mnist", 3, {"1x8x8", "1x28x28"});
}

}  // namespace
}  // namespace dc::test
