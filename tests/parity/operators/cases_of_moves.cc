// Values moved: parts, borders, repetitions, picked ones, other resolutions.
#include <limits>

#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;
using Constants = std::vector<std::pair<std::string, Tensor>>;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

void AddSlices(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample, Constants settings) {
    OperatorCase row{.name = "slice_" + name, .sample = std::move(sample)};
    CaseNode node{"Slice", {"x"}};
    for (const auto& setting : settings) node.inputs.push_back(setting.first);
    row.nodes = {std::move(node)};
    row.constants = std::move(settings);
    cases->push_back(std::move(row));
  };
  add("columns", {7}, {{"starts", List({1})}, {"ends", List({5})}, {"axes", List({1})}});
  add("to_the_end", {3, 4}, {{"starts", List({-2})}, {"ends", List({kMax})}, {"axes", List({-1})}});
  add("steps", {3, 9},
      {{"starts", List({2, 1})},
       {"ends", List({0, 8})},
       {"axes", List({1, 2})},
       {"steps", List({-1, 3})}});
  add("backwards", {3, 4, 5},
      {{"starts", List({-1})}, {"ends", List({kMin})}, {"axes", List({2})}, {"steps", List({-1})}});
  add("all_of_the_batch", {6}, {{"starts", List({0, 2})}, {"ends", List({kMax, 100})}});
  cases->push_back(
      {.name = "slice_opset_9",
       .opset = 9,
       .sample = {6, 4},
       .nodes = {{"Slice", {"x"}, {{"starts", {1, 0}}, {"ends", {-1, 3}}, {"axes", {1, 2}}}}}});
  cases->push_back({.name = "slice_of_samples",
                    .sample = {6},
                    .nodes = {{"Slice", {"x", "starts", "ends", "axes"}}},
                    .constants = {{"starts", List({0})}, {"ends", List({1})}, {"axes", List({0})}},
                    .trained = false,
                    .executed = false});
  cases->push_back({.name = "split_by_sizes",
                    .sample = {6, 4},
                    .nodes = {{.op = "Split",
                               .inputs = {"x", "sizes"},
                               .attributes = {{"axis", 1}},
                               .output = "a",
                               .more_outputs = {"b"}},
                              {"Concat", {"b", "a"}, {{"axis", 1}}}},
                    .constants = {{"sizes", List({1, 5})}}});
  cases->push_back({.name = "split_in_halves_opset_11",
                    .opset = 11,
                    .sample = {6, 4},
                    .nodes = {{.op = "Split",
                               .inputs = {"x"},
                               .attributes = {{"axis", -1}},
                               .output = "a",
                               .more_outputs = {"b"}},
                              {"Sub", {"b", "a"}}}});
  cases->push_back({.name = "split_with_a_rest_opset_18",
                    .opset = 18,
                    .sample = {7},
                    .nodes = {{.op = "Split",
                               .inputs = {"x"},
                               .attributes = {{"axis", 1}, {"num_outputs", 2}},
                               .output = "a",
                               .more_outputs = {"b"}},
                              {"Concat", {"b", "a"}, {{"axis", 1}}}}});
}

void AddPads(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample, Attributes attributes,
                       Tensor pads, int64_t opset = 13) {
    cases->push_back({.name = "pad_" + name,
                      .opset = opset,
                      .sample = std::move(sample),
                      .nodes = {{"Pad", {"x", "pads"}, std::move(attributes)}},
                      .constants = {{"pads", std::move(pads)}}});
  };
  add("zeros", {2, 3, 4}, {}, List({0, 0, 1, 2, 0, 1, 0, 3}));
  add("reflect", {2, 3, 4}, {{"mode", "reflect"}}, List({0, 0, 2, 1, 0, 0, 1, 3}));
  add("edge", {2, 3, 4}, {{"mode", "edge"}}, List({0, 1, 0, 2, 0, 2, 5, 0}));
  add("wrap", {2, 3, 4}, {{"mode", "wrap"}}, List({0, 0, 3, 1, 0, 0, 1, 4}), 19);
  add("crops", {2, 5, 6}, {}, List({0, 0, -1, 2, 0, 0, 1, -3}));
  add("nothing", {2, 3}, {}, List({0, 0, 0, 0, 0, 0}));
  cases->push_back({.name = "pad_with_a_value",
                    .sample = {7},
                    .nodes = {{"Pad", {"x", "pads", "value"}}},
                    .constants = {{"pads", List({0, 1, 0, 2})}, {"value", Number(-1.5f)}}});
  cases->push_back({.name = "pad_axes_opset_18",
                    .opset = 18,
                    .sample = {2, 3, 4},
                    .nodes = {{"Pad", {"x", "pads", "", "axes"}}},
                    .constants = {{"pads", List({1, 2, 3, 0})}, {"axes", List({-1, 2})}}});
  cases->push_back({.name = "center_crop_pad",
                    .opset = 18,
                    .sample = {5, 4, 7},
                    .nodes = {{"CenterCropPad", {"x", "shape"}, {{"axes", {1, -2}}}}},
                    .constants = {{"shape", List({2, 9})}}});
  cases->push_back({.name = "pad_opset_9",
                    .opset = 9,
                    .sample = {2, 3},
                    .nodes = {{"Pad", {"x"}, {{"pads", {0, 0, 1, 0, 1, 0}}, {"value", 2.5}}}}});
  cases->push_back({.name = "pad_the_batch",
                    .sample = {7},
                    .nodes = {{"Pad", {"x", "pads"}}},
                    .constants = {{"pads", List({1, 0, 0, 0})}},
                    .trained = false,
                    .executed = false});
}

