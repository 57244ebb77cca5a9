// The page of a report: its data, and that names from files stay text.
#include <gtest/gtest.h>

#include "dc/encode.h"
#include "dc/quantized_weight.h"
#include "dc/report.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

// x (3) -> Gemm 2 x 3, quantized -> Gemm 2 x 2, plain -> y.
Graph SparseAndPlain() {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 3}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
  graph.initializers["a"] = Tensor::Zeros(DataType::kFloat32, {2, 3});
  graph.initializers["b"] = Tensor::F32({2, 2}, std::vector<float>{0, 1, 0, -1});
  graph.nodes.push_back(MakeNode("Gemm", {"x", "a"}, {"h"}));
  graph.nodes.push_back(MakeNode("Gemm", {"h", "b"}, {"y"}));
  for (Node& node : graph.nodes) node.attributes["transB"] = int64_t{1};
  QuantizedWeight weight;
  weight.shape = {2, 3};
  weight.codebook = {0, -0.5f, 0.25f};
  weight.codes = {2, 0, 0, 1, 0, 2};
  EXPECT_TRUE(SetQuantizedWeight(&graph, "a", weight).ok());
  return graph;
}

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

TEST(ReportPictures, ShowUsesOfEntriesAndMasks) {
  const auto file = EncodeModel(SparseAndPlain(), {}, nullptr, nullptr);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ReportPictures pictures;
  const auto report = ReportFile(*file, &pictures);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  ASSERT_EQ(pictures.layers.size(), 2u);
  const LayerPicture& a = pictures.layers[0];
  ASSERT_EQ(a.bars.size(), 3u);
  EXPECT_EQ(a.bars[0].value, -0.5f);
  EXPECT_EQ(a.bars[0].count, 1u);
  EXPECT_EQ(a.bars[1].value, 0);
  EXPECT_EQ(a.bars[1].count, 3u);
  EXPECT_EQ(a.bars[2].value, 0.25f);
  EXPECT_EQ(a.bars[2].count, 2u);
  EXPECT_EQ(a.mask_rows, 2u);
  EXPECT_EQ(a.mask_columns, 3u);
  EXPECT_EQ(a.mask, (std::vector<uint8_t>{255, 0, 0, 255, 0, 255}));
  uint64_t bytes = 0;
  for (const auto& [stream, size] : a.streams) bytes += size;
  EXPECT_EQ(bytes, report->layers[0].bytes);
  EXPECT_EQ(pictures.layers[1].mask, (std::vector<uint8_t>{0, 255, 0, 255}));
}

TEST(ReportPictures, LargeMasksAreSharesOfTheirCells) {
  Graph graph = SparseAndPlain();
  // 128 x 96: cells of 2 x 1 or 2 x 2; every weight of an even row is kept, so that of each cell
  // it is a half.
  std::vector<float> values(128 * 96);
  for (size_t i = 0; i < values.size(); ++i) values[i] = i / 96 % 2 == 0 ? 1.5f : 0.0f;
  graph.initializers["b"] = Tensor::F32({128, 96}, values);
  graph.outputs[0].shape = {-1, 128};
  graph.initializers.erase("a_codes");
  graph.initializers.erase("a_codebook");
  graph.nodes = {MakeNode("Gemm", {"x", "b"}, {"y"})};
  graph.nodes[0].attributes["transB"] = int64_t{1};
  graph.inputs[0].shape = {-1, 96};
  const auto file = EncodeModel(graph, {}, nullptr, nullptr);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ReportPictures pictures;
  ASSERT_TRUE(ReportFile(*file, &pictures).ok());
  const LayerPicture& picture = pictures.layers.at(0);
  EXPECT_EQ(picture.mask, std::vector<uint8_t>(64 * 64, 128));
  uint64_t weights = 0;
  for (const HistogramBar& bar : picture.bars) weights += bar.count;
  EXPECT_EQ(weights, 128u * 96);
}

TEST(ReportHtml, HoldsTheReportAndLoadsNothing) {
  Report report;
  report.model = "m.dcz";
  report.file_bytes = 12345;
  const auto page = ReportHtml(report, {});
  ASSERT_TRUE(page.ok());
  EXPECT_NE(page->find("\"file_bytes\": 12345"), std::string::npos);
  EXPECT_EQ(page->find("@REPORT@"), std::string::npos);
  for (const char* loads : {"http:", "https:", "src=", "href=", "@import", "url(", "fetch("}) {
    EXPECT_EQ(page->find(loads), std::string::npos) << loads;
  }
  EXPECT_NE(page->find("default-src 'none'"), std::string::npos);
}

TEST(ReportHtml, NamesAndLogsStayText) {
  const std::string evil = "</script><img onerror=x>&amp;\x01\x7f\"\\\n\xff<!--";
  Report report;
  report.model = report.data = evil;
  report.layers.resize(1);
  report.layers[0].name = report.layers[0].policy = evil;
  report.uncompressed = {{evil, evil, 4}};
  report.parts = {{evil, 4}};
  report.energy = {{"fc", 1, 32, 32}};
  report.stages.resize(1);
  report.stages[0].name = evil;
  ReportPictures pictures;
  pictures.settings = pictures.logs = {{evil, evil}};
  pictures.command = evil;
  pictures.layers.resize(1);
  pictures.layers[0].streams = {{evil, 1}};
  const auto page = ReportHtml(report, pictures);
  ASSERT_TRUE(page.ok());
  const auto clean = ReportHtml({}, {});
  ASSERT_TRUE(clean.ok());
  for (const char* markup : {"<", ">", "&", "</script", "<!--", "<img"}) {
    EXPECT_EQ(Count(*page, markup), Count(*clean, markup)) << markup;
  }
  for (const char raw : {'\x01', '\x7f', '\xff'}) {
    EXPECT_EQ(page->find(raw), std::string::npos) << int{raw};
  }
  // Of the pictures: two names, two texts, the command and the stream.
  EXPECT_EQ(Count(*page, "\\u0001\\u007f\\\"\\\\\\u000a"), 6u);
}

}  // namespace
}  // namespace dc
