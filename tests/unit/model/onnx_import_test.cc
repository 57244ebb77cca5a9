#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "dc/onnx.h"
#include "dc/weights.h"
#include "unit/data/scratch_dir.h"
#include "unit/model/graph_equal.h"
#include "unit/model/proto_builder.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(OnnxImportTest, ReadsAModel) {
  const auto graph = LoadProto(MatMulProto());
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  EXPECT_EQ(graph->name, "matmul");
  EXPECT_EQ(graph->opset, 13);
  ASSERT_EQ(graph->inputs.size(), 1u);
  EXPECT_EQ(graph->inputs[0].shape, (std::vector<int64_t>{1, 3}));
  ASSERT_EQ(graph->nodes.size(), 1u);
  EXPECT_EQ(graph->nodes[0].name, "product");
  EXPECT_EQ(graph->nodes[0].inputs, (std::vector<std::string>{"x", "w"}));
  EXPECT_TRUE(SameTensor(graph->initializers.at("w"), Counting({3, 2})));
  EXPECT_TRUE(graph->uninitialized.empty());
}

TEST(OnnxImportTest, InitializersStopBeingInputs) {
  onnx::ModelProto model = MatMulProto();
  model.set_ir_version(3);
  AddValue("w", {3, 2}, model.mutable_graph()->add_input());
  const auto graph = LoadProto(model);
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  EXPECT_EQ(graph->inputs.size(), 1u);
}

TEST(OnnxImportTest, DimensionsThatAreNotFixedBecomeMinusOne) {
  onnx::ModelProto model = MatMulProto();
  auto* shape = model.mutable_graph()
                    ->mutable_input(0)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape();
  shape->mutable_dim(0)->set_dim_param("batch");
  EXPECT_EQ(LoadProto(model)->inputs[0].shape, (std::vector<int64_t>{-1, 3}));
  shape->mutable_dim(0)->clear_dim_param();
  EXPECT_EQ(LoadProto(model)->inputs[0].shape, (std::vector<int64_t>{-1, 3}));
  shape->mutable_dim(0)->set_dim_value(0);
  EXPECT_EQ(LoadProto(model)->inputs[0].shape, (std::vector<int64_t>{-1, 3}));
}

TEST(OnnxImportTest, InputsAndOutputsNeedShapes) {
  onnx::ModelProto input = MatMulProto();
  input.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  EXPECT_THAT(LoadError(input).ToString(), AllOf(HasSubstr("no shape"), HasSubstr("input 'x'")));
  onnx::ModelProto output = MatMulProto();
  output.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  EXPECT_THAT(LoadError(output).ToString(), AllOf(HasSubstr("infer_shapes"), HasSubstr("'y'")));
}

TEST(OnnxImportTest, ConstantsAreNormalized) {
  onnx::ModelProto model = MatMulProto();
  model.add_opset_import()->set_domain("com.example");
  model.mutable_opset_import(1)->set_version(1);
  auto* reader = model.mutable_graph()->add_node();
  reader->set_op_type("Strange");
  reader->set_domain("com.example");
  reader->add_output("strange");
  AddValue("strange", {1}, model.mutable_graph()->add_output());
  const auto add = [&](const std::string& output) {
    auto* node = model.mutable_graph()->add_node();
    node->set_op_type("Constant");
    node->add_output(output);
    reader->add_input(output);
    return node->add_attribute();
  };
  auto* value = add("f");
  value->set_name("value_float");
  value->set_type(onnx::AttributeProto::FLOAT);
  value->set_f(0.5f);
  value = add("fs");
  value->set_name("value_floats");
  value->set_type(onnx::AttributeProto::FLOATS);
  value->add_floats(1);
  value->add_floats(2);
  value = add("i");
  value->set_name("value_int");
  value->set_type(onnx::AttributeProto::INT);
  value->set_i(-3);
  value = add("is");
  value->set_name("value_ints");
  value->set_type(onnx::AttributeProto::INTS);
  value->add_ints(4);
  const auto graph = LoadProto(model);
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  const auto constant = [&](const std::string& name) { return *graph->Constant(name); };
  EXPECT_TRUE(constant("f").shape.empty());
  EXPECT_EQ(constant("f").f32()[0], 0.5f);
  EXPECT_TRUE(SameTensor(constant("fs"), Counting({2})));
  EXPECT_TRUE(constant("i").shape.empty());
  EXPECT_EQ(constant("i").data<int64_t>()[0], -3);
  EXPECT_EQ(constant("is").shape, std::vector<int64_t>{1});
  EXPECT_EQ(constant("is").data<int64_t>()[0], 4);
}