void AddRepetitions(std::vector<OperatorCase>* cases) {
  cases->push_back({.name = "expand",
                    .sample = {3, 1, 4},
                    .nodes = {{"Expand", {"x", "shape"}}},
                    .constants = {{"shape", List({3, 5, 4})}}});
  cases->push_back({.name = "expand_to_nothing_new",
                    .sample = {3, 4},
                    .nodes = {{"Expand", {"x", "shape"}}},
                    .constants = {{"shape", List({1})}}});
  cases->push_back({.name = "tile",
                    .sample = {2, 3},
                    .nodes = {{"Tile", {"x", "repeats"}}},
                    .constants = {{"repeats", List({1, 3, 2})}}});
  cases->push_back({.name = "tile_once",
                    .sample = {2},
                    .nodes = {{"Tile", {"x", "repeats"}}},
                    .constants = {{"repeats", List({1, 1})}}});
  cases->push_back({.name = "tile_the_batch",
                    .sample = {2},
                    .nodes = {{"Tile", {"x", "repeats"}}},
                    .constants = {{"repeats", List({2, 1})}},
                    .trained = false,
                    .executed = false});
  // A constant that is too large to be repeated at import.
  cases->push_back({.name = "tile_a_constant",
                    .sample = {4, 2048},
                    .nodes = {{"Tile", {"c", "repeats"}, {}, "rows"}, {"Add", {"x", "rows"}}},
                    .weights = {{"c", {1, 2048}}},
                    .constants = {{"repeats", List({4, 1})}}});
}

void AddGathers(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, int axis, Tensor indices) {
    cases->push_back({.name = "gather_" + name,
                      .sample = {4, 5},
                      .nodes = {{"Gather", {"x", "indices"}, {{"axis", axis}}}},
                      .constants = {{"indices", std::move(indices)}}});
  };
  Tensor one = List({-2}), square = List({3, 0, 0, 1});
  one.shape.clear();
  square.shape = {2, 2};
  add("one", 1, one);
  add("evenly_spaced", 2, List({4, 2, 0}));
  add("any_order", 1, List({3, 0, -1, 3}));
  add("of_two_dimensions", -1, square);
}

void AddBlocks(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, const std::string& op, std::vector<int64_t> sample,
                       Attributes attributes, int64_t opset = 13) {
    cases->push_back({.name = name,
                      .opset = opset,
                      .sample = std::move(sample),
                      .nodes = {{op, {"x"}, std::move(attributes)}}});
  };
  add("depth_to_space", "DepthToSpace", {8, 2, 3}, {{"blocksize", 2}});
  add("depth_to_space_crd", "DepthToSpace", {18, 2, 3}, {{"blocksize", 3}, {"mode", "CRD"}});
  add("depth_to_space_opset_7", "DepthToSpace", {12, 2, 3}, {{"blocksize", 2}}, 7);
  add("space_to_depth", "SpaceToDepth", {2, 4, 6}, {{"blocksize", 2}});
  add("space_to_depth_of_threes", "SpaceToDepth", {1, 3, 6}, {{"blocksize", 3}});
}

OperatorCase ResizeCase(const std::string& name, std::vector<float> scales, Attributes attributes,
                        std::vector<int64_t> sample = {2, 4, 6}) {
  const auto rank = static_cast<int64_t>(scales.size());
  return {.name = "resize_" + name,
          .sample = std::move(sample),
          .nodes = {{"Resize", {"x", "", "scales"}, std::move(attributes)}},
          .constants = {{"scales", Floats({rank}, std::move(scales))}}};
}

