// The whole line: what a second run repeats.
#include "dc/compress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

#include "dc/decode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/stages.h"
#include "unit/data/scratch_dir.h"
#include "unit/pipeline/small_run.h"

namespace dc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Which stages were up to date.
class Notes : public Progress {
 public:
  void Begin(const std::string&, int64_t) override {}
  void Advance(int64_t, const std::string&) override {}
  void End(const std::string&) override {}
  void Note(const std::string& text) override {
    if (text.find("up to date") != std::string::npos)
      kept.push_back(text.substr(0, text.find(':')));
  }
  std::vector<std::string> kept;
};

class CompressTest : public ::testing::Test {
 protected:
  void SetUp() override {
    EXPECT_TRUE(SaveModel(SmallNetwork(), dir_.File("m.onnx")).ok());
    WriteRecipe("bits: \"3\"");
  }

  void WriteRecipe(const std::string& quantize) {
    const std::string training = " { epochs: 2 batch_size: 16 learning_rate: 0.01 } ";
    EXPECT_TRUE(
        WriteFileAtomic(dir_.File("r.textproto"), "name: \"r\" model: \"m.onnx\" train" + training +
                                                      "prune { amounts: \"*=0.4\" retrain" +
                                                      training + "} quantize { " + quantize + " }")
            .ok());
  }

  StatusOr<Report> Compress(std::vector<std::string>* kept) {
    DC_ASSIGN_OR_RETURN(const Recipe recipe, LoadRecipe(dir_.File("r.textproto"), {}));
    Notes notes;
    Status goal;
    const DczEvaluator evaluate = [](std::span<const uint8_t> file, const Dataset& data,
                                     const std::string&, Progress*) -> StatusOr<EvalResult> {
      DC_ASSIGN_OR_RETURN(const Graph graph, DecodeModel(file));
      return EvaluateGraph(graph, data, 1, nullptr);
    };
    const DeployCheck deployable = [](const Graph&) { return OkStatus(); };
    auto report =
        dc::Compress(recipe, &data_, dir_.File("out"), 1, deployable, evaluate, &goal, &notes);
    if (kept) *kept = notes.kept;
    return report;
  }

  // The stages that a run finds up to date.
  std::vector<std::string> Kept() {
    std::vector<std::string> kept;
    const auto report = Compress(&kept);
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return kept;
  }

  std::vector<uint8_t> Read(const std::string& name) { return *ReadFile(dir_.File("out/" + name)); }

  ScratchDir dir_;
  Dataset data_ = SmallData();
};

TEST_F(CompressTest, LeavesAReportOfEveryStage) {
  const auto report = Compress(nullptr);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  ASSERT_EQ(report->stages.size(), 4u);
  for (const auto& [i, name] :
       {std::pair(0, "train"), {1, "prune"}, {2, "quantize"}, {3, "encode"}}) {
    EXPECT_EQ(report->stages[static_cast<size_t>(i)].name, name);
  }
  EXPECT_EQ(report->baseline_bytes, 4u * (64 * 16 + 16 + 16 * 4 + 4));
  EXPECT_EQ(report->file_bytes, Read("model.dcz").size());
  EXPECT_TRUE(report->uncompressed.empty());
}

TEST_F(CompressTest, WhatIsUnchangedIsNotDoneAgain) {
  EXPECT_THAT(Kept(), IsEmpty());
  const std::vector<uint8_t> file = Read("model.dcz");
  EXPECT_THAT(Kept(), ElementsAre("train", "prune", "quantize"));
  EXPECT_EQ(Read("model.dcz"), file);
  WriteRecipe("bits: \"2\"");
  EXPECT_THAT(Kept(), ElementsAre("train", "prune"));
}

TEST_F(CompressTest, DataThatChangedInPlaceIsSeen) {
  Kept();
  const auto first = std::find_if(data_.train.labels.begin(), data_.train.labels.end(),
                                  [&](int32_t label) { return label != data_.train.labels[0]; });
  std::swap(data_.train.labels[0], *first);
  EXPECT_THAT(Kept(), IsEmpty());
  data_.test.u8[5] ^= 1;
  EXPECT_THAT(Kept(), IsEmpty());
  EXPECT_THAT(Kept(), ElementsAre("train", "prune", "quantize"));
}

TEST_F(CompressTest, TheDenseModelTeachesLaterStages) {
  WriteRecipe("bits: \"3\" fine_tune { epochs: 2 batch_size: 16 learning_rate: 0.01 }");
  ASSERT_TRUE(Compress(nullptr).ok());
  const std::vector<uint8_t> untaught = Read("quantized.onnx");
  WriteRecipe(
      "bits: \"3\" fine_tune { epochs: 2 batch_size: 16 learning_rate: 0.01 "
      "teacher: \"dense\" }");
  EXPECT_THAT(Kept(), ElementsAre("train", "prune"));
  EXPECT_NE(Read("quantized.onnx"), untaught);
  EXPECT_THAT(Kept(), ElementsAre("train", "prune", "quantize"));
}

TEST_F(CompressTest, AModelThatChangedIsSeen) {
  Kept();
  Graph graph = SmallNetwork();
  graph.initializers.at("fc1").f32()[0] += 1;
  ASSERT_TRUE(SaveModel(graph, dir_.File("m.onnx")).ok());
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_F(CompressTest, AFileThatWasEditedOrCutIsMadeAgain) {
  Kept();
  const std::vector<uint8_t> pruned = Read("pruned.onnx"), quantized = Read("quantized.onnx");
  Graph edited = *LoadModel(dir_.File("out/pruned.onnx"));
  edited.initializers.at("b1").f32()[0] += 1;
  ASSERT_TRUE(SaveModel(edited, dir_.File("out/pruned.onnx")).ok());
  EXPECT_THAT(Kept(), ElementsAre("train", "quantize"));
  EXPECT_EQ(Read("pruned.onnx"), pruned);
  ASSERT_EQ(truncate(dir_.File("out/quantized.onnx").c_str(), 100), 0);
  EXPECT_THAT(Kept(), ElementsAre("train", "prune"));
  EXPECT_EQ(Read("quantized.onnx"), quantized);
}

TEST_F(CompressTest, WhatALaterStageWouldRefuseIsRefusedBeforeTheFirst) {
  WriteRecipe("bits: \"conv=3\"");
  const auto report = Compress(nullptr);
  EXPECT_EQ(report.status().code(), StatusCode::kUsage);
  EXPECT_THAT(report.status().ToString(), HasSubstr("conv=3"));
  EXPECT_FALSE(FileExists(dir_.File("out/trained.onnx")));
}

}  // namespace
}  // namespace dc
