// A network, data and options that a stage is done with in a moment.
#ifndef DC_TESTS_UNIT_PIPELINE_SMALL_RUN_H_
#define DC_TESTS_UNIT_PIPELINE_SMALL_RUN_H_

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/train.h"
#include "unit/train/synthetic_data.h"

namespace dc {

// Four classes of 8 x 8 images.
inline Dataset SmallData() { return train::SyntheticImages(192, 96); }

// x (N x 1 x 8 x 8) -> Flatten -> Gemm(fc1: 16 x 64, b1) -> Relu -> Gemm(fc2: 4 x 16, b2) -> y.
inline Graph SmallNetwork() {
  Rng rng(3);
  const auto random = [&](std::vector<int64_t> shape) {
    Tensor tensor = Tensor::Zeros(DataType::kFloat32, std::move(shape));
    const double deviation = std::sqrt(2.0 / static_cast<double>(tensor.shape.back()));
    for (float& value : tensor.f32()) value = static_cast<float>(deviation * rng.Normal());
    return tensor;
  };
  Graph graph;
  graph.name = "small";
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1, 8, 8}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 4}}};
  graph.initializers["fc1"] = random({16, 64});
  graph.initializers["b1"] = Tensor::Zeros(DataType::kFloat32, {16});
  graph.initializers["fc2"] = random({4, 16});
  graph.initializers["b2"] = Tensor::Zeros(DataType::kFloat32, {4});
  graph.nodes = {{"flatten", "Flatten", "", {"x"}, {"f"}, {}},
                 {"g1", "Gemm", "", {"f", "fc1", "b1"}, {"h"}, {{"transB", int64_t{1}}}},
                 {"relu", "Relu", "", {"h"}, {"r"}, {}},
                 {"g2", "Gemm", "", {"r", "fc2", "b2"}, {"y"}, {{"transB", int64_t{1}}}}};
  return graph;
}

inline TrainOptions QuickTraining(int epochs) {
  TrainOptions options;
  options.epochs = epochs;
  options.batch_size = 16;
  options.learning_rate = 0.05;
  options.threads = 1;
  return options;
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_PIPELINE_SMALL_RUN_H_
