// Methods of networks of few bits, as a user calls them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

class Methods : public ToolTest {
 protected:
  static constexpr const char* kTraining = " --data idx:data --epochs 6 --batch-size 32 -o ";

  // The error of what `quantized` encodes to, which must be the trainer's own.
  double Deployed(const std::string& quantized, const std::string& json) {
    Succeed("encode", quantized + " -o m.dcz");
    Succeed("run", "m.dcz --data idx:data --json r.json");
    const double error = JsonNumber(Read("r.json"), "error_percent");
    EXPECT_NEAR(error, JsonNumber(Read(json), "error_percent"), 0.5) << quantized;
    return error;
  }
};

TEST_F(Methods, AreListed) {
  const Outcome list = Succeed("quantize", "--list-methods");
  for (const char* name : {"binary-connect", "dorefa", "inq", "lsq", "twn", "xnor-net"}) {
    EXPECT_NE(list.out.find(std::string(name) + ": "), std::string::npos) << name;
  }
}

TEST_F(Methods, TrainFromNothingEncodeAndRun) {
  Succeed("train", std::string("tiny.onnxtxt --method dorefa --bits w=2,a=4") + kTraining +
                       "q.onnx --json q.json");
  EXPECT_LE(Deployed("q.onnx", "q.json"), 40.0);
  Succeed("train", std::string("tiny.onnxtxt --method lsq --bits w=4,a=4 --learning-rate 0.05") +
                       kTraining + "l.onnx --json l.json");
  EXPECT_LE(Deployed("l.onnx", "l.json"), 15.0);
}

TEST_F(Methods, ShareWeightsByAHash) {
  Succeed("train", std::string("tiny.onnxtxt --method hashed-nets --method-options weights=4 "
                               "--learning-rate 0.02") +
                       kTraining + "h.onnx --json h.json");
  EXPECT_LE(Deployed("h.onnx", "h.json"), 50.0);
  const std::string report = Succeed("report", "m.dcz").out;
  EXPECT_NE(report.find("hashed"), std::string::npos) << report;
  EXPECT_NE(Succeed("inspect", "m.dcz").out.find("seed"), std::string::npos);
  // Decoded and encoded again, the file is the same; further training keeps the hash.
  Succeed("decode", "m.dcz -o d.onnx");
  Succeed("encode", "d.onnx -o m2.dcz");
  EXPECT_EQ(Read("m.dcz"), Read("m2.dcz"));
  Succeed("train", std::string("h.onnx --learning-rate 0.001") + kTraining + "h2.onnx");
  Succeed("encode", "h2.onnx -o m3.dcz");
  EXPECT_EQ(Read("m3.dcz").size(), Read("m.dcz").size());
}

// Methods whose networks have batch normalization before their functions: in stages, by losses of
// the layers, with powers of two and shifts.
TEST_F(Methods, OfNormalizedNetworks) {
  Write("mlp.onnxtxt", R"(<ir_version: 7, opset_import: ["" : 13]>
mlp (float[N, 1, 8, 8] image) => (float[N, 4] logits)
<
  float[64, 24] w1, float[24] s1, float[24] b1, float[24] m1, float[24] v1,
  float[24, 4] w2, float[4] s2, float[4] b2, float[4] m2, float[4] v2
>
{
  f = Flatten <axis = 1> (image)
  h = MatMul (f, w1)
  n = BatchNormalization (h, s1, b1, m1, v1)
  r = Relu (n)
  z = MatMul (r, w2)
  logits = BatchNormalization (z, s2, b2, m2, v2)
}
)");
  for (const char* method : {"tnn --method-options samples=200", "lin-talathi", "ftprop",
                             "pow2-net", "fixed-point-net", "bnn --method-options shift-norm=yes",
                             "xnor-net --skip first --method-options k-map=yes"}) {
    Succeed("train", std::string("mlp.onnxtxt --learning-rate 0.02 --optimizer adam --method ") +
                         method + kTraining + "n.onnx --json n.json");
    EXPECT_LE(Deployed("n.onnx", "n.json"), 35.0) << method;
  }
  Fail("train", "tiny.onnxtxt --data idx:data --epochs 1 -o q.onnx --method tnn", 3,
       {"fully connected", "conv_w"});
}

