// What happens around the tools: full disks, names that clash, kills, two runs at once, Ctrl-C.
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

#include "cli/tool_runner.h"

namespace dc::test {
namespace {

const std::vector<std::string> kTools = {"train", "prune",  "quantize", "encode", "decode",
                                         "run",   "report", "compress", "import", "inspect"};

class MishapsCli : public ToolTest {
 protected:
  void MakeModels() {
    Succeed("train", "tiny.onnxtxt --data idx:data --epochs 1 -o trained.onnx");
    Succeed("quantize", "trained.onnx --bits 4 -o quantized.onnx");
    Succeed("encode", "quantized.onnx -o model.dcz");
  }
  // Waits, in the shell, for a file of the process $pid to appear.
  static std::string WaitFor(const std::string& file) {
    return "for i in $(seq 4000); do test -e " + file + " && break; sleep 0.005; done; ";
  }
  void ExpectNoLeftovers() const {
    for (const std::string& file : Files()) {
      EXPECT_EQ(file.find(".tmp"), std::string::npos) << file;
      EXPECT_EQ(file.find(".lock"), std::string::npos) << file;
    }
  }
};

TEST_F(MishapsCli, ResultsThatAreLostAreAnError) {
  MakeModels();
  std::vector<std::string> calls;
  for (const std::string& tool : kTools) {
    calls.push_back(tool + " --help");
    calls.push_back(tool + " --version");
  }
  calls.insert(calls.end(), {"quantize --list-methods", "inspect --spec", "inspect model.dcz --hex",
                             "report model.dcz", "run model.dcz --data idx:data",
                             "decode model.dcz -o again.onnx", "encode quantized.onnx -o again.dcz",
                             "prune trained.onnx --amounts 0.5 -o pruned.onnx",
                             "quantize trained.onnx -o again.onnx",
                             "train trained.onnx --data idx:data --epochs 1 -o again.onnx"});
  for (const std::string& call : calls) {
    const size_t blank = call.find(' ');
    const std::string command = "'" + Tool(call.substr(0, blank)) + "'" + call.substr(blank);
    for (const char* lost : {" --quiet >/dev/full", " --quiet >&-"}) {
      const Outcome outcome = Shell(command + lost);
      EXPECT_EQ(outcome.exit_code, 4) << call << lost << "\n" << outcome.err;
      EXPECT_NE(outcome.err.find("stdout cannot be written"), std::string::npos) << outcome.err;
    }
  }
  // A closed stdout did not end up inside of an output.
  Succeed("run", "again.dcz --data idx:data");
  for (const char* tool : {"run model.dcz --data idx:data", "report model.dcz"}) {
    const std::string call(tool);
    const size_t blank = call.find(' ');
    Fail(call.substr(0, blank), call.substr(blank + 1) + " --json /dev/full", 4, {"/dev/full"});
  }
}

TEST_F(MishapsCli, NoOutputDestroysAnInputOrAnotherOutput) {
  MakeModels();
  Shell(
      "ln -s model.dcz link.dcz; ln trained.onnx hard.onnx; ln -s . here; "
      "cp data/t10k-labels-idx1-ubyte labels.txt; ln labels.txt again.txt; mkdir out");
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"run", "model.dcz --json model.dcz"},
      {"run", "model.dcz --json ./here/link.dcz"},
      {"run", "model.dcz --data idx:data --json data/t10k-labels-idx1-ubyte"},
      {"run", "model.dcz --input x.npy --labels labels.txt -o again.txt"},
      {"run", "model.dcz --input x.npy -o y.npy --json y.npy"},
      {"report", "model.dcz --json link.dcz"},
      {"report", "model.dcz --json trained.onnx"},
      {"report", "model.dcz --pruned quantized.onnx --json quantized.onnx"},
      {"inspect", "link.dcz --json model.dcz"},
      {"decode", "model.dcz -o link.dcz"},
      {"decode", "model.dcz -o new.onnx --json here/new.onnx"},
      {"encode", "quantized.onnx -o quantized.onnx"},
      {"encode", "quantized.onnx -o new.dcz --json new.dcz"},
      {"prune", "trained.onnx --amounts 0.5 -o hard.onnx"},
      {"prune", "hard.onnx --amounts 0.5 -o new.onnx --json trained.onnx"},
      {"prune", "trained.onnx --amounts 0.5 -o new.onnx --log new.onnx.checkpoint"},
      {"quantize", "trained.onnx -o new.onnx --log new.onnx"},
      {"quantize", "trained.onnx -o new.onnx --log a.csv --json a.csv"},
      {"train", "trained.onnx --data idx:data -o data/train-images-idx3-ubyte"},
      {"train", "tiny.onnxtxt --data idx:data --teacher trained.onnx -o hard.onnx"},
      {"import", "--from han-net trained.onnx labels.txt -o again.txt"},
      {"compress", "tiny.textproto --data idx:data -o out --json tiny.textproto"},
      {"compress", "tiny.textproto --data idx:data -o out --json tiny.onnxtxt"},
      {"compress", "tiny.textproto --data idx:data -o out --json out/model.dcz"},
      {"compress", "tiny.textproto --data idx:data -o none --json none/train.csv"},
  };
  std::vector<std::string> before;
  for (const std::string& file : Files()) before.push_back(Read(file));
  for (const auto& [tool, arguments] : calls) Fail(tool, arguments, 2, {"would overwrite"});
  std::vector<std::string> after;
  for (const std::string& file : Files()) after.push_back(Read(file));
  EXPECT_EQ(before, after);

