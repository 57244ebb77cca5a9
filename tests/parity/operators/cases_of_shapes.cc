// The same values in another shape or order, joined or picked.
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

void AddReshapes(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample,
                       std::initializer_list<int64_t> shape, bool covered = true,
                       int64_t fixed_batch = 0) {
    cases->push_back({.name = "reshape_" + name,
                      .sample = std::move(sample),
                      .nodes = {{"Reshape", {"x", "shape"}}},
                      .constants = {{"shape", List(shape)}},
                      .trained = covered,
                      .fixed_batch = fixed_batch});
  };
  add("to_rows", {3, 4, 5}, {0, -1});
  add("to_rows_of_an_open_batch", {3, 4, 5}, {-1, 60});
  add("to_images", {60}, {-1, 3, 4, 5});
  add("to_images_of_an_open_dimension", {60}, {0, 3, -1, 5});
  add("copied_dimensions", {3, 4, 5}, {0, 0, -1});
  add("copied_last_dimension", {4, 5, 3}, {-1, 12, 0});
  add("batch_of_one", {3, 4, 5}, {1, 60}, true, 1);
  add("batch_of_one_and_an_open_dimension", {3, 4, 5}, {1, -1}, true, 1);
  add("a_batch_into_more_samples", {12}, {-1, 6}, false);
  add("a_batch_into_columns", {12}, {12, -1}, false);
  cases->back().executed = false;
  cases->push_back({.name = "reshape_allowzero",
                    .opset = 14,
                    .sample = {3, 4, 5},
                    .nodes = {{"Reshape", {"x", "shape"}, {{"allowzero", 1}}}},
                    .constants = {{"shape", List({-1, 12, 5})}}});
  cases->push_back({.name = "reshape_by_a_constant_node",
                    .opset = 12,
                    .sample = {3, 4, 5},
                    .nodes = {{"Constant", {}, {{"value_ints", {0, -1}}}, "shape"},
                              {"Reshape", {"x", "shape"}}}});
  cases->push_back({.name = "reshape_there_and_back",
                    .sample = {12},
                    .nodes = {{"Reshape", {"x", "there"}, {}, "r"},
                              {"Relu", {"r"}, {}, "s"},
                              {"Reshape", {"s", "back"}}},
                    .constants = {{"there", List({-1, 6})}, {"back", List({-1, 12})}}});
}

void AddFlattens(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample, Attributes attributes,
                       bool trained, bool executed) {
    cases->push_back({.name = "flatten_" + name,
                      .sample = std::move(sample),
                      .nodes = {{"Flatten", {"x"}, std::move(attributes)}},
                      .trained = trained,
                      .executed = executed});
  };
  add("images", {3, 4, 5}, {}, true, true);
  add("lines", {4, 5}, {{"axis", 1}}, true, true);
  add("matrix", {7}, {}, true, true);
  add("negative_axis", {3, 4, 5}, {{"axis", -3}}, true, true);
  add("after_ones", {1, 1, 5}, {{"axis", 3}}, true, true);
  add("of_samples_together", {3, 4, 5}, {{"axis", 2}}, false, true);
  add("of_the_batch", {7}, {{"axis", 0}}, false, true);
}

void AddAxes(std::vector<OperatorCase>* cases) {
  cases->push_back({.name = "squeeze",
                    .sample = {3, 1, 1},
                    .nodes = {{"Squeeze", {"x", "axes"}}},
                    .constants = {{"axes", List({2, 3})}}});
  cases->push_back({.name = "squeeze_opset_11",
                    .opset = 11,
                    .sample = {1, 4, 1},
                    .nodes = {{"Squeeze", {"x"}, {{"axes", {1, -1}}}}}});
  cases->push_back({.name = "squeeze_all", .sample = {3, 1, 1}, .nodes = {{"Squeeze", {"x"}}}});
  cases->push_back({.name = "unsqueeze",
                    .sample = {7},
                    .nodes = {{"Unsqueeze", {"x", "axes"}}},
                    .constants = {{"axes", List({2, 3})}}});
  cases->push_back({.name = "unsqueeze_opset_7",
                    .opset = 7,
                    .sample = {4, 5},
                    .nodes = {{"Unsqueeze", {"x"}, {{"axes", {1}}}}}});
  cases->push_back({.name = "unsqueeze_before_the_batch",
                    .sample = {7},
                    .nodes = {{"Unsqueeze", {"x", "axes"}}},
                    .constants = {{"axes", List({0})}},
                    .trained = false});
}

