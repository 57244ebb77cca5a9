// Matrix products.
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

// x times w, plus b of the shape `bias`.
OperatorCase Dense(const std::string& name, std::vector<int64_t> weight, Attributes attributes,
                   std::vector<int64_t> bias) {
  const bool turned = attributes.count("transB") > 0;
  return {.name = "gemm_" + name,
          .sample = {weight[turned ? 1 : 0]},
          .nodes = {{"Gemm", {"x", "w", "b"}, std::move(attributes)}},
          .weights = {{"w", weight}, {"b", std::move(bias)}},
          .tolerance = 5e-5};
}

void AddGemm(std::vector<OperatorCase>* cases) {
  cases->push_back(Dense("plain", {5, 4}, {}, {4}));
  cases->push_back(Dense("transB", {4, 5}, {{"transB", 1}}, {4}));
  cases->push_back(Dense("alpha_beta", {5, 4}, {{"alpha", 0.5}, {"beta", 0.25}}, {4}));
  cases->push_back(
      Dense("alpha_beta_transB", {4, 5}, {{"alpha", -1.5}, {"beta", 2.0}, {"transB", 1}}, {4}));
  cases->push_back(Dense("opset_7", {4, 5}, {{"transB", 1}}, {4}));
  cases->back().opset = 7;
  cases->push_back(Dense("bias_matrix_of_a_row", {5, 4}, {}, {1, 4}));
  cases->push_back(Dense("bias_of_one", {5, 4}, {}, {1}));
  cases->push_back(Dense("bias_of_a_scalar", {5, 4}, {{"beta", 0.5}}, {}));
  cases->push_back(Dense("one_output", {5, 1}, {}, {1}));
  cases->push_back(Dense("one_input", {1, 4}, {}, {4}));
  cases->push_back(Dense("large", {150, 300}, {{"transB", 1}}, {150}));
  cases->push_back({.name = "gemm_without_bias",
                    .sample = {5},
                    .nodes = {{"Gemm", {"x", "w"}}},
                    .weights = {{"w", {5, 4}}}});
  cases->push_back({.name = "gemm_transA",
                    .sample = {5},
                    .nodes = {{"Gemm", {"w", "x"}, {{"transA", 1}, {"transB", 1}}, "turned"},
                              {"Transpose", {"turned"}, {{"perm", {1, 0}}}}},
                    .weights = {{"w", {5, 4}}}});
  OperatorCase row = Dense("then_clip", {5, 4}, {}, {4});
  row.nodes[0].output = "g";
  row.nodes.push_back({"Clip", {"g", "min", "max"}});
  row.constants = {{"min", Number(-0.25f)}, {"max", Number(0.5f)}};
  cases->push_back(row);
  row = Dense("of_a_batch_fixed_at_one", {5, 4}, {}, {4});
  row.fixed_batch = 1;
  cases->push_back(row);
  row = Dense("after_flatten", {4, 60}, {{"transB", 1}}, {4});
  row.sample = {3, 4, 5};
  row.nodes[0].inputs[0] = "f";
  row.nodes.insert(row.nodes.begin(), {"Flatten", {"x"}, {}, "f"});
  cases->push_back(row);
  row = Dense("of_a_transposed_constant", {4, 5}, {}, {4});
  row.sample = {5};
  row.nodes[0].inputs[1] = "t";
  row.nodes.insert(row.nodes.begin(), {"Transpose", {"w"}, {{"perm", {1, 0}}}, "t"});
  cases->push_back(row);
}

}  // namespace

std::vector<OperatorCase> MatrixCases() {
  std::vector<OperatorCase> cases = {
      {.name = "matmul_rows",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {5, 4}}}},
      {.name = "matmul_of_sequences",
       .sample = {3, 5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {5, 4}}}},
      {.name = "matmul_of_images",
       .sample = {2, 3, 5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {5, 4}}}},
      {.name = "matmul_leading_one",
       .sample = {3, 5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {1, 5, 4}}}},
      {.name = "matmul_by_a_vector",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {5}}}},
      {.name = "matmul_by_several_matrices",
       .sample = {2, 3, 5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {2, 5, 4}}}},
      {.name = "matmul_of_two_values",
       .sample = {3, 5},
       .nodes = {{"Transpose", {"x"}, {{"perm", {0, 2, 1}}}, "t"}, {"MatMul", {"x", "t"}}}},
      {.name = "matmul_by_a_constant_on_the_left",
       .sample = {3, 5},
       .nodes = {{"MatMul", {"w", "x"}}},
       .weights = {{"w", {4, 3}}}},
      {.name = "matmul_and_bias",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Add", {"m", "b"}}},
       .weights = {{"w", {5, 4}}, {"b", {4}}}},
      {.name = "matmul_and_bias_first",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Add", {"b", "m"}, {}, "a"}, {"Relu", {"a"}}},
       .weights = {{"w", {5, 4}}, {"b", {1, 4}}}},
      {.name = "matmul_and_a_scalar",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Add", {"m", "b"}}},
       .weights = {{"w", {5, 4}}, {"b", {}}}},
      {.name = "matmul_and_a_bias_of_each_step",
       .sample = {3, 5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Add", {"m", "b"}}},
       .weights = {{"w", {5, 4}}, {"b", {3, 4}}}},
      {.name = "matmul_and_a_bias_wider_than_it",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Add", {"m", "b"}}},
       .weights = {{"w", {5, 1}}, {"b", {4}}}},
      {.name = "matmul_twice_with_one_weight",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Relu", {"m"}, {}, "r"}, {"MatMul", {"r", "w"}}},
       .weights = {{"w", {5, 5}}}},
      {.name = "matmul_of_many_rows_large",
       .sample = {20, 120},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {120, 90}}},
       .tolerance = 5e-5},
      // A weight as quantized files hold it.
      {.name = "matmul_of_codes",
       .sample = {2},
       .nodes = {{"Cast", {"codes"}, {{"to", 6}}, "indices"},
                 {"Gather", {"codebook", "indices"}, {}, "w"},
                 {"MatMul", {"x", "w"}}},
       .constants = {{"codes", Codes({2, 3}, {0, 1, 2, 2, 0, 1})},
                     {"codebook", Floats({3}, {0.0f, -0.5f, 0.75f})}}},
  };
  AddGemm(&cases);
  return cases;
}

}  // namespace dc
