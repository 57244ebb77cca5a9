// Every operator in every engine: the trainer, the runtime with its fast and its reference kernels,
// and ONNX Runtime, which is the judge where npm can install it. What an engine does not cover it
// must refuse, and the table says so.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/rng.h"
#include "dc/decode.h"
#include "dc/dialect.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "model/canonical/canonical.h"
#include "model/shapes.h"
#include "parity/operators/engines.h"
#include "parity/operators/operator_cases.h"
#include "parity/operators/quantize_case.h"

namespace dc {
namespace {

constexpr const char* kExported = "the model as it was exported";

// Whether the processor adds products of uint8 and int8 in 32 bits (OperatorCase::saturates).
bool AddsBytesInWords() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni");
#else
  return true;
#endif
}
constexpr int64_t kBatch = 17;  // one more than fills the trainer's lanes, and the runtime's

// Normal numbers, every fifth an exact zero.
Batch InputOf(const OperatorCase& row) {
  Batch batch;
  batch.samples = row.fixed_batch > 1 ? row.fixed_batch : kBatch;
  batch.values.resize(static_cast<size_t>(ElementCount(row.sample) * batch.samples));
  Rng rng(5);
  for (size_t i = 0; i < batch.values.size(); ++i) {
    const double drawn = rng.Normal();
    batch.values[i] = i % 5 == 3 ? 0.0f : static_cast<float>(drawn);
  }
  return batch;
}

class OperatorParity : public ::testing::TestWithParam<OperatorCase> {
 protected:
  static void SetUpTestSuite() {
    judge_ = OnnxRuntimeJudge::Make().release();
    folder_ = new std::string(std::filesystem::temp_directory_path() /
                              ("operator_parity_" + std::to_string(getpid())));
    ASSERT_TRUE(MakeDirectories(*folder_).ok());
  }
  static void TearDownTestSuite() {
    delete judge_;
    std::filesystem::remove_all(*folder_);
    delete folder_;
  }

  // `graph` written to a file and read again.
  static StatusOr<Graph> Travel(const Graph& graph, std::string* path) {
    *path = *folder_ + "/model.onnx";
    DC_RETURN_IF_ERROR(SaveModel(graph, *path));
    return LoadModel(*path);
  }

  // Another model comes: nobody has said anything yet.
  void Forget() { expected_.clear(); }

  // Compares `actual` with what the engine that was asked first said.
  void ExpectSame(const std::string& engine, const StatusOr<std::vector<float>>& actual) {
    ASSERT_TRUE(actual.ok()) << engine << ": " << actual.status().ToString();
    if (expected_.empty()) {
      expected_ = *actual;
      said_by_ = engine;
    }
    EXPECT_TRUE(Agrees(*actual)) << engine << " against " << said_by_ << FirstDifference(*actual);
  }

  bool Agrees(const std::vector<float>& actual) const {
    return actual.size() == expected_.size() && DifferentAt(actual) == actual.size();
  }

  static void ExpectRefused(const std::string& engine, const Status& status) {
    EXPECT_EQ(status.code(), StatusCode::kUnsupported)
        << engine << " should refuse this as not covered, but says: " << status.ToString();
  }

  void CheckTrainer(const Graph& graph, const Batch& input) {
    // All samples, as many as fill its lanes, and one.
    for (const int64_t samples : {input.samples, int64_t{16}, int64_t{1}}) {
      const std::string engine = "training on " + std::to_string(samples);
      const Batch part = input.Part(0, std::min(samples, input.samples));
      const auto output = RunTrainer(graph, part);
      if (!GetParam().trained) {
        ExpectRefused(engine, output.status());
      } else if (samples == input.samples) {
        ExpectSame(engine, output);
      } else {
        ASSERT_TRUE(output.ok()) << engine << ": " << output.status().ToString();
        const std::vector<float> all = expected_;
        const size_t size = all.size() / static_cast<size_t>(input.samples);
        expected_.resize(size * static_cast<size_t>(samples));
        ExpectSame(engine, output);
        expected_ = all;
      }
    }
  }

