// dc-train, dc-prune, dc-quantize, dc-encode, dc-decode, dc-run and dc-report, one after another.
#include <gtest/gtest.h>

#include <string>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

class StageTools : public ToolTest {
 protected:
  // trained.onnx in the folder.
  void Train() {
    Succeed("train",
            "tiny.onnxtxt --data idx:data --epochs 6 --batch-size 32 --learning-rate 0.05 "
            "-o trained.onnx --log log.csv");
  }
  // model.dcz from trained.onnx without data.
  void CompressWithoutData() {
    Succeed("prune", "trained.onnx --amounts conv=0.8,fc=0.4 -o pruned.onnx");
    Succeed("quantize", "pruned.onnx --bits 4 -o quantized.onnx");
    Succeed("encode", "quantized.onnx -o model.dcz");
  }
};

TEST_F(StageTools, TrainWritesAModelAndALogAndLearns) {
  const Outcome run = Succeed("train",
                              "tiny.onnxtxt --data idx:data --epochs 6 --batch-size 32 "
                              "--learning-rate 0.05 -o trained.onnx --log log.csv --json t.json");
  EXPECT_LE(JsonNumber(Read("t.json"), "error_percent"), 5.0);
  const std::string log = Read("log.csv");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 7) << log;
  EXPECT_FALSE(Exists("trained.onnx.checkpoint"));
  EXPECT_NE(run.out.find("trained.onnx: "), std::string::npos);
}

TEST_F(StageTools, TheLineWorksWithoutDataAndEveryToolSaysBytes) {
  Train();
  const Outcome prune = Succeed("prune", "trained.onnx --amounts conv=0.8,fc=0.4 -o pruned.onnx");
  EXPECT_NE(prune.out.find("bytes"), std::string::npos);
  const Outcome quantize = Succeed("quantize", "pruned.onnx --bits 4 -o quantized.onnx");
  EXPECT_NE(quantize.out.find("kmeans, 4 bits"), std::string::npos) << quantize.out;
  const Outcome encode = Succeed("encode", "quantized.onnx -o model.dcz --json e.json");
  EXPECT_EQ(JsonNumber(Read("e.json"), "file_bytes"),
            static_cast<double>(Read("model.dcz").size()));
  const Outcome run = Succeed("run", "model.dcz --data idx:data --json r.json");
  EXPECT_LE(JsonNumber(Read("r.json"), "error_percent"), 10.0) << run.out;
}

TEST_F(StageTools, DecodeGivesBackCodesAndCentroidsThatEncodeToTheSameFile) {
  Train();
  CompressWithoutData();
  Succeed("decode", "model.dcz -o decoded.onnx");
  Succeed("encode", "decoded.onnx -o again.dcz");
  EXPECT_EQ(Read("again.dcz"), Read("model.dcz"));
  Succeed("encode", "quantized.onnx --keep-names -o named.dcz");
  EXPECT_GT(Read("named.dcz").size(), Read("model.dcz").size());
  Succeed("decode", "named.dcz -o named.onnx");
  EXPECT_NE(Read("named.onnx").find("fc1_w_codebook"), std::string::npos);
}

TEST_F(StageTools, MasksAndCodebooksSurviveFurtherTraining) {
  Train();
  CompressWithoutData();
  const std::string more = " --data idx:data --epochs 2 --batch-size 32 --learning-rate 0.001 -o ";
  const Outcome pruned = Succeed("train", "pruned.onnx" + more + "pruned2.onnx");
  Succeed("quantize", "pruned2.onnx --bits 4 --json q.json -o quantized2.onnx");
  // 0.8 * 36 + 0.4 * 576 + 0.4 * 64 weights, each count rounded; dead neurons can only lower it.
  const std::string json = Read("q.json");
  double survivors = 0;
  for (size_t at = 0; (at = json.find("\"survivors\":", at)) != std::string::npos; ++at) {
    survivors += std::strtod(json.c_str() + at + 12, nullptr);
  }
  EXPECT_GT(survivors, 200);
  EXPECT_LE(survivors, 29 + 230 + 26);
  Succeed("train", "quantized.onnx" + more + "quantized3.onnx");
  Succeed("encode", "quantized3.onnx -o model3.dcz --json e.json");
  EXPECT_NEAR(static_cast<double>(Read("model3.dcz").size()),
              static_cast<double>(Read("model.dcz").size()), 200);
}

