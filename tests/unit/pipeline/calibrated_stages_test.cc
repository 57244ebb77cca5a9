// Stages that calibrate, beside the same stages without: on the outputs, which is what they keep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "dc/files.h"
#include "dc/quantized_weight.h"
#include "dc/stages.h"
#include "train/gather_moments.h"
#include "unit/data/scratch_dir.h"
#include "unit/pipeline/small_run.h"

namespace dc {
namespace {

using testing::HasSubstr;

// The samples of `data` as x.npy, uint8.
void WriteNpy(const Dataset& data, const std::string& path) {
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" +
                       std::to_string(data.train.count) + ", 1, 8, 8), }";
  header.resize(118 - 1, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size());
  file += '\0';
  file += header;
  file.append(data.train.u8.begin(), data.train.u8.end());
  ASSERT_TRUE(WriteFileAtomic(path, file).ok());
}

class CalibratedStages : public testing::Test {
 protected:
  void SetUp() override {
    WriteNpy(data_, dir_.File("x.npy"));
    spec_ = "npy:" + dir_.File("x.npy");
    // x - Conv - BatchNormalization - Relu - Flatten - Gemm - Relu - MatMul - Add.
    Rng rng(5);
    const auto put = [&](const char* name, std::vector<int64_t> shape, double mean, double spread) {
      Tensor tensor = Tensor::Zeros(DataType::kFloat32, std::move(shape));
      for (float& v : tensor.f32()) v = static_cast<float>(mean + spread * rng.Normal());
      graph_.initializers[name] = std::move(tensor);
    };
    graph_.inputs = {{"x", DataType::kFloat32, {-1, 1, 8, 8}}};
    graph_.outputs = {{"y", DataType::kFloat32, {-1, 4}}};
    put("w1", {6, 1, 3, 3}, 0, 0.4);
    put("scale", {6}, 1, 0.1);
    put("shift", {6}, 0.2, 0.1);
    put("mean", {6}, 0.1, 0.1);
    put("variance", {6}, 0.5, 0.02);
    put("w2", {12, 216}, 0, 0.1);
    put("b2", {12}, 0, 0.1);
    put("w3", {12, 4}, 0, 0.4);
    put("b3", {4}, 0, 0.1);
    graph_.nodes = {
        {"c", "Conv", "", {"x", "w1"}, {"c"}, {}},
        {"n", "BatchNormalization", "", {"c", "scale", "shift", "mean", "variance"}, {"n"}, {}},
        {"r", "Relu", "", {"n"}, {"r"}, {}},
        {"f", "Flatten", "", {"r"}, {"f"}, {}},
        {"g", "Gemm", "", {"f", "w2", "b2"}, {"g"}, {{"transB", int64_t{1}}}},
        {"s", "Relu", "", {"g"}, {"s"}, {}},
        {"m", "MatMul", "", {"s", "w3"}, {"m"}, {}},
        {"y", "Add", "", {"m", "b3"}, {"y"}, {}}};
  }

  // Relative squared difference of outputs to those of the network as it was, on other samples than
  // those that calibrate.
  double ErrorOf(const Graph& graph) const {
    Dataset other = data_;
    other.train = data_.test;
    const CalibrationSamples samples = DrawSamples(other, {}, 96, 1);
    Graph floats = graph;
    EXPECT_TRUE(DequantizeAll(&floats).ok());
    const auto was = ComputeOutputs(graph_, samples), is = ComputeOutputs(floats, samples);
    EXPECT_TRUE(was.ok() && is.ok());
    std::vector<double> mean(4);
    for (size_t i = 0; i < was->size(); ++i) mean[i % 4] += 4.0 * (*was)[i] / was->size();
    double difference = 0, all = 0;
    for (size_t i = 0; i < was->size(); ++i) {
      difference += std::pow((*was)[i] - (*is)[i], 2);
      all += std::pow((*was)[i] - mean[i % 4], 2);
    }
    return difference / all;
  }

  Graph Pruned(PruneOptions options, bool calibrate) const {
    if (calibrate) options.calibrate = spec_;
    TrainOptions none;
    none.epochs = 0;
    none.threads = 1;
    Graph graph = graph_;
    const auto report = RunPrune(options, none, nullptr, &graph, nullptr);
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return graph;
  }

  Graph Quantized(const Graph& graph, const std::string& bits, bool calibrate) const {
    QuantizeOptions options;
    options.bits = *LayerSettings::Parse(bits);
    options.threads = 1;
    if (calibrate) options.calibrate = spec_;
    TrainOptions none;
    none.epochs = 0;
    none.threads = 1;
    Graph result = graph;
    const auto report = RunQuantize(options, none, nullptr, &result, nullptr);
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return result;
  }

