// Damaged files: whatever the damage, a result or one clean error, and nothing on stderr.
#include <gtest/gtest.h>

#include <vector>

#include "base/rng.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "unit/data/scratch_dir.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

class OnnxDamageTest : public testing::Test {
 protected:
  void SetUp() override {
    Graph graph = GemmGraph();
    graph.metadata["key"] = "value";
    graph.nodes.push_back(
        MakeNode("Constant", {}, {"shape"}, {{"value", Tensor::I64(std::vector<int64_t>{2, -1})}}));
    graph.nodes.push_back(MakeNode("Reshape", {"y", "shape"}, {"z"}));
    QuantizedWeight weight;
    weight.shape = {2, 3};
    weight.codebook = {0, 1, 2};
    weight.codes = {0, 1, 2, 0, 1, 2};
    ASSERT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
    const ScratchDir dir;
    ASSERT_TRUE(SaveModel(graph, dir.File("m.onnx")).ok());
    bytes_ = *ReadFile(dir.File("m.onnx"));
    ASSERT_TRUE(ParseModel(bytes_, "m.onnx").ok());
  }

  // True where `bytes` load; otherwise the error must be a clean one.
  bool Loads(const std::vector<uint8_t>& bytes) {
    const auto graph = ParseModel(bytes, "damaged.onnx");
    if (graph.ok()) return true;
    const StatusCode code = graph.status().code();
    EXPECT_TRUE(code == StatusCode::kBadInput || code == StatusCode::kUnsupported)
        << graph.status().ToString();
    const std::string text = graph.status().ToString();
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_LT(text.size(), 2000u);
    return false;
  }

  std::vector<uint8_t> bytes_;
};

TEST_F(OnnxDamageTest, TruncatedFilesNeverLoadAsTheWholeModel) {
  testing::internal::CaptureStderr();
  size_t loaded = 0;
  for (size_t size = 0; size < bytes_.size(); ++size) {
    loaded += Loads({bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size)});
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  // The file ends in its metadata, so a cut between two fields there can leave a model.
  EXPECT_LT(loaded, 10u);
}

TEST_F(OnnxDamageTest, FlippedBitsAreSurvived) {
  testing::internal::CaptureStderr();
  size_t refused = 0;
  for (size_t i = 0; i < bytes_.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<uint8_t> damaged = bytes_;
      damaged[i] ^= static_cast<uint8_t>(1 << bit);
      refused += !Loads(damaged);
    }
  }
  EXPECT_GT(refused, bytes_.size());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(OnnxDamageTest, RandomBytesAreSurvived) {
  Rng rng(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<uint8_t> damaged = bytes_;
    for (int i = 0; i < 4; ++i) {
      damaged[rng.Below(static_cast<uint32_t>(damaged.size()))] = static_cast<uint8_t>(rng.Next());
    }
    Loads(damaged);
  }
}

}  // namespace
}  // namespace dc