void AddResizes(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<float> scales, Attributes attributes) {
    cases->push_back(ResizeCase(name, std::move(scales), std::move(attributes)));
  };
  for (const char* coordinates :
       {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"}) {
    for (const char* mode : {"nearest", "linear", "cubic"}) {
      const std::string name = std::string(mode) + "_" + coordinates;
      const Attributes words = {{"mode", mode}, {"coordinate_transformation_mode", coordinates}};
      // Corners are aligned where a whole number of elements lies between them alone.
      const bool aligned = std::string(coordinates) == "align_corners";
      add(name + "_larger", {1, 1, 2, aligned ? 1.5f : 1.6f}, words);
      add(name + "_smaller", {1, 1, 0.5f, aligned ? 0.5f : 0.7f}, words);
    }
  }
  add("with_aligned_corners_of_a_fraction", {1, 1, 1, 1.6f},
      {{"mode", "linear"}, {"coordinate_transformation_mode", "align_corners"}});
  cases->back().trained = cases->back().executed = false;
  for (const char* rounding : {"round_prefer_ceil", "floor", "ceil"}) {
    add(std::string("nearest_") + rounding, {1, 1, 1.5f, 0.6f}, {{"nearest_mode", rounding}});
  }
  add("cubic_with_another_coefficient", {1, 1, 2, 2}, {{"mode", "cubic"}, {"cubic_coeff_a", -0.5}});
  add("cubic_without_outside", {1, 1, 2, 2}, {{"mode", "cubic"}, {"exclude_outside", 1}});
  add("nothing", {1, 1, 1, 1}, {{"mode", "linear"}});
  cases->push_back(
      ResizeCase("symmetric", {1, 1, 1.3f, 2.2f},
                 {{"mode", "linear"}, {"coordinate_transformation_mode", "half_pixel_symmetric"}}));
  cases->back().opset = 19;
  cases->push_back(ResizeCase("crop", {1, 1, 1.5f, 2},
                              {{"mode", "linear"},
                               {"coordinate_transformation_mode", "tf_crop_and_resize"},
                               {"extrapolation_value", 7.0}}));
  cases->back().nodes[0].inputs[1] = "roi";
  cases->back().constants.emplace_back("roi", Floats({8}, {0, 0, 0.2f, 0.4f, 1, 1, 0.9f, 1.3f}));
  cases->push_back({.name = "resize_to_sizes",
                    .sample = {2, 4, 6},
                    .nodes = {{"Resize", {"x", "", "", "sizes"}, {{"mode", "linear"}}}},
                    .constants = {{"sizes", List({1, 2, 7, 4})}},
                    .fixed_batch = 1});
  cases->push_back(
      {.name = "resize_axes_opset_18",
       .opset = 18,
       .sample = {2, 4, 6},
       .nodes = {{"Resize", {"x", "", "", "sizes"}, {{"mode", "nearest"}, {"axes", {2, 3}}}}},
       .constants = {{"sizes", List({3, 11})}}});
  // 4 and 6 to 3 and 4.5, which is rounded up.
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    cases->push_back({.name = std::string("resize_rounded_up_") + mode,
                      .opset = 18,
                      .sample = {2, 4, 6},
                      .nodes = {{"Resize",
                                 {"x", "", "", "sizes"},
                                 {{"mode", mode},
                                  {"axes", {2, 3}},
                                  {"keep_aspect_ratio_policy", "not_smaller"}}}},
                      .constants = {{"sizes", List({3, 2})}}});
  }
  cases->push_back({.name = "resize_opset_10",
                    .opset = 10,
                    .sample = {2, 5, 6},
                    .nodes = {{"Resize", {"x", "scales"}, {{"mode", "nearest"}}}},
                    .constants = {{"scales", Floats({4}, {1, 1, 0.6f, 0.5f})}}});
  cases->push_back({.name = "upsample_opset_9",
                    .opset = 9,
                    .sample = {2, 3, 4},
                    .nodes = {{"Upsample", {"x", "scales"}, {{"mode", "linear"}}}},
                    .constants = {{"scales", Floats({4}, {1, 1, 2, 3})}}});
  cases->push_back(
      {.name = "upsample_opset_7",
       .opset = 7,
       .sample = {2, 3, 4},
       .nodes = {{"Upsample",
                  {"x"},
                  {{"mode", "nearest"}, {"scales", Attribute(std::vector<float>{1, 1, 2, 3})}}}}});
}

void AddShapes(std::vector<OperatorCase>* cases) {
  // x.view(x.size(0), -1) as PyTorch writes it.
  Tensor zero = List({0});
  zero.shape.clear();
  cases->push_back({.name = "shape_of_the_batch",
                    .opset = 9,
                    .sample = {3, 4, 5},
                    .nodes = {{"Shape", {"x"}, {}, "shape"},
                              {"Gather", {"shape", "zero"}, {}, "batch"},
                              {"Unsqueeze", {"batch"}, {{"axes", {0}}}, "first"},
                              {"Concat", {"first", "open"}, {{"axis", 0}}, "target"},
                              {"Reshape", {"x", "target"}}},
                    .constants = {{"zero", zero}, {"open", List({-1})}}});
  cases->push_back({.name = "shape_in_a_resize",
                    .sample = {2, 3, 4},
                    .nodes = {{"Shape", {"x"}, {}, "shape"},
                              {"Mul", {"shape", "factors"}, {}, "sizes"},
                              {"Resize", {"x", "", "", "sizes"}, {{"mode", "linear"}}}},
                    .constants = {{"factors", List({1, 1, 2, 3})}}});
}

}  // namespace

std::vector<OperatorCase> MoveCases() {
  std::vector<OperatorCase> cases;
  AddSlices(&cases);
  AddPads(&cases);
  AddRepetitions(&cases);
  AddGathers(&cases);
  AddBlocks(&cases);
  AddResizes(&cases);
  AddShapes(&cases);
  return cases;
}

}  // namespace dc