  // A stage's own input in the folder of the run.
  Write("in_place.textproto", "name: \"x\" model: \"out/trained.onnx\" quantize { }\n");
  Shell("cp trained.onnx out");
  Fail("compress", "in_place.textproto --data idx:data -o out", 2, {"would overwrite"});
  EXPECT_EQ(Read("out/trained.onnx"), Read("trained.onnx"));
}

TEST_F(MishapsCli, OutputsThatCannotBeWrittenAreRefusedBeforeWork) {
  for (const char* flag : {"--log none/log.csv -o a.onnx", "--json none/a.json -o a.onnx",
                           "-o none/a.onnx", "-o data", "-o /dev/null"}) {
    // 100,000 epochs would not end.
    Fail("train", "tiny.onnxtxt --data idx:data --epochs 100000 " + std::string(flag), 4, {});
  }
}

TEST_F(MishapsCli, AFileKeepsItsModeAndANewOneFollowsTheUmask) {
  MakeModels();
  Shell("chmod 600 model.dcz; echo > a.json; chmod 640 a.json");
  Succeed("encode", "quantized.onnx -o model.dcz --json a.json");
  EXPECT_EQ(Shell("stat -c %a model.dcz a.json").out, "600\n640\n");
  Shell("umask 077; '" + Tool("encode") + "' quantized.onnx -o new.dcz");
  EXPECT_EQ(Shell("stat -c %a new.dcz").out, "600\n");
}

TEST_F(MishapsCli, WhatAKilledRunLeftIsRemoved) {
  MakeModels();
  Shell("sleep 60 & echo $! > alive; true & echo $! > dead; wait $!");
  Shell(
      "for p in $(cat alive dead); do for f in a.onnx a.onnx.checkpoint log.csv out/model.dcz "
      "out/trained.onnx.checkpoint.of; do mkdir -p out; echo half > $f.tmp$p; done; done");
  // It writes no checkpoint, and never a log.
  Succeed("quantize", "trained.onnx -o a.onnx --log log.csv");
  Succeed("compress", "tiny.textproto --data idx:data -o out");
  const std::string dead = ".tmp" + Shell("cat dead | tr -d '\\n'").out;
  const std::string alive = ".tmp" + Shell("cat alive | tr -d '\\n'").out;
  for (const char* file : {"a.onnx", "a.onnx.checkpoint", "log.csv", "out/model.dcz",
                           "out/trained.onnx.checkpoint.of"}) {
    EXPECT_FALSE(Exists(file + dead)) << file;
    EXPECT_TRUE(Exists(file + alive)) << file;
  }
  Shell("kill $(cat alive)");
}

