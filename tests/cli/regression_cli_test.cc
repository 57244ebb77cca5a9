// Networks whose outputs are numbers: trained, compressed, measured, refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "base/rng.h"
#include "cli/tool_runner.h"
#include "unit/data/packing.h"

namespace dc::test {
namespace {

using testing::HasSubstr;

// Arrays of one part of a dataset, row after row.
struct Part {
  int64_t count = 0;
  std::vector<float> x, y;
};

std::string TextOf(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

class RegressionCli : public ToolTest {
 protected:
  static Bytes Array(const Part& part, const std::vector<float>& values, const std::string& shape) {
    return NpyFile(NpyHeader("<f4", "(" + std::to_string(part.count) + ", " + shape + ")"),
                   BytesOf(values));
  }

  // Writes NAME.npz, and the test samples alone as NAME.npy.
  void WriteData(const std::string& name, const Part& train, const Part& test,
                 const std::string& x_shape, const std::string& y_shape) const {
    ZipWriter zip;
    for (const auto& [suffix, part] : {std::pair{"train", &train}, {"test", &test}}) {
      zip.Add("x_" + std::string(suffix) + ".npy", Array(*part, part->x, x_shape), false);
      zip.Add("y_" + std::string(suffix) + ".npy", Array(*part, part->y, y_shape), false);
    }
    Write(name + ".npz", TextOf(zip.Finish()));
    Write(name + ".npy", TextOf(Array(test, test.x, x_shape)));
  }

  // What `model` makes of the samples in NAME.npy, by arrays in and out, against the targets: the
  // mean squared error, and the share of the variance that it is, in percent.
  std::pair<double, double> Measure(const std::string& model, const std::string& name,
                                    const Part& test, const std::string& output) const {
    Succeed("run", model + " --input " + name + ".npy --output-dir arrays");
    const std::string file = Read("arrays/" + output + ".npy");
    std::vector<float> y(test.y.size());
    EXPECT_GE(file.size(), y.size() * sizeof(float));
    std::memcpy(y.data(), file.data() + file.size() - y.size() * sizeof(float),
                y.size() * sizeof(float));
    const auto count = static_cast<size_t>(test.count);
    const size_t width = y.size() / count;
    double squares = 0, spread = 0;
    for (size_t k = 0; k < width; ++k) {
      double mean = 0;
      for (size_t i = 0; i < count; ++i) mean += test.y[i * width + k];
      mean /= static_cast<double>(count);
      for (size_t i = 0; i < count; ++i) {
        squares += std::pow(static_cast<double>(y[i * width + k]) - test.y[i * width + k], 2);
        spread += std::pow(test.y[i * width + k] - mean, 2);
      }
    }
    return {squares / static_cast<double>(y.size()), 100 * squares / spread};
  }

  // What dc-run --data says of `model` is what arrays show; returns the percentage.
  double ExpectMeasured(const std::string& model, const std::string& name, const Part& test,
                        const std::string& output) const {
    const auto [squared, percent] = Measure(model, name, test, output);
    const Outcome run = Succeed("run", model + " --data npz:" + name + ".npz --json run.json");
    const std::string json = Read("run.json");
    EXPECT_NEAR(JsonNumber(json, "mean_squared_error"), squared, 1e-6 * squared);
    EXPECT_NEAR(JsonNumber(json, "error_percent"), percent, 1e-6 * percent);
    EXPECT_THAT(json, testing::Not(HasSubstr("top5")));
    char line[128];
    std::snprintf(line, sizeof(line), "samples      %lld\nmean squared error %g, unexplained ",
                  static_cast<long long>(test.count), squared);
    EXPECT_THAT(run.out, HasSubstr(line));
    std::snprintf(line, sizeof(line), "variance %.2f %%\n", percent);
    EXPECT_THAT(run.out, HasSubstr(line));
    EXPECT_THAT(run.out, HasSubstr("us per sample"));
    return percent;
  }
};

// Two numbers of four features.
Part Features(int64_t count, uint64_t seed) {
  Part part;
  part.count = count;
  Rng rng(seed);
  for (int64_t n = 0; n < count; ++n) {
    float x[4];
    for (float& v : x) v = static_cast<float>(2 * rng.Uniform() - 1);
    part.x.insert(part.x.end(), x, x + 4);
    part.y.insert(part.y.end(), {x[0] - 2 * x[1] + 3, x[2] * x[3] + x[0]});
  }
  return part;
}

// Images of 8x8 and the same, blurred along their rows.
Part Images(int64_t count, uint64_t seed) {
  Part part;
  part.count = count;
  Rng rng(seed);
  for (int64_t i = 0; i < 64 * count; ++i) part.x.push_back(static_cast<float>(rng.Uniform()));
  for (size_t i = 0; i < part.x.size(); ++i) {
    const bool edge = i % 8 == 0 || i % 8 == 7;
    part.y.push_back(part.x[i] + (edge ? 0 : 0.5f * (part.x[i - 1] + part.x[i + 1])));
  }
  return part;
}

// The targets are about the pair; the other output is nobody's.
constexpr char kFeatures[] = R"(<ir_version: 8, opset_import: ["" : 13]>
features (float[N, 4] x) => (float[N, 3] hidden, float[N, 2] pair)
<float[24, 4] fc1_w, float[24] fc1_b, float[2, 24] fc2_w, float[2] fc2_b,
 float[3, 24] fc3_w, float[3] fc3_b>
{
  fc1 = Gemm <transB = 1> (x, fc1_w, fc1_b)
  tanh = Tanh (fc1)
  pair = Gemm <transB = 1> (tanh, fc2_w, fc2_b)
  hidden = Gemm <transB = 1> (tanh, fc3_w, fc3_b)
}
)";

constexpr char kImages[] = R"(<ir_version: 8, opset_import: ["" : 13]>
images (float[N, 1, 8, 8] x) => (float[N, 1, 8, 8] y)
<float[16, 1, 3, 3] conv1_w, float[16] conv1_b, float[1, 16, 3, 3] conv2_w, float[1] conv2_b>
{
  conv1 = Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1]> (x, conv1_w, conv1_b)
  relu = Relu (conv1)
  y = Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1]> (relu, conv2_w, conv2_b)
}
)";

