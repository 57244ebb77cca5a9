// dc-compress: the whole line, its files, its goals, and what a kill leaves behind.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

using CompressCli = ToolTest;

TEST_F(CompressCli, LeavesEveryFileAndAReportThatAddsUp) {
  const Outcome run =
      Succeed("compress", "tiny.textproto --data idx:data -o out --json again.json");
  for (const char* file :
       {"trained.onnx", "pruned.onnx", "quantized.onnx", "model.dcz", "report.json", "report.html",
        "train.csv", "prune.csv", "quantize.csv"}) {
    EXPECT_TRUE(Exists("out/" + std::string(file))) << file;
  }
  EXPECT_EQ(Read("again.json").substr(0, 200), Read("out/report.json").substr(0, 200));
  const std::string json = Read("out/report.json");
  const double size = static_cast<double>(Read("out/model.dcz").size());
  EXPECT_EQ(JsonNumber(json, "file_bytes"), size);
  // 4 * (36 + 4 + 576 + 16 + 64 + 4) float32 parameters.
  EXPECT_EQ(JsonNumber(json, "baseline_bytes"), 4 * 700);
  EXPECT_NEAR(JsonNumber(json, "ratio"), 4 * 700 / size, 1e-6);
  // The quadrants are easy: a line that loses the network on the way would be at 75 %.
  EXPECT_LE(JsonNumber(json, "error_percent"), 5.0);
  EXPECT_NE(run.out.find("whole file"), std::string::npos);
}

TEST_F(CompressCli, LeavesAPageOfTheReportAsDcReportDoes) {
  Succeed("compress", "tiny.textproto --data idx:data -o out --set 'prune.retrain.epochs=2'");
  const std::string page = Read("out/report.html");
  EXPECT_NE(page.find("dc-compress tiny.textproto --data idx:data -o out"), std::string::npos);
  EXPECT_NE(page.find("[\"recipe\",\""), std::string::npos);
  const double size = static_cast<double>(Read("out/model.dcz").size());
  EXPECT_EQ(JsonNumber(page, "file_bytes"), size);
  Succeed("report", "out/model.dcz --html again.html --json again.json");
  const std::string again = Read("again.html");
  for (const char* log : {"train.csv", "prune.csv", "quantize.csv"}) {
    EXPECT_NE(page.find("[\"" + std::string(log) + "\",\"epoch,"), std::string::npos) << log;
    EXPECT_NE(again.find("[\"" + std::string(log) + "\",\"epoch,"), std::string::npos) << log;
  }
  // What was measured is known of the file that it was measured on, and of no other.
  EXPECT_EQ(JsonNumber(again, "error_percent"), JsonNumber(page, "error_percent"));
  Succeed("encode", "out/quantized.onnx --codebook-type f16 -o out/half.dcz");
  const Outcome against =
      Succeed("report", "out/half.dcz --against out/model.dcz --html both.html");
  EXPECT_NE(against.out.find("there: out/model.dcz\nhere:  out/half.dcz\n"), std::string::npos);
  EXPECT_EQ(against.out.find("test error"), std::string::npos);
  EXPECT_NE(Read("both.html").find("\"other\":{"), std::string::npos);
  EXPECT_EQ(Run("report", "out/half.dcz --against out/none.dcz").exit_code, 4);
  EXPECT_EQ(Run("report", "out/half.dcz --against out/trained.onnx").exit_code, 3);
  // Nothing that is read is written over.
  for (const char* file : {"model.dcz", "trained.onnx", "train.csv"}) {
    const std::string before = Read("out/" + std::string(file));
    EXPECT_EQ(Run("report", "out/model.dcz --html out/" + std::string(file)).exit_code, 2) << file;
    EXPECT_EQ(Read("out/" + std::string(file)), before) << file;
  }
  EXPECT_EQ(Run("report", "out/model.dcz --html none/page.html").exit_code, 4);
}

