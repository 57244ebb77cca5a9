// Training speed: an epoch of the two LeNets on MNIST-shaped images, batch 64.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "base/rng.h"
#include "train/trainer.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;

Graph LeNet300() {
  GraphBuilder b({784});
  b.Dense("fc1", 784, 300, 0.05).Add("Relu", "relu1").Dense("fc2", 300, 100, 0.08);
  return b.Add("Relu", "relu2").Dense("fc3", 100, 10, 0.1).Build();
}

Graph LeNet5() {
  const std::map<std::string, AttributeValue> halve = {{"kernel_shape", Ints{2, 2}},
                                                       {"strides", Ints{2, 2}}};
  GraphBuilder b({1, 28, 28});
  b.Conv("conv1", 1, 20, 5, {}, 0.2).Add("MaxPool", "pool1", {}, halve);
  b.Conv("conv2", 20, 50, 5, {}, 0.06).Add("MaxPool", "pool2", {}, halve).Add("Flatten", "flat");
  return b.Dense("fc1", 800, 500, 0.05).Add("Relu", "relu").Dense("fc2", 500, 10, 0.06).Build();
}

Dataset RandomImages(int64_t count) {
  Dataset data;
  data.name = "random";
  data.classes = 10;
  data.channels = 1;
  data.height = data.width = 28;
  data.train.count = count;
  Rng rng(1);
  for (int64_t i = 0; i < count; ++i) {
    data.train.labels.push_back(static_cast<int32_t>(rng.Below(10)));
    for (int p = 0; p < 784; ++p) data.train.u8.push_back(static_cast<uint8_t>(rng.Below(256)));
  }
  return data;
}

// Rows name the threads; "epoch_of_60k" is seconds for 60,000 images.
void TrainEpoch(benchmark::State& state, Graph (*model)(), int64_t images) {
  const Dataset data = RandomImages(images);
  TrainOptions options;
  options.epochs = 1;
  options.batch_size = 64;
  options.learning_rate = 1e-3;
  options.threads = static_cast<int>(state.range(0));
  double seconds = 0;
  for (auto unused : state) {
    Graph graph = model();
    const auto result = Train(&graph, data, Preprocess(), options, nullptr, nullptr, nullptr);
    if (!result.ok()) {
      state.SkipWithError(result.status().ToString().c_str());
      return;
    }
    seconds += result->epochs[0].seconds;
  }
  state.counters["epoch_of_60k"] =
      seconds / static_cast<double>(state.iterations()) * 60000.0 / static_cast<double>(images);
}

BENCHMARK_CAPTURE(TrainEpoch, LeNet300_100, LeNet300, 19200)
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(TrainEpoch, LeNet5, LeNet5, 6400)
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace dc::train