// What methods of binary weights ask for.
constexpr char kNormalized[] = R"(<ir_version: 8, opset_import: ["" : 13]>
normalized (float[N, 4] x) => (float[N, 2] pair)
<float[24, 4] fc1_w, float[24] fc1_b, float[24] s1, float[24] o1, float[24] m1, float[24] v1,
 float[2, 24] fc2_w, float[2] fc2_b, float[2] s2, float[2] o2, float[2] m2, float[2] v2>
{
  fc1 = Gemm <transB = 1> (x, fc1_w, fc1_b)
  bn1 = BatchNormalization (fc1, s1, o1, m1, v1)
  relu = Relu (bn1)
  fc2 = Gemm <transB = 1> (relu, fc2_w, fc2_b)
  pair = BatchNormalization (fc2, s2, o2, m2, v2)
}
)";

constexpr char kLine[] = R"(name: "features"
model: "features.onnxtxt"
seed: 3
train { epochs: 40 batch_size: 32 learning_rate: 0.1 validation: 100 keep: "best" }
prune {
  amounts: "fc=0.5" schedule: "gradual" mask_updates: 4
  retrain { epochs: 20 batch_size: 32 learning_rate: 0.1 teacher: "dense" teacher_share: 0.3 }
}
quantize { bits: "fc=6" fine_tune { epochs: 5 batch_size: 32 learning_rate: 0.001 } }
encode { keep_names: true }
goal { max_error_percent: 5 max_error_increase: 4 }
)";