TEST_F(StageTools, AFileThatAllowsInputsOf8BitsIsRunSampleBySample) {
  Train();
  CompressWithoutData();
  const Outcome encode =
      Succeed("encode", "quantized.onnx --int8-activations --data idx:data -o bytes.dcz");
  // Each number with the error that dc-run has.
  const auto error_of = [&](const std::string& options) {
    const std::string out = Succeed("run", "bytes.dcz --data idx:data" + options).out;
    EXPECT_NE(out.find(options.find("float") == std::string::npos ? "at batch 1 " : "at batch 64"),
              std::string::npos)
        << out;
    const size_t at = out.find("top-1 error  ") + 13;
    return out.substr(at, out.find('\n', at) - at);
  };
  const std::string rounded = "inputs of 8 bits: error ", floats = "; floats: error ";
  // Plain loops round wherever the test runs.
  if (encode.out.find("by plain loops") != std::string::npos) {
    EXPECT_NE(encode.out.find(rounded + error_of(" --reference")), std::string::npos);
  } else {
    EXPECT_NE(encode.out.find(rounded + error_of("")), std::string::npos) << encode.out;
  }
  EXPECT_NE(encode.out.find(floats + error_of(" --float-activations")), std::string::npos);
  EXPECT_NE(Succeed("inspect", "bytes.dcz").out.find("may be rounded to 8 bits"),
            std::string::npos);
  Fail("encode", "quantized.onnx --data idx:data -o x.dcz", 2, {"--int8-activations"});
  Fail("run", "bytes.dcz --float-activations --int8-activations", 2, {"contradict"});
  EXPECT_FALSE(Exists("x.dcz"));
}

TEST_F(StageTools, EveryPolicyGoesThroughEncodeAndRun) {
  Train();
  for (const char* policy : {"kmeans", "ternary", "fixed_point"}) {
    const std::string name(policy);
    Succeed("quantize", "trained.onnx --policy " + name + " --bits 6 --data idx:data --epochs 1 " +
                            "--learning-rate 0.001 -o q.onnx");
    Succeed("encode", "q.onnx -o " + name + ".dcz");
    Succeed("run", name + ".dcz --data idx:data --json r.json");
    EXPECT_LE(JsonNumber(Read("r.json"), "error_percent"), 25.0) << name;
    Succeed("run", name + ".dcz --data idx:data --json f.json --reference");
    EXPECT_EQ(JsonNumber(Read("r.json"), "error_percent"),
              JsonNumber(Read("f.json"), "error_percent"));
  }
}

TEST_F(StageTools, RunExplainsAndMeasuresEveryLayer) {
  Train();
  CompressWithoutData();
  for (const char* options : {" --batch 1", " --batch 64 --explain", " --batch 1 --reference"}) {
    const std::string text = Succeed("run", std::string("model.dcz --threads 1") + options).out;
    for (const char* word : {"bytes in RAM", "us", "share", "why", "Conv", "Gemm", "MaxPool",
                             "% of the weights are kept"}) {
      EXPECT_NE(text.find(word), std::string::npos) << word << " is missing from\n" << text;
    }
    const bool single = std::string(options).find("64") == std::string::npos;
    EXPECT_NE(text.find(single ? "\n1 sample at a time" : "samples at a time"), std::string::npos)
        << text;
  }
}

TEST_F(StageTools, ThePapersLayoutIsSelectable) {
  Train();
  CompressWithoutData();
  Succeed("encode", "quantized.onnx --gap-bits conv=8,fc=5 --order row -o paper.dcz --json p.json");
  const std::string json = Read("p.json");
  EXPECT_NE(json.find("\"index_bits\": 8"), std::string::npos) << json;
  EXPECT_NE(json.find("\"index_bits\": 5"), std::string::npos) << json;
  EXPECT_LE(Read("model.dcz").size(), Read("paper.dcz").size());
  Succeed("encode", "quantized.onnx --coder raw -o fixed.dcz");
  EXPECT_LE(Read("model.dcz").size(), Read("fixed.dcz").size());
  Succeed("encode", "quantized.onnx --codebook-type f16 -o half.dcz");
  EXPECT_LT(Read("half.dcz").size(), Read("model.dcz").size());
}

TEST_F(StageTools, ScanPrintsErrorAgainstDensityPerLayer) {
  Train();
  const Outcome scan = Succeed("prune", "trained.onnx --scan --data idx:data --json s.json");
  for (const char* layer : {"conv_w", "fc1_w", "fc2_w"}) {
    EXPECT_NE(scan.out.find(layer), std::string::npos) << scan.out;
  }
  EXPECT_NE(Read("s.json").find("\"sensitivity\""), std::string::npos);
}

TEST_F(StageTools, ReportAccountsForEveryByte) {
  Train();
  CompressWithoutData();
  const Outcome report = Succeed("report", "model.dcz --json r.json");
  for (const char* word : {"header", "table", "manifest", "codebooks", "codes", "gaps", "biases",
                           "checksums", "dense f32, zstd -19", "pruned f32, zstd -19"}) {
    EXPECT_NE(report.out.find(word), std::string::npos) << "no " << word << " in\n" << report.out;
  }
  const std::string json = Read("r.json");
  const size_t begin = json.find("\"parts\""), end = json.find("\"comparison\"");
  ASSERT_LT(begin, end);
  double sum = 0;
  for (size_t at = begin; (at = json.find("\"bytes\":", at)) < end; ++at) {
    sum += std::strtod(json.c_str() + at + 8, nullptr);
  }
  EXPECT_EQ(sum, static_cast<double>(Read("model.dcz").size()));
}

