// dc-import: a file of another tool in, then the same line of tools as for our own.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/tool_runner.h"
#include "unit/model/han_net_packer.h"

namespace dc::test {
namespace {

class ImportCli : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    Write("tiny.net", PackNet(TinyNet()));
  }

  // Weights for the tool runner's network: conv 4x1x3x3, fc 16x36, fc 4x16.
  static std::vector<NetLayer> TinyNet() {
    return {Layer(4, 36, 2, 256), Layer(16, 576, 9, 16), Layer(4, 64, 20, 16)};
  }

  // Every `step`-th weight survives, with codes 1, 2, 3, ...
  static NetLayer Layer(size_t outputs, size_t weights, size_t step, int entries) {
    NetLayer layer;
    layer.codebook = SomeCodebook(entries);
    for (size_t i = 0; i < outputs; ++i) layer.bias.push_back(0.5f * static_cast<float>(i));
    std::vector<int> codes(weights, 0);
    int next = 0;
    for (size_t i = 0; i < weights; i += step) codes[i] = 1 + next++ % (entries - 1);
    StoreCodes(codes, 0, &layer);
    return layer;
  }
};

TEST_F(ImportCli, AnImportedFileGoesThroughTheLine) {
  const Outcome import =
      Succeed("import", "--from han-net tiny.onnxtxt tiny.net -o quantized.onnx --json i.json");
  EXPECT_NE(import.out.find("fc1_w"), std::string::npos) << import.out;
  EXPECT_NE(import.out.find("4 bits, 16 entries"), std::string::npos) << import.out;
  EXPECT_EQ(JsonNumber(Read("i.json"), "survivors"), 18);  // of the first layer: 36 / 2
  Succeed("encode", "quantized.onnx -o model.dcz --json e.json");
  EXPECT_EQ(JsonNumber(Read("e.json"), "baseline_bytes"), 4 * (36 + 4 + 576 + 16 + 64 + 4));
  Succeed("decode", "model.dcz -o decoded.onnx");
  Succeed("encode", "decoded.onnx -o again.dcz");
  EXPECT_EQ(Read("again.dcz"), Read("model.dcz"));
  Succeed("run", "model.dcz --data idx:data");
}

TEST_F(ImportCli, SaysWhatChanged) {
  std::vector<NetLayer> net = TinyNet();
  std::swap(net[1].codebook[0], net[1].codebook[3]);
  for (int& code : net[1].codes) code = code == 0 ? 3 : code == 3 ? 0 : code;
  Write("moved.net", PackNet(net));
  Succeed("import", "--from han-net tiny.onnxtxt tiny.net -o a.onnx");
  const Outcome import = Succeed("import", "--from han-net tiny.onnxtxt moved.net -o b.onnx");
  EXPECT_NE(import.err.find("fc1_w: codes 0 and 3 changed places"), std::string::npos)
      << import.err;
  EXPECT_EQ(Read("b.onnx"), Read("a.onnx"));
}

TEST_F(ImportCli, BadCallsAndFilesAreRefusedInOneLine) {
  Fail("import", "tiny.onnxtxt tiny.net -o q.onnx", 2, {"--from", "han-net"});
  Fail("import", "--from torch tiny.onnxtxt tiny.net -o q.onnx", 2, {"'torch'", "han-net"});
  Fail("import", "--from han-net tiny.onnxtxt -o q.onnx", 2, {"FILE is missing"});
  Fail("import", "--from han-net tiny.onnxtxt tiny.net", 2, {"-o QUANTIZED.onnx"});
  Fail("import", "--from han-net tiny.onnxtxt none.net -o q.onnx", 4, {"none.net"});
  const std::string net = Read("tiny.net");
  Write("short.net", net.substr(0, net.size() - 1));
  Fail("import", "--from han-net tiny.onnxtxt short.net -o q.onnx", 3,
       {"short.net", "layer 3 of 3", "'fc2_w'", "gaps"});
  Write("long.net", net + "x");
  Fail("import", "--from han-net tiny.onnxtxt long.net -o q.onnx", 3,
       {"long.net", "1 bytes follow"});
}

}  // namespace
}  // namespace dc::test