TEST_F(RegressionCli, TheWholeLineLearnsTwoNumbersAndKeepsThem) {
  const Part train = Features(1600, 1), test = Features(300, 2);
  WriteData("features", train, test, "4", "2");
  Write("features.onnxtxt", kFeatures);
  Write("features.textproto", kLine);
  const Outcome run = Succeed("compress", "features.textproto --data npz:features.npz -o out");
  EXPECT_THAT(run.out, HasSubstr("mean squared error  unexplained variance"));
  EXPECT_THAT(run.out, HasSubstr("test error, compressed  mean squared error"));
  const double percent = ExpectMeasured("out/model.dcz", "features", test, "pair");
  EXPECT_LT(percent, 5);
  const std::string whole = Read("out/report.json");
  const std::string json = whole.substr(whole.find("\"baseline_error_percent\""));  // past stages
  EXPECT_NEAR(JsonNumber(json, "error_percent"), percent, 1e-9);
  EXPECT_EQ(JsonNumber(json, "mean_squared_error"),
            JsonNumber(Read("run.json"), "mean_squared_error"));
  EXPECT_LT(JsonNumber(json, "baseline_error_percent"), 2);
  EXPECT_GT(JsonNumber(json, "baseline_mean_squared_error"), 0);
  EXPECT_THAT(Read("out/report.html"), HasSubstr("\"mean_squared_error\""));
  const Outcome report = Succeed("report", "out/model.dcz");
  EXPECT_THAT(report.out, HasSubstr("test error, dense       mean squared error"));

  // The same again is there already; other targets are other data.
  const std::string before = Read("out/model.dcz");
  const Outcome again = Succeed("compress", "features.textproto --data npz:features.npz -o out");
  EXPECT_THAT(again.err, HasSubstr("quantize: out/quantized.onnx is up to date"));
  EXPECT_EQ(Read("out/model.dcz"), before);
  EXPECT_EQ(JsonNumber(Read("out/report.json"), "baseline_mean_squared_error"),
            JsonNumber(json, "baseline_mean_squared_error"));
  EXPECT_EQ(JsonNumber(Read("out/report.json"), "mean_squared_error"),
            JsonNumber(whole, "mean_squared_error"));  // of the first stage, from its record
  Part moved = test;
  moved.y[0] += 1;
  WriteData("features", train, moved, "4", "2");
  const Outcome other = Succeed("compress", "features.textproto --data npz:features.npz -o out");
  EXPECT_THAT(other.err, testing::Not(HasSubstr("up to date")));

  // A goal is one of the unexplained variance.
  Fail("compress",
       "features.textproto --data npz:features.npz -o out --set goal.max_error_percent=0.001", 1,
       {"goal is not met", "above 0.00 %"});
}

TEST_F(RegressionCli, TheSmallestFileIsFoundWithinAnUnexplainedVariance) {
  const Part train = Features(1600, 1), test = Features(300, 2);
  WriteData("features", train, test, "4", "2");
  Write("features.onnxtxt", kFeatures);
  Succeed("train",
          "features.onnxtxt --data npz:features.npz --epochs 40 --learning-rate 0.1 -o dense.onnx");
  const std::string quick =
      " --set prune.retrain.epochs=4 --set quantize.fine_tune.epochs=2 "
      "--set prune.retrain.batch_size=16 --set quantize.fine_tune.batch_size=16";
  Succeed("compress",
          "dense.onnx --smallest --max-error-increase 20 --data npz:features.npz -o s" + quick);
  EXPECT_LT(JsonNumber(Read("s/report.json"), "error_percent"), 25);
  // Without training a network knows less than the means.
  Succeed("train", "features.onnxtxt --data npz:features.npz --epochs 0 -o fresh.onnx");
  const Outcome fresh =
      Run("compress", "fresh.onnx --smallest --max-error 20 --data npz:features.npz -o t" + quick);
  EXPECT_EQ(fresh.exit_code, 2);
  EXPECT_THAT(fresh.err, HasSubstr("not trained: its mean squared error"));
}

