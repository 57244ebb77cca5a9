#include "cli/tool_runner.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/rng.h"

namespace dc::test {
namespace {

namespace fs = std::filesystem;

constexpr int kClasses = 4, kSide = 8, kTrain = 400, kTest = 100;

void BigEndian(uint32_t value, std::string* to) {
  for (int shift = 24; shift >= 0; shift -= 8) to->push_back(static_cast<char>(value >> shift));
}

// `count` images of 8x8 in idx format: class c is a bright 4x4 quadrant c in noise.
void MakeIdx(int count, uint64_t seed, std::string* images, std::string* labels) {
  Rng rng(seed);
  BigEndian(0x803, images);
  BigEndian(static_cast<uint32_t>(count), images);
  BigEndian(kSide, images);
  BigEndian(kSide, images);
  BigEndian(0x801, labels);
  BigEndian(static_cast<uint32_t>(count), labels);
  for (int i = 0; i < count; ++i) {
    const uint32_t c = rng.Below(kClasses);
    labels->push_back(static_cast<char>(c));
    for (uint32_t y = 0; y < kSide; ++y) {
      for (uint32_t x = 0; x < kSide; ++x) {
        const bool bright = (y / 4) * 2 + x / 4 == c;
        images->push_back(static_cast<char>(rng.Below(100) + (bright ? 100 : 0)));
      }
    }
  }
}

// A network with every kind of layer that the paper's networks have, in ONNX text.
constexpr char kModel[] = R"(<ir_version: 8, opset_import: ["" : 13]>
tiny (float[N, 1, 8, 8] image) => (float[N, 4] logits)
<float[4, 1, 3, 3] conv_w, float[4] conv_b, float[16, 36] fc1_w, float[16] fc1_b,
 float[4, 16] fc2_w, float[4] fc2_b>
{
  conv = Conv <kernel_shape = [3, 3]> (image, conv_w, conv_b)
  pool = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (conv)
  flat = Flatten (pool)
  fc1 = Gemm <transB = 1> (flat, fc1_w, fc1_b)
  relu = Relu (fc1)
  logits = Gemm <transB = 1> (relu, fc2_w, fc2_b)
}
)";

constexpr char kRecipe[] = R"(name: "tiny"
model: "tiny.onnxtxt"
seed: 3
train { epochs: 4 batch_size: 32 learning_rate: 0.05 }
prune {
  amounts: "conv=0.7,fc=0.3" schedule: "gradual" mask_updates: 4
  retrain { epochs: 4 batch_size: 32 learning_rate: 0.05 }
}
quantize { bits: "conv=5,fc=4" fine_tune { epochs: 1 batch_size: 32 learning_rate: 0.0005 } }
)";

}  // namespace

void ToolTest::SetUp() {
  std::string pattern = (fs::temp_directory_path() / "dc_cli_XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
  fs::create_directory(Path("data"));
  std::string images, labels;
  MakeIdx(kTrain, 1, &images, &labels);
  Write("data/train-images-idx3-ubyte", images);
  Write("data/train-labels-idx1-ubyte", labels);
  images.clear();
  labels.clear();
  MakeIdx(kTest, 2, &images, &labels);
  Write("data/t10k-images-idx3-ubyte", images);
  Write("data/t10k-labels-idx1-ubyte", labels);
  Write("tiny.onnxtxt", kModel);
  Write("tiny.textproto", kRecipe);
}

void ToolTest::TearDown() { fs::remove_all(folder_); }

std::string ToolTest::Tool(const std::string& name) {
  return std::string(DC_TOOLS_DIR) + "/dc-" + name;
}

Outcome ToolTest::Shell(const std::string& command) const {
  const std::string line = "cd '" + folder_ + "' && ( " + command + " ) >.out 2>.err </dev/null";
  const int status = std::system(line.c_str());
  Outcome outcome;
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  outcome.out = Read(".out");
  outcome.err = Read(".err");
  fs::remove(Path(".out"));
  fs::remove(Path(".err"));
  return outcome;
}

Outcome ToolTest::Run(const std::string& tool, const std::string& arguments) const {
  return Shell("'" + Tool(tool) + "' " + arguments);
}

Outcome ToolTest::Succeed(const std::string& tool, const std::string& arguments) const {
  Outcome outcome = Run(tool, arguments);
  EXPECT_EQ(outcome.exit_code, 0) << "dc-" << tool << " " << arguments << "\n" << outcome.err;
  return outcome;
}

void ToolTest::Fail(const std::string& tool, const std::string& arguments, int exit_code,
                    const std::vector<std::string>& words) const {
  const std::string call = "dc-" + tool + " " + arguments;
  const std::vector<std::string> before = Files();
  const Outcome outcome = Run(tool, arguments + " --quiet");
  EXPECT_EQ(outcome.exit_code, exit_code) << call << "\n" << outcome.err;
  // One line of error; warnings and notes may come before it.
  std::istringstream lines(outcome.err);
  int errors = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool error = line.rfind("dc-" + tool + ": error: ", 0) == 0;
    const bool remark = line.rfind("dc-" + tool + ": warning: ", 0) == 0 ||
                        line.rfind("dc-" + tool + ": note: ", 0) == 0;
    EXPECT_TRUE(error || remark) << call << "\n" << outcome.err;
    errors += error;
  }
  EXPECT_EQ(errors, 1) << call << "\n" << outcome.err;
  for (const std::string& word : words) {
    EXPECT_NE(outcome.err.find(word), std::string::npos)
        << "no '" << word << "' in: " << outcome.err;
  }
  EXPECT_EQ(Files(), before) << call << " left something behind";
}

std::string ToolTest::Read(const std::string& name) const {
  std::ifstream file(Path(name), std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void ToolTest::Write(const std::string& name, const std::string& bytes) const {
  std::ofstream(Path(name), std::ios::binary) << bytes;
}

bool ToolTest::Exists(const std::string& name) const { return fs::exists(Path(name)); }

std::vector<std::string> ToolTest::Files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    names.push_back(fs::relative(entry.path(), folder_).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

double JsonNumber(const std::string& json, const std::string& key) {
  const size_t at = json.find("\"" + key + "\":");
  EXPECT_NE(at, std::string::npos) << key << " is not in " << json;
  if (at == std::string::npos) return 0;
  return std::strtod(json.c_str() + at + key.size() + 3, nullptr);
}

}  // namespace dc::test