TEST_F(StageTools, RunMapsAnArrayToAnArrayAndNamesClasses) {
  Train();
  CompressWithoutData();
  // Two images by hand: quadrant 0 bright, then quadrant 3 bright, already scaled to 0..1.
  std::string npy("\x93NUMPY\x01\x00", 8);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 8, 8), }";
  header += std::string(118 - header.size() - 1, ' ') + "\n";
  npy += std::string(1, static_cast<char>(118)) + std::string(1, '\0') + header;
  for (int image : {0, 3}) {
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x) {
        const float v = (y / 4) * 2 + x / 4 == image ? 0.6f : 0.2f;
        npy.append(reinterpret_cast<const char*>(&v), 4);
      }
    }
  }
  Write("x.npy", npy);
  Write("names.txt", "top-left\ntop-right\nbottom-left\nbottom-right\n");
  const Outcome run =
      Succeed("run", "model.dcz --input x.npy --output y.npy --topk 2 --labels names.txt");
  EXPECT_NE(run.out.find("0: top-left "), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("1: bottom-right "), std::string::npos) << run.out;
  EXPECT_NE(Read("y.npy").find("(2, 4)"), std::string::npos);
}

TEST_F(StageTools, WeightsThatLearnTheirNoisePruneThemselves) {
  Train();
  const std::string learn =
      "trained.onnx --data idx:data --importance variational --criterion threshold --epochs 8 "
      "--batch-size 32 --optimizer adam --learning-rate 0.01 --group-lasso 0.0001 ";
  Succeed("prune", learn +
                       "--amounts fc=2 --schedule gradual --kl-weight 10 --json p.json "
                       "-o pruned.onnx");
  const std::string json = Read("p.json");
  EXPECT_LE(JsonNumber(json, "error_percent"), 15.0);
  const size_t fc1 = json.find("fc1_w");
  ASSERT_NE(fc1, std::string::npos);
  const double survivors = JsonNumber(json.substr(fc1), "survivors");
  EXPECT_GT(survivors, 0);
  EXPECT_LT(survivors, 450);  // of 576
  Fail("prune", learn + "--amounts fc=2 -o p.onnx", 2, {"--schedule gradual", "--ramp"});
  Fail("prune", "none.onnx --importance variational --amounts fc=0.5 -o p.onnx", 2, {"--epochs"});
  Fail("quantize", "none.onnx --bits 4 --epochs 1 --group-lasso 0.1 -o q.onnx", 2,
       {"--group-lasso", "lambda"});
}

TEST_F(StageTools, LayersThatAreLeftAloneAreListed) {
  Train();
  const Outcome prune = Succeed("prune", "trained.onnx --amounts fc=0.4 -q -o pruned.onnx");
  EXPECT_NE(prune.out.find("not pruned: 'conv_w', 144 bytes"), std::string::npos) << prune.out;
  const Outcome quantize = Succeed("quantize", "pruned.onnx -q --json q.json -o quantized.onnx");
  EXPECT_EQ(quantize.out.find("not quantized"), std::string::npos) << quantize.out;
  EXPECT_NE(Read("q.json").find("\"uncompressed\": []"), std::string::npos);
  const Outcome encode = Succeed("encode", "pruned.onnx -q --json e.json -o floats.dcz");
  EXPECT_NE(encode.out.find("not quantized: 'fc1_w'"), std::string::npos) << encode.out;
  EXPECT_NE(Read("e.json").find("\"reason\": \"the weight has no codebook\""), std::string::npos);
  const Outcome report = Succeed("report", "floats.dcz");
  EXPECT_NE(report.out.find("not quantized: 'fc1.weight'"), std::string::npos) << report.out;
}

TEST_F(StageTools, SettingsAreCheckedBeforeAnyWork) {
  Fail("train", "none.onnx --data idx:data --epochs -1 -o t.onnx", 2, {"--epochs", "at least 0"});
  Fail("prune", "none.onnx --amounts fc=2 -o p.onnx", 2, {"--amounts", "up to 1"});
  Fail("quantize", "none.onnx --bits 17 -o q.onnx", 2, {"--bits", "1 to 16 bits"});
  Fail("encode", "none.onnx --coder zip -o m.dcz", 2, {"--coder", "huffman"});
  Fail("compress", "tiny.textproto --data idx:data -o out --set quantize.bits=17", 2,
       {"quantize.bits", "17"});
  Fail("compress", "tiny.textproto --data idx:data -o out --set goal.min_ratio=nan", 2,
       {"goal.min_ratio"});
  Fail("compress", "tiny.textproto --data idx:data -o out --set quantize.bits=none_w=3", 2,
       {"none_w", "fc1_w"});
}

TEST_F(StageTools, HelpHasAnExampleAndVersionANumber) {
  for (const char* tool :
       {"train", "prune", "quantize", "encode", "decode", "run", "report", "compress"}) {
    const Outcome help = Succeed(tool, "--help");
    EXPECT_NE(help.out.find("Example:\n  dc-" + std::string(tool)), std::string::npos) << help.out;
    EXPECT_TRUE(help.err.empty());
    EXPECT_EQ(Succeed(tool, "--version").out.rfind("dc-" + std::string(tool) + " ", 0), 0u);
  }
}

}  // namespace
}  // namespace dc::test