TEST(OnnxImportTest, WeightsBehindConstantAndTransposeAreFound) {
  onnx::ModelProto model = MatMulProto();
  auto* graph = model.mutable_graph();
  onnx::NodeProto product = graph->node(0);
  graph->clear_node();
  auto* constant = graph->add_node();
  constant->set_op_type("Constant");
  constant->add_output("k");
  auto* value = constant->add_attribute();
  value->set_name("value");
  value->set_type(onnx::AttributeProto::TENSOR);
  *value->mutable_t() = graph->initializer(0);
  value->mutable_t()->set_dims(0, 2);
  value->mutable_t()->set_dims(1, 3);
  graph->clear_initializer();
  auto* transpose = graph->add_node();
  transpose->set_op_type("Transpose");
  transpose->add_input("k");
  transpose->add_output("w");
  *graph->add_node() = product;
  const auto loaded = LoadProto(model);
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  const auto weights = ListWeights(*loaded);
  ASSERT_EQ(weights.size(), 1u);
  EXPECT_EQ(weights[0].name, "w");
  EXPECT_EQ(weights[0].shape, (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(loaded->initializers.at("w").f32()[1], 4.0f);
}

TEST(OnnxImportTest, NodesAreBroughtIntoOrder) {
  onnx::ModelProto model = MatMulProto();
  auto* graph = model.mutable_graph();
  graph->mutable_node(0)->set_input(0, "h");
  auto* relu = graph->add_node();
  relu->set_op_type("Relu");
  relu->add_input("x");
  relu->add_output("h");
  const auto loaded = LoadProto(model);
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  EXPECT_EQ(loaded->nodes[0].op, "Relu");
  EXPECT_EQ(loaded->nodes[1].op, "MatMul");
}

TEST(OnnxImportTest, CyclesAreRefused) {
  onnx::ModelProto model = MatMulProto();
  auto* graph = model.mutable_graph();
  graph->mutable_node(0)->set_input(0, "h");
  auto* relu = graph->add_node();
  relu->set_op_type("Relu");
  relu->add_input("y");
  relu->add_output("h");
  EXPECT_THAT(LoadError(model).ToString(), HasSubstr("'h' is read before"));
}

TEST(OnnxImportTest, ForeignDomainsAndNewOpsetsAreKept) {
  onnx::ModelProto model = MatMulProto();
  model.set_ir_version(10);
  model.mutable_opset_import(0)->set_version(21);
  auto* opset = model.add_opset_import();
  opset->set_domain("com.example");
  opset->set_version(4);
  auto* node = model.mutable_graph()->add_node();
  node->set_op_type("Strange");
  node->set_domain("com.example");
  node->add_input("y");
  node->add_output("z");
  const auto graph = LoadProto(model);
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  EXPECT_EQ(graph->opset, 21);
  EXPECT_EQ(graph->other_opsets.at("com.example"), 4);
  EXPECT_EQ(graph->nodes[1].domain, "com.example");
}

TEST(OnnxImportTest, RefusesSubgraphs) {
  onnx::ModelProto model = MatMulProto();
  auto* node = model.mutable_graph()->add_node();
  node->set_op_type("If");
  node->set_name("branch");
  node->add_input("x");
  node->add_output("z");
  auto* attribute = node->add_attribute();
  attribute->set_name("then_branch");
  attribute->set_type(onnx::AttributeProto::GRAPH);
  attribute->mutable_g()->set_name("g");
  const Status status = LoadError(model);
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("subgraph"), HasSubstr("If node 'branch'")));
}