TEST_F(MishapsCli, TwoRunsDoNotShareAFolderOrACheckpoint) {
  const std::string long_run = " --set train.epochs=100000";
  const Outcome second = Shell(
      "'" + Tool("compress") + "' tiny.textproto --data idx:data -o out" + long_run +
      " --quiet & pid=$!; " + WaitFor("out/trained.onnx.checkpoint") + "'" + Tool("compress") +
      "' tiny.textproto --data idx:data -o ./out/; echo code $?; kill -9 $pid; wait $pid; true");
  EXPECT_NE(second.out.find("code 4"), std::string::npos) << second.out << second.err;
  EXPECT_NE(second.err.find("another run is at work in this folder"), std::string::npos)
      << second.err;
  // The lock died with its owner.
  Succeed("compress", "tiny.textproto --data idx:data -o out");

  const std::string train =
      "'" + Tool("train") + "' tiny.onnxtxt --data idx:data --quiet --epochs 100000 -o a.onnx";
  const Outcome other = Shell(train + " & pid=$!; " + WaitFor("a.onnx.checkpoint") + train +
                              "; echo code $?; kill -9 $pid; wait $pid; true");
  EXPECT_NE(other.out.find("code 4"), std::string::npos) << other.out << other.err;
  EXPECT_NE(other.err.find("another run is at work on this file"), std::string::npos) << other.err;
  Succeed("train", "tiny.onnxtxt --data idx:data --epochs 1 -o a.onnx");
  EXPECT_FALSE(Exists("a.onnx.checkpoint"));
  ExpectNoLeftovers();
}

TEST_F(MishapsCli, DataThatChangedInPlaceIsNoticed) {
  Succeed("compress", "tiny.textproto --data idx:data -o out");
  const std::string train = "tiny.onnxtxt --data idx:data --batch-size 32 -o a.onnx --epochs ";
  Shell("'" + Tool("train") + "' " + train + "100000 --quiet & pid=$!; " +
        WaitFor("a.onnx.checkpoint") + "kill -9 $pid; wait $pid; true");
  std::string images = Read("data/train-images-idx3-ubyte");
  images[1000] = static_cast<char>(images[1000] ^ 1);
  Write("data/train-images-idx3-ubyte", images);
  const Outcome again = Succeed("compress", "tiny.textproto --data idx:data -o out");
  EXPECT_EQ(again.err.find("is up to date"), std::string::npos) << again.err;
  const Outcome resumed = Run("train", train + "100000 --resume");
  EXPECT_EQ(resumed.exit_code, 3);
  EXPECT_NE(resumed.err.find("another run: its data"), std::string::npos) << resumed.err;
  // The test set decides what a report says.
  images = Read("data/t10k-images-idx3-ubyte");
  images[1000] = static_cast<char>(images[1000] ^ 1);
  Write("data/t10k-images-idx3-ubyte", images);
  const Outcome third = Succeed("compress", "tiny.textproto --data idx:data -o out");
  EXPECT_EQ(third.err.find("is up to date"), std::string::npos) << third.err;
}