TEST_F(Methods, FineTuneGoOnAndKeepPrunedWeights) {
  Succeed("train", std::string("tiny.onnxtxt --learning-rate 0.05") + kTraining + "t.onnx");
  Succeed("prune", "t.onnx --amounts fc=0.4,conv=0.8 -o p.onnx");
  Succeed("quantize", std::string("p.onnx --method twn --learning-rate 0.01") + kTraining +
                          "q.onnx --json q.json");
  EXPECT_LE(Deployed("q.onnx", "q.json"), 25.0);
  // The same grid under further training.
  const Outcome more =
      Succeed("train", std::string("q.onnx --learning-rate 0.001") + kTraining + "q2.onnx");
  Succeed("encode", "q2.onnx -o q2.dcz");
  const std::string report = Succeed("report", "q2.dcz").out;
  EXPECT_NE(report.find("fc1"), std::string::npos) << report;
}

TEST_F(Methods, LearnFromATeacher) {
  Succeed("train", std::string("tiny.onnxtxt --learning-rate 0.05") + kTraining + "t.onnx");
  Succeed("quantize", std::string("t.onnx --method twn --learning-rate 0.01 --teacher t.onnx "
                                  "--teacher-share 0.7") +
                          kTraining + "q.onnx --json q.json");
  EXPECT_LE(Deployed("q.onnx", "q.json"), 20.0);
  Fail("quantize", std::string("t.onnx --method twn --teacher none.onnx") + kTraining + "q.onnx", 4,
       {"none.onnx"});
}

TEST_F(Methods, ConvertWithoutTrainingAndFindTheirBits) {
  Succeed("train", std::string("tiny.onnxtxt --learning-rate 0.05") + kTraining + "t.onnx");
  Succeed("quantize", "t.onnx --method min-max --data idx:data -o m.onnx --json m.json");
  EXPECT_LE(Deployed("m.onnx", "m.json"), 10.0);
  Succeed("quantize",
          "t.onnx --method min-max --method-options fold=yes,range=mse,bias_correction=yes "
          "--bits w=4 --data idx:data -o m4.onnx --json m4.json");
  EXPECT_LE(Deployed("m4.onnx", "m4.json"), 25.0);
  Succeed("quantize",
          "t.onnx --method ristretto --method-options format=minifloat --data idx:data -o f.onnx "
          "--json f.json");
  EXPECT_LE(Deployed("f.onnx", "f.json"), 15.0);
  Fail("quantize",
       std::string("t.onnx --method qiu --method-options bias_correction=yes") + kTraining +
           "b.onnx",
       2, {"bias_correction", "--epochs 0"});
  const Outcome found = Succeed(
      "quantize",
      "t.onnx --method ristretto --max-error-increase 5 --data idx:data -o r.onnx --json r2.json");
  EXPECT_NE(found.err.find("find bits"), std::string::npos) << found.err;
  EXPECT_LE(Deployed("r.onnx", "r2.json"), 20.0);
}

TEST_F(Methods, SayWhatTheyCannotDoBeforeTraining) {
  const std::string model = "tiny.onnxtxt --data idx:data --epochs 1 -o q.onnx ";
  Fail("quantize", model + "--method bnnn", 2, {"no method", "bnn"});
  Fail("quantize", model + "--method dorefa --bits w=9", 2, {"bits"});
  Fail("quantize", model + "--method bnn --policy ternary", 2, {"a method has no policies"});
  Fail("quantize", model + "--method bnn --skip conv77", 2, {"conv77", "last"});
  Fail("quantize", model + "--method inq --method-options portions=1:2", 2, {"portions"});
  Fail("quantize", model + "--method bnn", 3, {"batch normalization", "conv_w"});
  Fail("quantize", model + "--skip first", 2, {"only a method"});
  Fail("quantize", "tiny.onnxtxt -o q.onnx --method bnn", 2, {"no values yet"});
  Succeed("train", std::string("tiny.onnxtxt --learning-rate 0.05") + kTraining + "t.onnx");
  Fail("quantize", "t.onnx -o q.onnx --method lsq", 2, {"has no data", "--data"});
  Fail("quantize",
       "t.onnx -o q.onnx --data idx:data --method ristretto --bits w=8 "
       "--max-error-increase 1",
       2, {"given or found"});
}

}  // namespace
}  // namespace dc::test
