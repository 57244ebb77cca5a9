// The SqueezeNet that the authors of Deep Compression released, through import, encode and decode.
// Runs where DC_SQUEEZENET_DIR names a folder with compressed_SqueezeNet.net and
// squeezenet1.0-dc.onnx, the same network as plain floats.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "dc/decode.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/import.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"

namespace dc {
namespace {

class SqueezeNetImport : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("DC_SQUEEZENET_DIR");
    if (!folder) GTEST_SKIP() << "DC_SQUEEZENET_DIR is not set: the release is not tested";
    auto model = LoadModel(std::string(folder) + "/squeezenet1.0-dc.onnx");
    ASSERT_TRUE(model.ok()) << model.status().ToString();
    floats_ = *std::move(model);
    const auto file = ReadFile(std::string(folder) + "/compressed_SqueezeNet.net");
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    imported_ = floats_;
    // The import has to bring every number itself.
    for (auto& [name, tensor] : imported_.initializers) {
      if (tensor.type == DataType::kFloat32) tensor = Tensor::Zeros(tensor.type, tensor.shape);
    }
    const auto layers = ImportHanNet(*file, &imported_);
    ASSERT_TRUE(layers.ok()) << layers.status().ToString();
    layers_ = *layers;
  }

  // The weights and biases of `graph`, as floats, are those of the float model, bit for bit.
  void ExpectSameFloats(Graph graph) const {
    ASSERT_TRUE(DequantizeAll(&graph).ok());
    const std::vector<WeightRef> expected = ListWeights(floats_), found = ListWeights(graph);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(graph.initializers.at(found[i].name).bytes,
                floats_.initializers.at(expected[i].name).bytes)
          << expected[i].name;
      EXPECT_EQ(graph.initializers.at(found[i].bias).bytes,
                floats_.initializers.at(expected[i].bias).bytes)
          << expected[i].bias;
    }
  }

  Graph floats_, imported_;
  std::vector<ImportedLayer> layers_;
};

TEST_F(SqueezeNetImport, EqualsTheFloatModelBitForBit) {
  ExpectSameFloats(imported_);
  ASSERT_EQ(layers_.size(), 26u);
  int64_t weights = 0, survivors = 0, entries = 0, fillers = 0;
  for (const ImportedLayer& layer : layers_) {
    weights += layer.weights;
    survivors += layer.survivors;
    entries += layer.entries;
    fillers += layer.fillers;
    EXPECT_EQ(layer.note, "") << layer.name;
  }
  // As counted when the release was described.
  EXPECT_EQ(weights, 1244448);
  EXPECT_EQ(survivors, 415921);
  EXPECT_EQ(entries, 422083);
  EXPECT_EQ(fillers, 6162);
}

TEST_F(SqueezeNetImport, CodesCentroidsAndBiasesSurviveTheFile) {
  const auto file = EncodeModel(imported_, EncodeOptions(), nullptr, nullptr);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  RecordProperty("file_bytes", static_cast<int>(file->size()));
  EXPECT_LE(file->size(), 560000u);
  const auto decoded = DecodeModel(*file);
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  ExpectSameFloats(*decoded);
  const std::vector<WeightRef> before = ListWeights(imported_), after = ListWeights(*decoded);
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    const auto a = GetQuantizedWeight(imported_, before[i].name);
    const auto b = GetQuantizedWeight(*decoded, after[i].name);
    ASSERT_TRUE(a.ok() && b.ok()) << before[i].name;
    EXPECT_EQ(a->codes, b->codes) << before[i].name;
    EXPECT_EQ(a->codebook, b->codebook) << before[i].name;
  }
}

}  // namespace
}  // namespace dc
