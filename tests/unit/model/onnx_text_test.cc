#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/onnx.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kText[] = R"(
<ir_version: 7, opset_import: ["" : 13], metadata_props: ["dc.input.scale" : "0.5"]>
net (float[N, 4] x) => (float[N, 2] y)
<float[2, 4] w, float[2] b, float[N, 2] h, float[1] one = {1.0}>
{
  h = Gemm <transB = 1> (x, w, b)
  y = Mul (h, one)
}
)";

std::string Replaced(const std::string& from, const std::string& to) {
  std::string text = kText;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

Status ErrorOf(const std::string& text) {
  const auto graph = ParseModelText(text, "net.onnxtxt");
  EXPECT_FALSE(graph.ok());
  EXPECT_THAT(graph.status().ToString(), HasSubstr("net.onnxtxt"));
  EXPECT_EQ(graph.status().ToString().find('\n'), std::string::npos);
  return graph.status();
}

TEST(OnnxTextTest, DeclaredValuesWithoutAProducerAreParameters) {
  const auto graph = ParseModelText(kText, "net.onnxtxt");
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  EXPECT_EQ(graph->name, "net");
  ASSERT_EQ(graph->uninitialized.size(), 2u);
  EXPECT_EQ(graph->uninitialized[0].name, "w");
  EXPECT_EQ(graph->uninitialized[0].shape, (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(graph->uninitialized[1].name, "b");
  ASSERT_EQ(graph->inputs.size(), 1u);
  EXPECT_EQ(graph->inputs[0].shape, (std::vector<int64_t>{-1, 4}));
  EXPECT_EQ(graph->initializers.size(), 1u);
  EXPECT_EQ(graph->metadata.at("dc.input.scale"), "0.5");
}

TEST(OnnxTextTest, FilesAreToldByTheirEnding) {
  const ScratchDir dir;
  const auto text = LoadModel(dir.Write("net.onnxtxt", std::string(kText)));
  EXPECT_TRUE(text.ok()) << text.status().ToString();
  EXPECT_FALSE(LoadModel(dir.Write("net.onnx", std::string(kText))).ok());
}

TEST(OnnxTextTest, SyntaxErrorsNameTheLine) {
  EXPECT_THAT(ErrorOf(Replaced("Mul (h, one)", "Mul (h, one")).ToString(), HasSubstr("line: "));
  EXPECT_EQ(ErrorOf("").code(), StatusCode::kBadInput);
  EXPECT_EQ(ErrorOf(std::string("a\0b", 3)).code(), StatusCode::kBadInput);
  EXPECT_EQ(ErrorOf(Replaced("13", "99999999999999999999")).code(), StatusCode::kBadInput);
}

TEST(OnnxTextTest, ParametersNeedAFixedShapeAndAReader) {
  EXPECT_THAT(ErrorOf(Replaced("float[2, 4] w", "float[M, 4] w")).ToString(),
              AllOf(HasSubstr("fixed shape"), HasSubstr("'w'")));
  EXPECT_THAT(ErrorOf(Replaced("float[2] b", "float[2] b, float[2] c")).ToString(),
              AllOf(HasSubstr("no node reads"), HasSubstr("'c'")));
  EXPECT_EQ(ErrorOf(Replaced("float[2, 4] w", "int32[2, 4] w")).code(), StatusCode::kUnsupported);
  EXPECT_THAT(
      ErrorOf(Replaced("float[2, 4] w", "float[4000000000, 4000000000, 4000000000] w")).ToString(),
      HasSubstr("more than 2 GB"));
}

TEST(OnnxTextTest, UndeclaredValuesAreNamed) {
  EXPECT_THAT(ErrorOf(Replaced("(x, w, b)", "(x, weight, b)")).ToString(), HasSubstr("'weight'"));
}

TEST(OnnxTextTest, TensorsMustFitTheirShape) {
  EXPECT_THAT(ErrorOf(Replaced("{1.0}", "{1.0, 2.0}")).ToString(), HasSubstr("'one'"));
}

TEST(OnnxTextTest, DeepNestingIsRefusedBeforeParsing) {
  std::string nested = "net (";
  for (int i = 0; i < 200000; ++i) nested += "seq(";
  EXPECT_EQ(ErrorOf(nested).code(), StatusCode::kUnsupported);
  // Brackets in comments and strings do not hide any.
  std::string hidden = "net (";
  for (int i = 0; i < 100; ++i) hidden += "seq( # )\n";
  EXPECT_EQ(ErrorOf(hidden).code(), StatusCode::kUnsupported);
}

TEST(OnnxTextTest, EveryCutAndEveryChangedCharacterIsSurvived) {
  const std::string text = kText;
  for (size_t i = 0; i < text.size(); ++i) {
    static_cast<void>(ParseModelText(text.substr(0, i), "cut"));
    for (char c : {'<', '(', '}', '"', ',', '9', '#', '@'}) {
      std::string changed = text;
      changed[i] = c;
      const auto graph = ParseModelText(changed, "changed");
      if (!graph.ok()) {
        EXPECT_NE(graph.status().code(), StatusCode::kInternal);
      }
    }
  }
}

}  // namespace
}  // namespace dc