TEST_F(CompressCli, FindsTheSmallestFileWithinABudget) {
  Succeed("compress", "tiny.textproto --data idx:data -o dense");
  const std::string quick =
      " --smallest --data idx:data --set prune.retrain.epochs=2 --set quantize.fine_tune.epochs=2 "
      "--set prune.retrain.batch_size=16 --set quantize.fine_tune.batch_size=16";
  const Outcome run = Run("compress", "dense/trained.onnx --target-bytes 700 -o small" + quick);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_LE(Read("small/model.dcz").size(), 700u);
  EXPECT_NE(run.out.find("held-out error"), std::string::npos);
  EXPECT_NE(Read("small/report.json").find("\"curve\""), std::string::npos);
  EXPECT_NE(Read("small/report.html").find("\"lambda\""), std::string::npos);
  // What it found is a recipe like any other, from any folder.
  Succeed("compress", "small/recipe.textproto --data idx:data -o again");
  EXPECT_EQ(Read("again/model.dcz"), Read("small/model.dcz"));
  // Where no density fits the files stay away, and the exit code says that a goal was missed.
  EXPECT_EQ(Run("compress", "dense/trained.onnx --target-bytes 50 -o none" + quick).exit_code, 1);
  EXPECT_FALSE(Exists("none/model.dcz"));
  EXPECT_EQ(Run("compress", "dense/trained.onnx -o none" + quick).exit_code, 2);
  EXPECT_EQ(Run("compress", "tiny.textproto --target-bytes 700 -o none" + quick).exit_code, 2);
}

TEST_F(CompressCli, TheSameSeedGivesTheSameFileWithAnyNumberOfThreads) {
  Succeed("compress", "tiny.textproto --data idx:data -o one --threads 1");
  Succeed("compress", "tiny.textproto --data idx:data -o three --threads 3");
  EXPECT_EQ(Read("one/model.dcz"), Read("three/model.dcz"));
  Succeed("compress", "tiny.textproto --data idx:data -o other --seed 4");
  EXPECT_NE(Read("one/model.dcz"), Read("other/model.dcz"));
}

TEST_F(CompressCli, ASecondRunOnlyRepeatsWhatChanged) {
  Succeed("compress", "tiny.textproto --data idx:data -o out");
  const std::string first = Read("out/model.dcz");
  const Outcome same = Succeed("compress", "tiny.textproto --data idx:data -o out");
  EXPECT_NE(same.err.find("train: out/trained.onnx is up to date"), std::string::npos);
  EXPECT_NE(same.err.find("quantize: out/quantized.onnx is up to date"), std::string::npos);
  EXPECT_EQ(Read("out/model.dcz"), first);
  const Outcome changed =
      Succeed("compress", "tiny.textproto --data idx:data -o out --set quantize.bits=conv=5,fc=2");
  EXPECT_NE(changed.err.find("prune: out/pruned.onnx is up to date"), std::string::npos);
  EXPECT_EQ(changed.err.find("quantize: out/quantized.onnx is up to date"), std::string::npos);
  EXPECT_LT(Read("out/model.dcz").size(), first.size());
}

TEST_F(CompressCli, AKilledRunGoesOnAndEndsWithTheSameFile) {
  Succeed("compress", "tiny.textproto --data idx:data -o whole --set prune.retrain.epochs=40");
  // Killed as soon as the pruning stage has written a checkpoint.
  const std::string call = "'" + Tool("compress") +
                           "' tiny.textproto --data idx:data -o cut --set prune.retrain.epochs=40";
  Shell(call +
        " & pid=$!; for i in $(seq 2000); do test -e cut/pruned.onnx.checkpoint && break; "
        "sleep 0.005; done; kill -9 $pid; wait $pid");
  EXPECT_TRUE(Exists("cut/trained.onnx"));
  EXPECT_FALSE(Exists("cut/model.dcz"));
  const Outcome rest =
      Succeed("compress", "tiny.textproto --data idx:data -o cut --set prune.retrain.epochs=40");
  EXPECT_NE(rest.err.find("train: cut/trained.onnx is up to date"), std::string::npos);
  EXPECT_EQ(Read("cut/model.dcz"), Read("whole/model.dcz"));
  EXPECT_FALSE(Exists("cut/pruned.onnx.checkpoint"));
}