TEST(OnnxImportTest, RefusesWhatAGraphCannotHold) {
  onnx::ModelProto sparse = MatMulProto();
  sparse.mutable_graph()->add_sparse_initializer()->mutable_values()->set_name("s");
  EXPECT_THAT(LoadError(sparse).ToString(), AllOf(HasSubstr("sparse"), HasSubstr("'s'")));

  onnx::ModelProto functions = MatMulProto();
  functions.add_functions()->set_name("f");
  EXPECT_EQ(LoadError(functions).code(), StatusCode::kUnsupported);

  onnx::ModelProto external = MatMulProto();
  auto* w = external.mutable_graph()->mutable_initializer(0);
  w->clear_float_data();
  w->set_data_location(onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(LoadError(external).ToString(), HasSubstr("initializer 'w'"));

  onnx::ModelProto sequence = MatMulProto();
  sequence.mutable_graph()->mutable_input(0)->mutable_type()->mutable_sequence_type();
  EXPECT_THAT(LoadError(sequence).ToString(), HasSubstr("no tensor"));

  onnx::ModelProto strings = MatMulProto();
  strings.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::STRING);
  EXPECT_THAT(LoadError(strings).ToString(), HasSubstr("STRING"));

  onnx::ModelProto old = MatMulProto();
  old.mutable_opset_import(0)->set_version(6);
  EXPECT_THAT(LoadError(old).ToString(), HasSubstr("opset 6"));
}

TEST(OnnxImportTest, RefusesWeightsThatAreNotFinite) {
  onnx::ModelProto model = MatMulProto();
  model.mutable_graph()->mutable_initializer(0)->set_float_data(
      2, std::numeric_limits<float>::quiet_NaN());
  const Status status = LoadError(model);
  EXPECT_EQ(status.code(), StatusCode::kBadInput);
  EXPECT_THAT(status.ToString(),
              AllOf(HasSubstr("tensor 'w', element 2"), HasSubstr("model.onnx")));
}

TEST(OnnxImportTest, RefusesInvalidModels) {
  onnx::ModelProto opset = MatMulProto();
  opset.clear_opset_import();
  EXPECT_EQ(LoadError(opset).code(), StatusCode::kBadInput);

  onnx::ModelProto no_op = MatMulProto();
  no_op.mutable_graph()->mutable_node(0)->set_op_type("NoSuchOperator");
  EXPECT_THAT(LoadError(no_op).ToString(), HasSubstr("NoSuchOperator"));

  onnx::ModelProto inputs = MatMulProto();
  inputs.mutable_graph()->mutable_node(0)->mutable_input()->RemoveLast();
  EXPECT_EQ(LoadError(inputs).code(), StatusCode::kBadInput);

  onnx::ModelProto dangling = MatMulProto();
  dangling.mutable_graph()->mutable_node(0)->set_input(1, "gone");
  EXPECT_THAT(LoadError(dangling).ToString(), HasSubstr("'gone'"));

  onnx::ModelProto twice = MatMulProto();
  *twice.mutable_graph()->add_initializer() = twice.graph().initializer(0);
  EXPECT_THAT(LoadError(twice).ToString(), HasSubstr("given twice"));

  EXPECT_THAT(LoadError(onnx::ModelProto()).ToString(), HasSubstr("without nodes"));
}

TEST(OnnxImportTest, FilesThatAreNoModel) {
  const ScratchDir dir;
  const auto missing = LoadModel(dir.File("none.onnx"));
  EXPECT_EQ(missing.status().code(), StatusCode::kIo);
  EXPECT_THAT(missing.status().ToString(), HasSubstr("none.onnx"));
  EXPECT_EQ(LoadModel(dir.path()).status().code(), StatusCode::kIo);
  for (const std::string& content : {std::string(), std::string("\x89PNG\r\n\x1a\n 1234567890")}) {
    const auto graph = LoadModel(dir.Write("bad.onnx", content));
    ASSERT_FALSE(graph.ok());
    EXPECT_EQ(graph.status().code(), StatusCode::kBadInput);
    EXPECT_THAT(graph.status().ToString(), HasSubstr("bad.onnx"));
  }
}

}  // namespace
}  // namespace dc
