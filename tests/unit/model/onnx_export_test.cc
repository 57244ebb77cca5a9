#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>

#include "dc/files.h"
#include "dc/onnx.h"
#include "unit/data/scratch_dir.h"
#include "unit/model/graph_equal.h"
#include "unit/model/proto_builder.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using testing::HasSubstr;

onnx::ModelProto Written(const Graph& graph) {
  const ScratchDir dir;
  const Status status = SaveModel(graph, dir.File("m.onnx"));
  EXPECT_TRUE(status.ok()) << status.ToString();
  onnx::ModelProto model;
  const auto bytes = ReadFile(dir.File("m.onnx"));
  EXPECT_TRUE(bytes.ok() && model.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())));
  return model;
}

TEST(OnnxExportTest, WritesAModelThatOnnxAccepts) {
  const onnx::ModelProto model = Written(GemmGraph());
  EXPECT_NO_THROW(onnx::checker::check_model(model));
  EXPECT_EQ(model.producer_name(), "deep-compression");
  EXPECT_EQ(model.ir_version(), 7);  // ONNX 1.8's, which brought opset 13
  ASSERT_EQ(model.opset_import_size(), 1);
  EXPECT_EQ(model.opset_import(0).version(), 13);
  const auto& shape = model.graph().input(0).type().tensor_type().shape();
  EXPECT_EQ(shape.dim(0).dim_param(), "N");
  EXPECT_EQ(shape.dim(1).dim_value(), 3);
  ASSERT_EQ(model.graph().initializer_size(), 2);
  EXPECT_TRUE(model.graph().initializer(0).has_raw_data());
}

TEST(OnnxExportTest, IrVersionFollowsTheOpset) {
  for (const auto& [opset, ir] : std::map<int64_t, int64_t>{
           {7, 4}, {9, 4}, {10, 5}, {11, 6}, {12, 7}, {14, 7}, {15, 8}, {17, 8}, {21, 8}}) {
    Graph graph = GemmGraph();
    graph.opset = opset;
    EXPECT_EQ(Written(graph).ir_version(), ir) << opset;
  }
}

TEST(OnnxExportTest, EverythingAGraphHoldsRoundTrips) {
  Graph graph = GemmGraph();
  graph.opset = 13;
  graph.metadata = {{"dc.note", "a=b,c"}, {"empty", ""}};
  graph.other_opsets = {{"com.example", 2}};
  graph.initializers["codes"] = Tensor::Zeros(DataType::kUint16, {3, 1});
  graph.initializers["scalar"] = Tensor::Zeros(DataType::kInt8, {});
  graph.initializers["none"] = Tensor::Zeros(DataType::kFloat32, {0});
  Node strange = MakeNode("Strange", {"h", "", "codes", "scalar", "none"}, {"p", "", "q"},
                          {{"i", int64_t{-1}},
                           {"f", 0.1f},
                           {"s", std::string("text\0with zero", 14)},
                           {"is", std::vector<int64_t>{3, -4}},
                           {"fs", std::vector<float>{0.5f, 2}},
                           {"ss", std::vector<std::string>{"a", "", "b"}},
                           {"t", Counting({2, 2})},
                           {"no_ints", std::vector<int64_t>{}},
                           {"no_floats", std::vector<float>{}},
                           {"no_strings", std::vector<std::string>{}}});
  strange.domain = "com.example";
  graph.nodes.push_back(strange);
  graph.initializers["k"] = Tensor::I64(std::vector<int64_t>{2});
  graph.nodes.push_back(MakeNode("TopK", {"h", "k"}, {"left", "right"}, {{"axis", int64_t{1}}}));
  graph.outputs.push_back({"right", DataType::kInt64, {-1, -1}});
  graph.outputs.push_back({"q", DataType::kInt64, {}});

  const ScratchDir dir;
  const Status saved = SaveModel(graph, dir.File("m.onnx"));
  ASSERT_TRUE(saved.ok()) << saved.ToString();
  const auto loaded = LoadModel(dir.File("m.onnx"));
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  ExpectSameGraph(graph, *loaded);
}

TEST(OnnxExportTest, NodesThatShareANameAreToldApart) {
  Graph graph = GemmGraph();
  graph.nodes.push_back(MakeNode("Relu", {"y"}, {"z"}));
  graph.outputs[0].name = "z";
  graph.nodes[0].name = graph.nodes[1].name = "n";
  graph.nodes[2].name = "n_1";
  const onnx::ModelProto model = Written(graph);
  ASSERT_EQ(model.graph().node_size(), 3);
  EXPECT_EQ(model.graph().node(0).name(), "n");
  EXPECT_EQ(model.graph().node(1).name(), "n_2");
  EXPECT_EQ(model.graph().node(2).name(), "n_1");
}

TEST(OnnxExportTest, WritingIsDeterministic) {
  EXPECT_EQ(Written(GemmGraph()).SerializeAsString(), Written(GemmGraph()).SerializeAsString());
}

TEST(OnnxExportTest, ForeignDomainsGetAVersion) {
  Graph graph = GemmGraph();
  graph.nodes.push_back(MakeNode("Strange", {"h"}, {"p"}));
  graph.nodes.back().domain = "com.example";
  const onnx::ModelProto model = Written(graph);
  ASSERT_EQ(model.opset_import_size(), 2);
  EXPECT_EQ(model.opset_import(1).domain(), "com.example");
  EXPECT_EQ(model.opset_import(1).version(), 1);
}

TEST(OnnxExportTest, RefusesGraphsThatAreNoModel) {
  const ScratchDir dir;
  const auto error_of = [&](const Graph& graph) {
    const Status status = SaveModel(graph, dir.File("m.onnx"));
    EXPECT_FALSE(FileExists(dir.File("m.onnx")));
    return status;
  };
  Graph uninitialized = GemmGraph();
  uninitialized.uninitialized.push_back({"v", DataType::kFloat32, {1}});
  EXPECT_EQ(error_of(uninitialized).code(), StatusCode::kInternal);
  Graph dangling = GemmGraph();
  dangling.initializers.erase("w");
  EXPECT_THAT(error_of(dangling).ToString(), HasSubstr("'w'"));
  Graph invalid = GemmGraph();
  invalid.nodes[0].attributes["transB"] = 0.5f;
  EXPECT_THAT(error_of(invalid).ToString(), HasSubstr("transB"));
}

TEST(OnnxExportTest, DirectoriesThatAreNotThereAreAnIoError) {
  EXPECT_EQ(SaveModel(GemmGraph(), "/nonexistent/dir/m.onnx").code(), StatusCode::kIo);
}

}  // namespace
}  // namespace dc