// The network trained, as a model of its own that somebody compresses without labels.
TEST_F(CompressCli, AModelIsCalibratedWithoutLabelsOrARecipe) {
  Succeed("compress", "tiny.textproto --data idx:data -o trained");
  Succeed("compress",
          "trained/trained.onnx --calibrate idx:data --density 0.3 --set quantize.bits=3 -o out "
          "--data idx:data");
  const std::string json = Read("out/report.json");
  // Magnitude at the same density and bits loses the network: 25 % is chance on three of four.
  EXPECT_LE(JsonNumber(json, "error_percent"), 10.0);
  EXPECT_LT(Read("out/model.dcz").size(), 700u);
  const Outcome again = Succeed("compress",
                                "trained/trained.onnx --calibrate idx:data --density 0.3 --set "
                                "quantize.bits=3 -o out --data idx:data");
  EXPECT_NE(again.err.find("prune: out/pruned.onnx is up to date"), std::string::npos);
  // Without data nothing is evaluated, and the file is the same.
  const std::string file = Read("out/model.dcz");
  Succeed("compress",
          "trained/trained.onnx --calibrate idx:data --density 0.3 --set quantize.bits=3 -o blind");
  EXPECT_EQ(Read("blind/model.dcz"), file);
  EXPECT_EQ(Read("blind/report.json").find("error_percent"), std::string::npos);
}

TEST_F(CompressCli, CalibrationAndTrainingDoNotGoTogether) {
  Fail("compress", "tiny.textproto --calibrate idx:data --data idx:data -o out", 2,
       {"calibration", "epochs"});
  Fail("compress", "tiny.textproto --calibrate npy:none.npy --set prune.retrain.epochs=0 -o out", 2,
       {"epochs"});
  EXPECT_FALSE(Exists("out"));
}

TEST_F(CompressCli, AMissedGoalIsExitCodeOneAndKeepsTheFiles) {
  Write("goal.textproto", Read("tiny.textproto") + "goal { min_ratio: 1000 }\n");
  const Outcome run = Run("compress", "goal.textproto --data idx:data -o out --quiet");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.err.find("below 1000.00x"), std::string::npos) << run.err;
  EXPECT_TRUE(Exists("out/model.dcz"));
  EXPECT_TRUE(Exists("out/report.json"));
}

TEST_F(CompressCli, MistakesInTheRecipeAreNamedWithTheirPlace) {
  Write("typo.textproto", "name: \"x\"\nmodel: \"tiny.onnxtxt\"\ntrain { epoch: 3 }\n");
  Fail("compress", "typo.textproto --data idx:data -o out", 3,
       {"typo.textproto", "line 3", "epoch"});
  Fail("compress", "tiny.textproto --data idx:data -o out --set train.epoch=3", 2, {"train.epoch"});
  Fail("compress", "tiny.textproto --data idx:data -o out --set train.schedule=spiral", 2,
       {"spiral", "cosine"});
  Fail("compress", "none.textproto --data idx:data -o out", 4, {"none.textproto"});
  Write("nomodel.textproto", "name: \"x\"\n");
  Fail("compress", "nomodel.textproto --data idx:data -o out", 3, {"names no model"});
}

TEST_F(CompressCli, RealMnistWithTheQuickRecipe) {
  const char* folder = std::getenv("DC_MNIST_DIR");
  if (!folder) GTEST_SKIP() << "DC_MNIST_DIR is not set: real MNIST is not tested";
  Succeed("compress", std::string(DC_MODELS_DIR) +
                          "/lenet_300_100/recipe-quickstart.textproto -o out --data mnist:'" +
                          folder + "'");
  const std::string json = Read("out/report.json");
  EXPECT_EQ(JsonNumber(json, "baseline_bytes"), 4 * 266610);
  EXPECT_GE(JsonNumber(json, "ratio"), 36);
  EXPECT_LE(JsonNumber(json, "error_percent"), 2.5);
}

}  // namespace
}  // namespace dc::test