  static int64_t Survivors(const Graph& graph) {
    int64_t survivors = 0;
    for (const LayerDensity& layer : Densities(graph)) survivors += layer.survivors;
    return survivors;
  }

  const Dataset data_ = SmallData();
  ScratchDir dir_;
  std::string spec_;
  Graph graph_;
};

TEST_F(CalibratedStages, PruningByLayerKeepsOutputsCloser) {
  PruneOptions options;
  options.amounts = *LayerSettings::Parse("w1=0.6,w2=0.3,w3=0.5");
  options.remove_dead_neurons = false;
  const Graph plain = Pruned(options, false), calibrated = Pruned(options, true);
  const auto densities = Densities(calibrated);
  EXPECT_EQ(densities[0].survivors, 32);
  EXPECT_EQ(densities[1].survivors, 778);
  EXPECT_EQ(densities[2].survivors, 24);
  EXPECT_LT(ErrorOf(calibrated), 0.5 * ErrorOf(plain));
}

TEST_F(CalibratedStages, AGlobalDensityIsSharedOutByMeasuredError) {
  PruneOptions options;
  options.criterion = PruneCriterion::kGlobalDensity;
  options.global_density = 0.3;
  const Graph plain = Pruned(options, false), calibrated = Pruned(options, true);
  EXPECT_NEAR(Survivors(calibrated), 0.3 * (54 + 12 * 216 + 48), 1);
  EXPECT_LT(ErrorOf(calibrated), 0.5 * ErrorOf(plain));
}

TEST_F(CalibratedStages, QuantizingKeepsOutputsCloserWithTheSameBits) {
  const Graph plain = Quantized(graph_, "3", false), calibrated = Quantized(graph_, "3", true);
  for (const char* name : {"w1", "w2", "w3"}) {
    EXPECT_LE(GetQuantizedWeight(calibrated, name)->codebook.size(), 8u);
  }
  EXPECT_LT(ErrorOf(calibrated), 0.7 * ErrorOf(plain));
}

TEST_F(CalibratedStages, PrunedWeightsStayZeroWhenQuantized) {
  PruneOptions options;
  options.amounts = *LayerSettings::Parse("0.4");
  const Graph pruned = Pruned(options, true);
  Graph quantized = Quantized(pruned, "4", true);
  EXPECT_TRUE(GetQuantizedWeight(quantized, "w2")->sparse());
  EXPECT_LE(Survivors(quantized), Survivors(pruned));
  EXPECT_TRUE(DequantizeAll(&quantized).ok());
  for (const char* name : {"w1", "w2", "w3"}) {
    const auto before = pruned.initializers.at(name).f32();
    const auto after = quantized.initializers.at(name).f32();
    for (size_t i = 0; i < before.size(); ++i) {
      if (before[i] == 0) {
        EXPECT_EQ(after[i], 0);
      }
    }
  }
}

TEST_F(CalibratedStages, ResultsDependNeitherOnThreadsNorOnTheRun) {
  PruneOptions options;
  options.calibrate = spec_;
  options.amounts = *LayerSettings::Parse("0.4");
  std::vector<Graph> results;
  for (const int threads : {1, 2, 1}) {
    TrainOptions none;
    none.epochs = 0;
    none.threads = threads;
    Graph graph = graph_;
    ASSERT_TRUE(RunPrune(options, none, nullptr, &graph, nullptr).ok());
    QuantizeOptions quantize;
    quantize.calibrate = spec_;
    quantize.threads = threads;
    ASSERT_TRUE(RunQuantize(quantize, none, nullptr, &graph, nullptr).ok());
    ASSERT_TRUE(DequantizeAll(&graph).ok());
    results.push_back(std::move(graph));
  }
  for (const auto& [name, tensor] : results[0].initializers) {
    EXPECT_EQ(tensor.bytes, results[1].initializers.at(name).bytes) << name;
    EXPECT_EQ(tensor.bytes, results[2].initializers.at(name).bytes) << name;
  }
}

TEST_F(CalibratedStages, SamplesThatAreNotThereAreNamed) {
  PruneOptions options;
  options.amounts = *LayerSettings::Parse("0.4");
  options.calibrate = "npy:" + dir_.File("none.npy");
  TrainOptions none;
  none.epochs = 0;
  Graph graph = graph_;
  const auto report = RunPrune(options, none, nullptr, &graph, nullptr);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.status().ToString(), HasSubstr("none.npy"));
}

}  // namespace
}  // namespace dc