TEST_F(RegressionCli, AConvolutionLearnsAnImageStageByStage) {
  const Part train = Images(400, 1), test = Images(60, 2);
  WriteData("images", train, test, "1, 8, 8", "1, 8, 8");
  Write("images.onnxtxt", kImages);
  const std::string adam = " --data npz:images.npz --optimizer adam --batch-size 32 ";
  const Outcome trained =
      Succeed("train", "images.onnxtxt -o trained.onnx --epochs 40" + adam +
                           "--learning-rate 0.01 --plot chart.svg --log log.csv");
  EXPECT_THAT(trained.out, HasSubstr("test mean squared error "));
  EXPECT_THAT(Read("chart.svg"), HasSubstr("unexplained variance, %"));
  EXPECT_THAT(Read("log.csv"), HasSubstr("epoch,learning_rate,train_loss,train_error_percent"));
  Succeed("prune", "trained.onnx -o pruned.onnx --amounts conv=0.5 --schedule gradual --epochs 10" +
                       adam + "--learning-rate 0.002");
  Succeed("quantize", "pruned.onnx -o quantized.onnx --bits conv=6 --epochs 4" + adam +
                          "--learning-rate 0.0002");
  Succeed("encode", "quantized.onnx --keep-names -o model.dcz");
  EXPECT_LT(ExpectMeasured("model.dcz", "images", test, "y"), 6);
  const Outcome scan = Succeed("prune", "trained.onnx --scan --data npz:images.npz");
  EXPECT_THAT(scan.out, HasSubstr("variance"));
  // A method's activations are quantized by what they are on the data.
  Succeed("quantize", "trained.onnx -o q.onnx --method min-max --data npz:images.npz");
  Succeed("encode", "q.onnx --keep-names -o q.dcz");
  EXPECT_LT(ExpectMeasured("q.dcz", "images", test, "y"), 12);
}

TEST_F(RegressionCli, WhatDoesNotFitIsRefused) {
  const Part train = Features(200, 1), test = Features(40, 2);
  WriteData("features", train, test, "4", "2");
  WriteData("many", train, test, "4", "2, 1, 1");
  WriteData("images", Images(100, 1), Images(10, 2), "1, 8, 8", "1, 8, 8");
  Write("features.onnxtxt", kFeatures);
  Write("images.onnxtxt", kImages);
  const std::string call = "features.onnxtxt --data npz:features.npz -o t.onnx ";
  Fail("train", call + "--loss squared-hinge", 2, {"squared hinge", "mean-squared-error"});
  Fail("train", call + "--label-smoothing 0.1", 2, {"label_smoothing", "regression"});
  Fail("train", call + "--logits hidden", 3, {"targets of 2 numbers", "\"hidden\""});
  Write("normalized.onnxtxt", kNormalized);
  const std::string binary =
      "normalized.onnxtxt --data npz:features.npz --method binary-connect --epochs 2 -o b.onnx ";
  Fail("train", binary, 2, {"squared hinge", "mean-squared-error"});
  Succeed("train", binary + "--loss mean-squared-error");
  Fail("train", "tiny.onnxtxt --data idx:data -o t.onnx --loss mean-squared-error", 2,
       {"labels of classes"});
  Fail("train", "images.onnxtxt --data npz:images.npz -o t.onnx --augment-flip", 2,
       {"do not move with their images"});
  Fail("train", "images.onnxtxt --data npz:features.npz -o t.onnx", 3, {"1x8x8"});
  Succeed("train", "features.onnxtxt --data npz:many.npz --epochs 1 -o many.onnx");
  Part same = test;
  for (float& v : same.y) v = 4;
  WriteData("same", train, same, "4", "2");
  Fail("train", "features.onnxtxt --data npz:same.npz -o t.onnx", 3, {"y_test", "all the same"});
}

}  // namespace
}  // namespace dc::test