TEST_F(MishapsCli, ALaterStagesMistakeIsFoundBeforeTheFirstStage) {
  const std::vector<std::pair<std::string, std::string>> settings = {
      {"quantize.bits=17", "17"},
      {"quantize.bits=conv=0", "0"},
      {"quantize.bits=fc9=4", "fc9"},
      {"quantize.policy=magic", "magic"},
      {"quantize.init=sideways", "sideways"},
      {"quantize.method=nobody", "nobody"},
      {"quantize.fine_tune.learning_rate=0", "learning_rate"},
      {"quantize.fine_tune.learning_rate=nan", "learning_rate"},
      {"quantize.fine_tune.batch_size=401", "401"},
      {"quantize.fine_tune.validation=400", "validation"},
      {"quantize.fine_tune.freeze=nothing_here", "nothing_here"},
      {"quantize.fine_tune.teacher=nowhere.onnx", "nowhere.onnx"},
      {"quantize.fine_tune.logits=none", "none"},
      {"prune.amounts=fc9=0.5", "fc9"},
      {"prune.amounts=fc=1.5", "1.5"},
      {"prune.criterion=taste", "taste"},
      {"prune.ramp=2", "ramp"},
      {"prune.retrain.batch_size=100000", "batch_size"},
      {"prune.retrain.train=nothing_here", "nothing_here"},
      {"encode.coder=zip", "zip"},
      {"encode.gap_bits=40", "40"},
      {"encode.order=fc9=row", "fc9"},
      {"encode.codebook_type=f8", "f8"},
      {"encode.bias_bits=17", "17"},
      {"input.scale=0", "scale"},
      {"input.deviation=0", "deviation"},
      {"goal.max_error_percent=nan", "max_error_percent"},
      {"goal.max_error_increase=inf", "max_error_increase"},
      {"goal.min_ratio=nan", "min_ratio"},
  };
  for (const auto& [setting, word] : settings) {
    const Outcome outcome =
        Run("compress", "tiny.textproto --data idx:data -o out --quiet --set " + setting);
    EXPECT_TRUE(outcome.exit_code >= 2 && outcome.exit_code <= 4) << setting << outcome.err;
    EXPECT_NE(outcome.err.find(word), std::string::npos) << setting << ": " << outcome.err;
    EXPECT_FALSE(Exists("out")) << setting;
  }
  for (const char* options : {"nonsense=1", "threshold=x"}) {
    Write("method.textproto",
          Read("tiny.textproto").substr(0, Read("tiny.textproto").find("quan")) +
              "quantize { method: \"dorefa\" method_options: \"" + options + "\" }\n");
    Fail("compress", "method.textproto --data idx:data -o out", 2, {});
  }
}

// Whether nothing in `text` could do something to a terminal.
bool IsHarmless(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7F || c >= 0x80) return false;
  }
  return true;
}

