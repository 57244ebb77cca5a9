// Structural equality of graphs, for tests that write and read them.
#ifndef DC_TESTS_UNIT_MODEL_GRAPH_EQUAL_H_
#define DC_TESTS_UNIT_MODEL_GRAPH_EQUAL_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dc/graph.h"

namespace dc {

inline bool SameTensor(const Tensor& a, const Tensor& b) {
  return a.type == b.type && a.shape == b.shape && a.bytes == b.bytes;
}

inline bool SameAttribute(const AttributeValue& a, const AttributeValue& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, Tensor>) {
          return SameTensor(value, std::get<T>(b));
        } else {
          return value == std::get<T>(b);
        }
      },
      a);
}

inline void ExpectSameValues(const std::vector<ValueInfo>& a, const std::vector<ValueInfo>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_EQ(a[i].type, b[i].type);
    EXPECT_EQ(a[i].shape, b[i].shape);
  }
}

inline void ExpectSameNodes(const std::vector<Node>& a, const std::vector<Node>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_EQ(a[i].op, b[i].op);
    EXPECT_EQ(a[i].domain, b[i].domain);
    EXPECT_EQ(a[i].inputs, b[i].inputs);
    EXPECT_EQ(a[i].outputs, b[i].outputs);
    ASSERT_EQ(a[i].attributes.size(), b[i].attributes.size());
    for (const auto& [key, value] : a[i].attributes) {
      ASSERT_EQ(b[i].attributes.count(key), 1u) << key;
      EXPECT_TRUE(SameAttribute(value, b[i].attributes.at(key))) << key;
    }
  }
}

inline void ExpectSameGraph(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.opset, b.opset);
  EXPECT_EQ(a.other_opsets, b.other_opsets);
  EXPECT_EQ(a.metadata, b.metadata);
  ExpectSameValues(a.inputs, b.inputs);
  ExpectSameValues(a.outputs, b.outputs);
  ExpectSameValues(a.uninitialized, b.uninitialized);
  ExpectSameNodes(a.nodes, b.nodes);
  ASSERT_EQ(a.initializers.size(), b.initializers.size());
  for (const auto& [key, tensor] : a.initializers) {
    ASSERT_EQ(b.initializers.count(key), 1u) << key;
    EXPECT_TRUE(SameTensor(tensor, b.initializers.at(key))) << key;
  }
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_MODEL_GRAPH_EQUAL_H_
