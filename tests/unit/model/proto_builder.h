// Small ONNX models as protobuf messages, to be damaged by tests.
#ifndef DC_TESTS_UNIT_MODEL_PROTO_BUILDER_H_
#define DC_TESTS_UNIT_MODEL_PROTO_BUILDER_H_

#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dc/onnx.h"

namespace dc {

inline void AddValue(const std::string& name, const std::vector<int64_t>& shape,
                     onnx::ValueInfoProto* value) {
  value->set_name(name);
  auto* type = value->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  for (int64_t d : shape) type->mutable_shape()->add_dim()->set_dim_value(d);
}

// x (1 x 3) -> MatMul(w: 3 x 2, stored as float_data 1..6) -> y (1 x 2), opset 13.
inline onnx::ModelProto MatMulProto() {
  onnx::ModelProto model;
  model.set_ir_version(7);
  auto* opset = model.add_opset_import();
  opset->set_domain("");
  opset->set_version(13);
  auto* graph = model.mutable_graph();
  graph->set_name("matmul");
  AddValue("x", {1, 3}, graph->add_input());
  AddValue("y", {1, 2}, graph->add_output());
  auto* w = graph->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(3);
  w->add_dims(2);
  for (int i = 1; i <= 6; ++i) w->add_float_data(static_cast<float>(i));
  auto* node = graph->add_node();
  node->set_op_type("MatMul");
  node->set_name("product");
  node->add_input("x");
  node->add_input("w");
  node->add_output("y");
  return model;
}

inline StatusOr<Graph> LoadProto(const onnx::ModelProto& model) {
  const std::string bytes = model.SerializeAsString();
  return ParseModel(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()),
                    "model.onnx");
}

// The error that loading `model` gives; the test fails where there is none.
inline Status LoadError(const onnx::ModelProto& model) {
  const auto graph = LoadProto(model);
  EXPECT_FALSE(graph.ok());
  return graph.status();
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_MODEL_PROTO_BUILDER_H_
