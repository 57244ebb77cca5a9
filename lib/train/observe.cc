#include "train/observe.h"

#include <algorithm>
#include <numeric>

#include "base/rng.h"
#include "model/quoted.h"
#include "model/shapes.h"
#include "train/executor.h"

namespace dc {
namespace {

constexpr uint64_t kObserveStream = uint64_t{4} << 40;
constexpr int64_t kObserved = 50;

// `channels`: the length of axis 1; 0 where it is not known. `share`: of this batch in the mean.
void Add(const std::vector<float>& values, size_t keep_every, size_t channels, size_t batch,
         double share, ObservedValue* to) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const bool first = to->some.empty();
  to->least = first ? *least : std::min(to->least, *least);
  to->greatest = first ? *greatest : std::max(to->greatest, *greatest);
  constexpr float kNew = 0.1f;
  const float magnitude = std::max(-*least, *greatest);
  to->average = first ? magnitude : (1 - kNew) * to->average + kNew * magnitude;
  for (size_t i = 0; i < values.size(); i += keep_every) to->some.push_back(values[i]);
  if (channels == 0) return;
  to->channel_means.resize(channels);
  const size_t inner = values.size() / channels / batch;
  const double each = share * static_cast<double>(channels) / static_cast<double>(values.size());
  for (size_t begin = 0, c = 0; begin + inner <= values.size(); begin += inner) {
    double sum = 0;
    for (size_t i = begin; i < begin + inner; ++i) sum += values[i];
    to->channel_means[c] += each * sum;
    c = c + 1 == channels ? 0 : c + 1;
  }
}

// The length of axis 1 of `value`; 0 where it is not known.
size_t ChannelsOf(const GraphShapes& shapes, const std::string& value) {
  const auto shape = shapes.of.find(value);
  const bool known = shape != shapes.of.end() && shape->second.size() >= 2 && shape->second[1] > 0;
  return known ? static_cast<size_t>(shape->second[1]) : 0;
}

// Calls use(name, values of the batch, samples of a batch, number of batches) for every name and
// batch.
template <typename Use>
Status ForEachBatch(const Graph& graph, const Dataset& data, const Preprocess& preprocess,
                    const std::string& logits, const std::vector<std::string>& names,
                    int64_t samples, uint64_t seed, Use use) {
  DC_ASSIGN_OR_RETURN(const train::Network network,
                      train::FindNetwork(graph, data, preprocess, {logits, nullptr}));
  DC_ASSIGN_OR_RETURN(const train::Parameters parameters, train::Parameters::Load(network));
  std::vector<uint32_t> indices(static_cast<size_t>(data.train.count));
  std::iota(indices.begin(), indices.end(), 0u);
  Rng(seed, kObserveStream).Shuffle(indices);
  const int64_t count = std::min<int64_t>(samples, data.train.count);
  const int64_t batch = std::min(kObserved, count);
  if (batch < 1) return BadInput("no training images to look at values with", data.name);
  train::DropoutRatios dropout(1.0, {});
  DC_ASSIGN_OR_RETURN(const auto executor, train::Executor::Make(network, parameters, &dropout,
                                                                 batch, /*training=*/false));
  const int64_t batches = count / batch;
  for (int64_t b = 0; b < batches; ++b) {
    const auto part = std::span<const uint32_t>(indices).subspan(static_cast<size_t>(b * batch),
                                                                 static_cast<size_t>(batch));
    GatherBatch(data, data.train, part, network.reading, nullptr, 0, executor->input().data());
    DC_RETURN_IF_ERROR(executor->Forward({}));
    for (const std::string& name : names) {
      const std::vector<float> values = executor->ValuesOf(name);
      if (values.empty()) {
        return BadInput("nothing computes the value " + Quoted(name) + " on the way to the logits",
                        "", "choose others");
      }
      use(name, values, batch, batches);
    }
  }
  return OkStatus();
}

}  // namespace

StatusOr<std::map<std::string, ObservedValue>> Observe(const Graph& graph, const Dataset& data,
                                                       const Preprocess& preprocess,
                                                       const std::string& logits,
                                                       const std::vector<std::string>& names,
                                                       int64_t samples, uint64_t seed) {
  std::map<std::string, ObservedValue> observed;
  const GraphShapes shapes = InferGraphShapes(graph);
  DC_RETURN_IF_ERROR(ForEachBatch(
      graph, data, preprocess, logits, names, samples, seed,
      [&](const std::string& name, const std::vector<float>& values, int64_t batch,
          int64_t batches) {
        const size_t all = values.size() * static_cast<size_t>(batches);
        const size_t channels = ChannelsOf(shapes, name);
        const bool fits =
            channels > 0 && values.size() % (channels * static_cast<size_t>(batch)) == 0;
        Add(values, all / ObservedValue::kMostKept + 1, fits ? channels : 0,
            static_cast<size_t>(batch), 1.0 / static_cast<double>(batches), &observed[name]);
      }));
  return observed;
}

StatusOr<std::map<std::string, std::vector<float>>> ReadValues(
    const Graph& graph, const Dataset& data, const Preprocess& preprocess,
    const std::string& logits, const std::vector<std::string>& names, int64_t samples,
    uint64_t seed) {
  std::map<std::string, std::vector<float>> read;
  DC_RETURN_IF_ERROR(ForEachBatch(
      graph, data, preprocess, logits, names, samples, seed,
      [&](const std::string& name, const std::vector<float>& values, int64_t, int64_t) {
        std::vector<float>& all = read[name];
        all.insert(all.end(), values.begin(), values.end());
      }));
  return read;
}

}  // namespace dc