TEST_F(MishapsCli, NamesFromFilesDoNothingToTheTerminal) {
  MakeModels();
  // Names of the same length: an escape sequence, a line of its own, and bytes that are no UTF-8.
  std::string model = Read("trained.onnx");
  for (const auto& [name, evil] : {std::pair<std::string, std::string>{"fc1_w", "\x1b[31m"},
                                   {"fc2_w", "a\nb\r\xff"},
                                   {"conv_w",
                                    "\xc2\x9b"
                                    "31m\x07"},
                                   {"logits", "\x1b]0;x\x07"}}) {
    ASSERT_EQ(name.size(), evil.size());
    for (size_t at = 0; (at = model.find(name, at)) != std::string::npos;) {
      model.replace(at, name.size(), evil);
    }
  }
  Write("evil.onnx", model);
  const std::vector<std::pair<std::string, std::string>> calls = {
      {"train", "evil.onnx --data idx:data --epochs 1 -o evil_trained.onnx --json train.json"},
      {"prune", "evil.onnx --amounts conv=0.5 -o evil_pruned.onnx --json prune.json"},
      {"prune", "evil.onnx --scan --data idx:data --json scan.json"},
      {"quantize", "evil.onnx --bits 4 -o evil_quantized.onnx --json quantize.json"},
      {"encode", "evil_quantized.onnx --keep-names -o evil.dcz --json encode.json"},
      {"decode", "evil.dcz -o decoded.onnx --json decode.json"},
      {"run", "evil.dcz --json run.json"},
      {"run", "evil.dcz --data idx:data"},
      {"run", "evil.dcz --data idx:data --logits none"},
      {"report", "evil.dcz --json report.json --html report.html"},
      {"inspect", "evil.dcz"},
      {"inspect", "evil.dcz --hex"},
      {"prune", "evil.onnx --amounts fc9=0.5 -o out.onnx"},
      {"encode", "evil.onnx --gap-bits fc9=3 -o out.dcz"},
  };
  for (const auto& [tool, arguments] : calls) {
    const Outcome outcome = Run(tool, arguments);
    EXPECT_NE(outcome.exit_code, -1) << tool;
    EXPECT_TRUE(IsHarmless(outcome.out)) << tool << " " << arguments << "\n" << outcome.out;
    EXPECT_TRUE(IsHarmless(outcome.err)) << tool << " " << arguments << "\n" << outcome.err;
  }
  for (const std::string& file : Files()) {
    if (file.size() < 5 || file.substr(file.size() - 5) != ".json") continue;
    const Outcome parsed = Shell("python3 -c 'import json,sys; json.load(open(\"" + file +
                                 "\", encoding=\"utf-8\"))'");
    EXPECT_EQ(parsed.exit_code, 0) << file << "\n" << parsed.err;
  }
  EXPECT_TRUE(Exists("report.json"));
  EXPECT_NE(Read("report.html").find("</html>"), std::string::npos);
}

TEST_F(MishapsCli, ErrorsAreOneLineOf300CharactersAtMost) {
  const std::string name(5000, 'n');
  std::string model = Read("tiny.onnxtxt");
  for (size_t at = 0; (at = model.find("fc1_w", at)) != std::string::npos; at += name.size()) {
    model.replace(at, 5, name);
  }
  Write("long.onnxtxt", model);
  const std::vector<std::string> calls = {
      "train long.onnxtxt --data idx:data --freeze " + name + "x -o out.onnx",
      "train long.onnxtxt --data " + name + " -o out.onnx",
      "train tiny.onnxtxt --" + name + " -o out.onnx",
      "quantize long.onnxtxt --bits " + name + "=4 -o out.onnx",
      "encode long.onnxtxt -o out.dcz",
      "run " + name,
      "prune tiny.onnxtxt -o " + name};
  for (const std::string& arguments : calls) {
    const size_t blank = arguments.find(' ');
    const Outcome outcome =
        Run(arguments.substr(0, blank), arguments.substr(blank + 1) + " --quiet");
    EXPECT_GE(outcome.exit_code, 2);
    size_t begin = 0, lines = 0;
    for (size_t end; (end = outcome.err.find('\n', begin)) != std::string::npos; begin = end + 1) {
      EXPECT_LE(end - begin, 300u) << outcome.err;
      ++lines;
    }
    EXPECT_GE(lines, 1u);
    EXPECT_EQ(begin, outcome.err.size());
  }
}