  void CheckRuntime(const std::string& weights, const Graph& graph, const Batch& input) {
    for (const bool reference : {true, false}) {
      for (const int threads : {1, 2}) {
        SessionOptions options;
        options.threads = threads;
        options.reference_kernels = reference;
        const std::string engine = std::string(reference ? "reference kernels" : "runtime") +
                                   " with " + weights + ", " + std::to_string(threads) + " threads";
        const auto session = LoadInRuntime(graph, options);
        if (!GetParam().executed) {
          ExpectRefused(engine, session.status());
          continue;
        }
        ASSERT_TRUE(session.ok()) << engine << ": " << session.status().ToString();
        for (const int64_t at_once : {input.samples, int64_t{1}}) {
          // Samples that mix are there all at once.
          if (graph.fixed_shapes && at_once != input.samples) continue;
          ExpectSame(engine + ", " + std::to_string(at_once) + " samples at once",
                     RunSession(*session, input, at_once));
        }
      }
    }
  }

  // The question that tools ask before they work has the same answer.
  static void CheckDryRun(const Graph& graph) {
    const auto file = EncodeDryRun(graph);
    const bool runs = file.ok() && Session::Load(*file, SessionOptions()).ok();
    EXPECT_EQ(runs, GetParam().executed) << file.status().ToString();
  }

  // The model file at `path`, which holds `graph`.
  void AskJudge(const std::string& what, const std::string& path, const Graph& graph,
                const Batch& input) {
    if (judge_ == nullptr) return;
    if (GetParam().saturates && what == kExported && !AddsBytesInWords()) return;
    const auto output = judge_->Run(path, graph, input);
    const bool exported = what == kExported;
    if (GetParam().judge == Judge::kAgrees ||
        (GetParam().judge == Judge::kCanonical && !exported)) {
      ExpectSame("ONNX Runtime on " + what, output);
    } else {
      EXPECT_FALSE(output.ok() && (expected_.empty() || Agrees(*output)))
          << "ONNX Runtime agrees on " << what << ": the row must say so";
    }
  }

  // The .dcz of `graph` turned back into ONNX.
  void CheckDecoded(const Graph& graph, const Batch& input) {
    if (!GetParam().executed) return;
    const auto file = EncodeModel(graph, EncodeOptions(), nullptr, nullptr);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    const auto decoded = DecodeModel(*file);
    ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
    std::string path;
    const auto travelled = Travel(*decoded, &path);
    ASSERT_TRUE(travelled.ok()) << travelled.status().ToString();
    AskJudge("the decoded .dcz", path, *travelled, input);
    CheckDialects(*decoded, input);
  }

  // The same in other dialects, read again.
  void CheckDialects(const Graph& decoded, const Batch& input) {
    for (const auto& [dialect, name] :
         {std::pair(Dialect::kQcdq, "QCDQ"), std::pair(Dialect::kQonnx, "QONNX")}) {
      Graph written = decoded;
      ASSERT_TRUE(WriteDialect(dialect, &written).ok());
      const auto quantizes = [](const Node& node) {
        return node.op == "DequantizeLinear" || node.domain == "qonnx.custom_op.general" ||
               node.op == "UniformQuantize" || node.op == "BinaryQuantize";
      };
      if (std::none_of(written.nodes.begin(), written.nodes.end(), quantizes)) continue;
      std::string path;
      const auto travelled = Travel(written, &path);
      ASSERT_TRUE(travelled.ok()) << name << ": " << travelled.status().ToString();
      const std::string what = std::string("the decoded .dcz as ") + name;
      if (dialect == Dialect::kQcdq) AskJudge(what, path, *travelled, input);
      const auto session = LoadInRuntime(*travelled, SessionOptions());
      ASSERT_TRUE(session.ok()) << what << ": " << session.status().ToString();
      ExpectSame("runtime with " + what, RunSession(*session, input, input.samples));
    }
  }