void AddTransposes(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample, Attributes attributes,
                       bool covered = true) {
    cases->push_back({.name = "transpose_" + name,
                      .sample = std::move(sample),
                      .nodes = {{"Transpose", {"x"}, std::move(attributes)}},
                      .trained = covered});
  };
  add("to_channels_last", {3, 4, 5}, {{"perm", {0, 2, 3, 1}}});
  add("to_channels_first", {4, 5, 3}, {{"perm", {0, 3, 1, 2}}});
  add("lines", {4, 5}, {{"perm", {0, 2, 1}}});
  add("nothing", {7}, {{"perm", {0, 1}}});
  add("volumes", {2, 3, 4, 5}, {{"perm", {0, 4, 2, 1, 3}}});
  add("reversed", {4, 5}, {}, false);
  add("moves_the_batch", {7}, {{"perm", {1, 0}}}, false);
}

void AddConcats(std::vector<OperatorCase>* cases) {
  for (const int axis : {1, 2, 3, -1, -3}) {
    cases->push_back(
        {.name = "concat_axis_" + std::string(axis < 0 ? "m" : "") + std::to_string(std::abs(axis)),
         .sample = {3, 4, 5},
         .nodes = {{"Relu", {"x"}, {}, "r"}, {"Concat", {"x", "r", "x"}, {{"axis", axis}}}}});
  }
  cases->push_back({.name = "concat_of_different_sizes",
                    .sample = {3, 4, 5},
                    .nodes = {{"Conv", {"x", "w"}, {}, "c"}, {"Concat", {"c", "x"}, {{"axis", 1}}}},
                    .weights = {{"w", {2, 3, 1, 1}}}});
  cases->push_back({.name = "concat_rows",
                    .sample = {7},
                    .nodes = {{"Tanh", {"x"}, {}, "t"}, {"Concat", {"t", "x"}, {{"axis", 1}}}}});
  cases->push_back(
      {.name = "concat_of_one", .sample = {7}, .nodes = {{"Concat", {"x"}, {{"axis", 1}}}}});
  cases->push_back({.name = "concat_of_batches",
                    .sample = {7},
                    .nodes = {{"Concat", {"x", "x"}, {{"axis", 0}}}},
                    .trained = false,
                    .executed = false});
  cases->push_back({.name = "concat_with_a_constant",
                    .sample = {7},
                    .nodes = {{"Concat", {"x", "c"}, {{"axis", 1}}}},
                    .weights = {{"c", {1, 2}}},
                    .fixed_batch = 1});
}

}  // namespace

std::vector<OperatorCase> ShapeCases() {
  std::vector<OperatorCase> cases = {
      {.name = "gather_samples",
       .sample = {7},
       .nodes = {{"Gather", {"x", "indices"}}},
       .constants = {{"indices", List({0, 2, 0})}},
       .trained = false,
       .executed = false},
      {.name = "gather_columns",
       .sample = {7},
       .nodes = {{"Gather", {"x", "indices"}, {{"axis", 1}}}},
       .constants = {{"indices", List({3, 0, 3})}}},
  };
  AddFlattens(&cases);
  AddReshapes(&cases);
  AddAxes(&cases);
  AddTransposes(&cases);
  AddConcats(&cases);
  return cases;
}

}  // namespace dc