TEST_F(MishapsCli, NumbersOutOfRangeAreRefused) {
  MakeModels();
  const std::vector<std::pair<std::string, std::vector<std::string>>> options = {
      {"run model.dcz --data idx:data",
       {"--topk -1", "--batch 0", "--batch -1", "--batch 1e3", "--batch 65537", "--threads -1",
        "--threads 1025", "--seed -1", "--seed 4294967296", "--input-scale nan", "--input-scale 0",
        "--input-scale inf", "--topk 1"}},
      {"train tiny.onnxtxt --data idx:data -o out.onnx",
       {"--epochs -1",
        "--epochs 2000000000",
        "--epochs 1.5",
        "--batch-size 0",
        "--batch-size 2147483647",
        "--batch-size 401",
        "--shard-size 0",
        "--learning-rate nan",
        "--learning-rate 0",
        "--learning-rate inf",
        "--momentum 1",
        "--l2 -1",
        "--augment-shift -1",
        "--augment-shift 2147483647",
        "--validation -1",
        "--validation 400",
        "--warmup-epochs -1",
        "--temperature 0",
        "--threads 99999999999",
        "--input-scale nan",
        "--input-mean nan",
        "--input-deviation 0",
        "--dropout-scale nan",
        "--label-smoothing 1",
        "--step-epochs 0"}},
      {"prune trained.onnx --amounts 0.5 -o out.onnx",
       {"--amounts nan", "--amounts -1", "--steps 0", "--ramp nan", "--mask-updates -3",
        "--scan --scan-images 0 --data idx:data", "--scan --scan-images -5 --data idx:data",
        "--global-density 0"}},
      {"quantize trained.onnx -o out.onnx",
       {"--bits nan", "--bits 1e9", "--max-error-increase -1", "--max-error-increase nan"}},
      {"encode quantized.onnx -o out.dcz", {"--bias-bits -1", "--bias-bits 17", "--gap-bits -1"}}};
  for (const auto& [call, flags] : options) {
    const size_t blank = call.find(' ');
    for (const std::string& flag : flags) {
      // A repeated option is refused, too, so that the one under test stands alone.
      std::string arguments = call.substr(blank + 1);
      if (flag.rfind("--amounts", 0) == 0) arguments = "trained.onnx -o out.onnx";
      Fail(call.substr(0, blank), arguments + " " + flag, 2, {});
    }
  }
}

TEST_F(MishapsCli, WhatTheRuntimeRefusesIsNotEncoded) {
  const std::string conv = "kernel_shape = [3, 3]", pool = "kernel_shape = [2, 2]";
  std::vector<std::string> models;
  const auto add = [&](const std::string& from, const std::string& to) {
    std::string model = Read("tiny.onnxtxt");
    const size_t at = model.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    models.push_back(model.replace(at, from.size(), to));
  };
  for (const char* more :
       {"group = 0", "group = -1", "group = 3", "group = 4611686018427387904", "strides = [0, 1]",
        "strides = [-1, 1]", "strides = [9223372036854775807, 1]", "strides = [1]",
        "dilations = [0, 1]", "dilations = [4611686018427387904, 1]",
        "pads = [4611686018427387904, 0, 0, 0]", "pads = [-1, -1, -1, -1]", "pads = [0, 0]",
        "pads = [9223372036854775807, 9223372036854775807, 0, 0]", "auto_pad = \"SIDEWAYS\""}) {
    add(conv, conv + ", " + more);
  }
  for (const char* kernel : {"[0, 3]", "[3]", "[-3, 3]", "[9223372036854775807, 3]"}) {
    add(conv, "kernel_shape = " + std::string(kernel));
  }
  for (const char* kernel : {"[0, 2]", "[9, 9]", "[2]", "[4611686018427387904, 2]"}) {
    add(pool, "kernel_shape = " + std::string(kernel));
  }
  for (const char* strides : {"[0, 2]", "[2, 4611686018427387904]", "[]"}) {
    add("strides = [2, 2]", "strides = " + std::string(strides));
  }
  for (const char* more : {"ceil_mode = 7", "pads = [2, 2, 2, 2]", "pads = [1, 1]"}) {
    add(pool, pool + ", " + more);
  }
  for (const char* flatten : {"axis = 9", "axis = -9", "axis = 4611686018427387904"}) {
    add("Flatten (pool)", "Flatten <" + std::string(flatten) + "> (pool)");
  }
  for (const char* more : {"alpha = 0.0", "transA = 1", "beta = 1e38", "transB = 7"}) {
    add("Gemm <transB = 1> (flat", "Gemm <transB = 1, " + std::string(more) + "> (flat");
  }
  std::string chain =
      "<ir_version: 8, opset_import: [\"\" : 13]>\n"
      "g (float[N, 4] x) => (float[N, 4] y) {\n  v0 = Relu (x)\n";
  for (int i = 0; i < 20000; ++i) {
    chain += "  v" + std::to_string(i + 1) + " = Sigmoid (v" + std::to_string(i) + ")\n";
  }
  models.push_back(chain + "  y = Relu (v20000)\n}\n");
  // Weights for the mutants, so that nothing but the edit stands in the way.
  const auto with_weights = [](std::string model) {
    const size_t open = model.find("\n<float["), close = model.find(">\n{");
    if (open == std::string::npos) return model;
    std::string declared = model.substr(open + 2, close - open - 2), valued;
    const std::vector<std::pair<std::string, int>> sizes = {
        {"conv_w", 36}, {"conv_b", 4}, {"fc1_w", 576}, {"fc1_b", 16}, {"fc2_w", 64}, {"fc2_b", 4}};
    for (const auto& [name, count] : sizes) {
      std::string values = " = {";
      for (int i = 0; i < count; ++i) values += (i ? ", " : "") + std::to_string(i % 5) + ".5";
      const size_t at = declared.find(name) + name.size();
      declared.insert(at, values + "}");
    }
    return model.replace(open + 2, close - open - 2, declared);
  };
  int refused = 0;
  for (const std::string& model : models) {
    Write("mutant.onnxtxt", with_weights(model));
    const Outcome outcome = Run("encode", "mutant.onnxtxt -o mutant.dcz --quiet");
    if (outcome.exit_code == 0) {
      Succeed("run", "mutant.dcz --data idx:data");
      Shell("rm mutant.dcz");
    } else {
      ++refused;
      EXPECT_TRUE(outcome.exit_code == 3 || outcome.exit_code == 2) << outcome.err;
      EXPECT_FALSE(Exists("mutant.dcz"));
    }
  }
  EXPECT_GE(refused, 25);
  EXPECT_LT(refused, static_cast<int>(models.size()));
}