  // What the records say of the output's shape holds for what came out.
  void CheckShape(const Graph& graph, const Batch& input) const {
    const GraphShapes shapes = InferGraphShapes(graph);
    const auto shape = shapes.of.find(graph.outputs[0].name);
    if (shape == shapes.of.end() || expected_.empty()) return;
    const auto elements = op::Product(shape->second);
    if (!elements) return;
    const int64_t count = *elements < 0 ? -*elements * input.samples : *elements;
    EXPECT_EQ(count, static_cast<int64_t>(expected_.size())) << op::DescribeShape(shape->second);
  }

  static OnnxRuntimeJudge* judge_;
  static std::string* folder_;

 private:
  // The first value that differs, or their number. Sizes agree.
  size_t DifferentAt(const std::vector<float>& actual) const {
    float largest = 1e-3f;
    for (const float y : expected_) {
      if (std::isfinite(y)) largest = std::max(largest, std::fabs(y));
    }
    const double most = GetParam().tolerance * largest;
    const auto same = [&](float a, float b) {
      return a == b || (std::isnan(a) && std::isnan(b)) || std::fabs(a - b) <= most;
    };
    size_t i = 0;
    while (i < actual.size() && same(actual[i], expected_[i])) ++i;
    return i;
  }

  std::string FirstDifference(const std::vector<float>& actual) const {
    if (actual.size() != expected_.size()) {
      return ": " + std::to_string(actual.size()) + " values, not " +
             std::to_string(expected_.size());
    }
    const size_t i = DifferentAt(actual);
    if (i == actual.size()) return "";
    return ": value " + std::to_string(i) + " of " + std::to_string(actual.size()) + " is " +
           std::to_string(actual[i]) + ", not " + std::to_string(expected_[i]);
  }

  std::vector<float> expected_;
  std::string said_by_;
};

OnnxRuntimeJudge* OperatorParity::judge_ = nullptr;
std::string* OperatorParity::folder_ = nullptr;

TEST_P(OperatorParity, EnginesAgree) {
  const Batch input = InputOf(GetParam());
  const bool overruled = GetParam().judge != Judge::kAgrees;
  std::string path;
  const Graph written = CaseGraph(GetParam());
  const auto graph = Travel(written, &path);
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  if (!overruled) AskJudge(kExported, path, written, input);
  CheckTrainer(*graph, input);
  CheckRuntime("dense weights", *graph, input);
  CheckDryRun(*graph);
  if (overruled) AskJudge(kExported, path, written, input);
  ASSERT_TRUE(Travel(*graph, &path).ok());
  AskJudge("the model in its canonical form", path, *graph, input);
  CheckDecoded(*graph, input);
  CheckShape(*graph, input);
}

// Rows with weights: the same with a codebook, and with most of the weights pruned.
using OperatorParityOnCodes = OperatorParity;

TEST_P(OperatorParityOnCodes, EnginesAgree) {
  const Batch input = InputOf(GetParam());
  for (const double density : {1.0, 0.3}) {
    std::string path;
    auto graph = Travel(CaseGraph(GetParam()), &path);
    ASSERT_TRUE(graph.ok()) << graph.status().ToString();
    ASSERT_TRUE(QuantizeWeights(density, &*graph).ok());
    const auto travelled = Travel(*graph, &path);
    ASSERT_TRUE(travelled.ok()) << travelled.status().ToString();
    Forget();
    AskJudge("codes", path, *travelled, input);
    Graph floats = *travelled;
    ASSERT_TRUE(DequantizeAll(&floats).ok());
    CheckTrainer(floats, input);
    CheckDecoded(*travelled, input);
    CheckRuntime(density < 1 ? "pruned codes" : "dense codes", *travelled, input);
  }
}

std::vector<OperatorCase> CasesWithWeights() {
  std::vector<OperatorCase> cases;
  for (const OperatorCase& row : AllCases()) {
    Graph graph = CaseGraph(row);
    static_cast<void>(Canonicalize(&graph));
    if (HasFloatWeights(graph)) cases.push_back(row);
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, OperatorParityOnCodes, ::testing::ValuesIn(CasesWithWeights()),
                         [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(All, OperatorParity, ::testing::ValuesIn(AllCases()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace dc
