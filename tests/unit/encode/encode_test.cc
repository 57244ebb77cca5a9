#include "dc/encode.h"

#include <gtest/gtest.h>

#include <limits>

#include "entropy/dec/zstd.h"
#include "format/reader.h"
#include "unit/encode/quantized_graph.h"

namespace dc {
namespace {

Status EncodeStatus(const Graph& graph, const EncodeOptions& options) {
  return EncodeModel(graph, options, nullptr, nullptr).status();
}

TEST(EncodeTest, ReportsWhatItDidToEachWeight) {
  const Graph graph = QuantizedGraph();
  EncodeOptions options;
  options.gap_bits = *LayerSettings::Parse("fc1.weight=3");
  options.order = *LayerSettings::Parse("row");
  options.coder = "raw";
  std::vector<LayerEncoding> layers;
  const auto file = EncodeModel(graph, options, &layers, nullptr);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ASSERT_EQ(layers.size(), 2u);
  const LayerEncoding& coded = layers[0];
  EXPECT_EQ(coded.name, "fc1.weight");
  EXPECT_EQ(coded.form, "table");
  EXPECT_EQ(coded.positions, "gaps");
  EXPECT_EQ(coded.order, "row");
  EXPECT_EQ(coded.code_coder, "raw");
  EXPECT_EQ(coded.position_coder, "raw");
  // Counted again from the codes: each survivor, and a filler for every 8 positions skipped.
  const auto weight = GetQuantizedWeight(graph, "fc1.weight");
  int64_t survivors = 0, fillers = 0, gap = 0;
  for (uint16_t code : weight->codes) {
    if (code == 0) {
      ++gap;
      continue;
    }
    ++survivors;
    fillers += gap / 8;
    gap = 0;
  }
  EXPECT_EQ(coded.weights, 12 * 36);
  EXPECT_EQ(coded.survivors, survivors);
  EXPECT_EQ(coded.fillers, fillers);
  EXPECT_EQ(coded.entries, survivors + fillers);
  EXPECT_EQ(coded.code_bits, 3);
  EXPECT_EQ(coded.gap_bits, 3);
  EXPECT_EQ(coded.codebook_bytes, 16);
  EXPECT_EQ(coded.gap_bytes, (3 * coded.entries + 7) / 8);
  const LayerEncoding& plain = layers[1];
  EXPECT_EQ(plain.form, "float32");
  EXPECT_EQ(plain.positions, "dense");
  // Zeros take a few bits of run lengths.
  EXPECT_GE(plain.code_bytes, 4 * plain.survivors);
  EXPECT_LE(plain.code_bytes, 4 * plain.survivors + 4 * 5 * 12 / 8);
  EXPECT_EQ(plain.code_bits, 32);
}

TEST(EncodeTest, SizesOfStreamsAreThoseReported) {
  std::vector<LayerEncoding> layers;
  const auto bytes = EncodeModel(QuantizedGraph(), {}, &layers, nullptr);
  ASSERT_TRUE(bytes.ok());
  const auto file = format::File::Open(*bytes, &ZstdDecompress);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  const format::TensorStreams streams = file->Streams(0);
  EXPECT_EQ(streams.codebook.size(), static_cast<size_t>(layers[0].codebook_bytes));
  EXPECT_EQ(streams.codes.size(), static_cast<size_t>(layers[0].code_bytes));
  EXPECT_EQ(streams.gaps.size(), static_cast<size_t>(layers[0].gap_bytes));
}

TEST(EncodeTest, IsTheSameForEveryNumberOfThreads) {
  const Graph graph = QuantizedGraph();
  EncodeOptions options;
  options.threads = 1;
  const auto one = EncodeModel(graph, options, nullptr, nullptr);
  options.threads = 4;
  const auto four = EncodeModel(graph, options, nullptr, nullptr);
  ASSERT_TRUE(one.ok() && four.ok());
  EXPECT_EQ(*one, *four);
}

TEST(EncodeTest, RefusesContradictoryOptions) {
  const Graph graph = QuantizedGraph();
  auto with = [&](const char* gap_bits, const char* order, const char* codebook_type) {
    EncodeOptions options;
    options.gap_bits = *LayerSettings::Parse(gap_bits);
    options.order = *LayerSettings::Parse(order);
    options.codebook_type = codebook_type;
    return EncodeStatus(graph, options).code();
  };
  EXPECT_EQ(with("auto", "auto", "f32"), StatusCode::kOk);
  EXPECT_EQ(with("*=8,fc=5", "row", "f16"), StatusCode::kOk);
  EXPECT_EQ(with("0", "auto", "f32"), StatusCode::kUsage);
  EXPECT_EQ(with("17", "auto", "f32"), StatusCode::kUsage);
  EXPECT_EQ(with("2.5", "auto", "f32"), StatusCode::kUsage);
  EXPECT_EQ(with("wide", "auto", "f32"), StatusCode::kUsage);
  EXPECT_EQ(with("fc9.weight=5", "auto", "f32"), StatusCode::kUsage);
  EXPECT_EQ(with("conv=8,fc=5", "auto", "f32"), StatusCode::kUsage);  // it has no convolution
  EXPECT_EQ(with("auto", "diagonal", "f32"), StatusCode::kUsage);
  EXPECT_EQ(with("auto", "auto", "f8"), StatusCode::kUsage);
}

TEST(EncodeTest, RefusesNumbersThatAreNotFinite) {
  Graph graph = QuantizedGraph();
  graph.initializers["fc2.bias"].f32()[2] = std::numeric_limits<float>::quiet_NaN();
  const Status status = EncodeStatus(graph, {});
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_EQ(status.where(), "'fc2.bias'");
}

// Counts what it is told.
class Listener : public Progress {
 public:
  void Begin(const std::string&, int64_t steps) override { total = steps; }
  void Advance(int64_t steps, const std::string&) override { done = steps; }
  void End(const std::string& text) override { summary = text; }
  void Note(const std::string& text) override { notes.push_back(text); }
  int64_t total = 0, done = 0;
  std::string summary;
  std::vector<std::string> notes;
};

TEST(EncodeTest, TellsHowFarItIs) {
  Listener listener;
  EncodeOptions options;
  options.threads = 1;
  const auto file = EncodeModel(QuantizedGraph(), options, nullptr, &listener);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(listener.total, 4);
  EXPECT_EQ(listener.done, 4);
  EXPECT_EQ(listener.summary, std::to_string(file->size()) + " bytes");
}

}  // namespace
}  // namespace dc