TEST_F(MishapsCli, ACancelledRunLeavesWhatWasThereAndGoesOn) {
  Write("long.textproto", Read("tiny.textproto"));
  Succeed("train", "tiny.onnxtxt --data idx:data --epochs 1 -o a.onnx");
  const std::string old = Read("a.onnx");
  for (const char* signal : {"INT", "TERM"}) {
    const Outcome outcome = Shell(
        "'" + Tool("train") + "' tiny.onnxtxt --data idx:data --epochs 100000 -o a.onnx --quiet " +
        "& pid=$!; " + WaitFor("a.onnx.checkpoint") + "kill -" + signal + " $pid; wait $pid");
    EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
    EXPECT_NE(outcome.err.find("dc-train: error: cancelled (epoch"), std::string::npos)
        << outcome.err;
    EXPECT_EQ(Read("a.onnx"), old);
    EXPECT_TRUE(Exists("a.onnx.checkpoint"));
    Shell("rm a.onnx.checkpoint");
  }
  ExpectNoLeftovers();

  // What goes on ends with the same bytes as what was never cancelled.
  const std::string epochs = " --set prune.retrain.epochs=40";
  Succeed("compress", "tiny.textproto --data idx:data -o whole" + epochs);
  const Outcome cut =
      Shell("'" + Tool("compress") + "' tiny.textproto --data idx:data -o cut" + epochs +
            " & pid=$!; " + WaitFor("cut/pruned.onnx.checkpoint") + "kill -INT $pid; wait $pid");
  EXPECT_EQ(cut.exit_code, 130) << cut.err;
  EXPECT_FALSE(Exists("cut/model.dcz"));
  Succeed("compress", "tiny.textproto --data idx:data -o cut" + epochs);
  EXPECT_EQ(Read("cut/model.dcz"), Read("whole/model.dcz"));
  ExpectNoLeftovers();
}

}  // namespace
}  // namespace dc::test
