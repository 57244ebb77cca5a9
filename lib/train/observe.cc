#include "train/observe.h"

#include <algorithm>
#include <numeric>

#include "base/rng.h"
#include "model/quoted.h"
#include "train/executor.h"

namespace dc {
namespace {

constexpr uint64_t kObserveStream = uint64_t{4} << 40;
constexpr int64_t kBatch = 50;

void Add(const std::vector<float>& values, size_t keep_every, ObservedValue* to) {
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const bool first = to->some.empty();
  to->least = first ? *least : std::min(to->least, *least);
  to->greatest = first ? *greatest : std::max(to->greatest, *greatest);
  for (size_t i = 0; i < values.size(); i += keep_every) to->some.push_back(values[i]);
}

// Calls use(name, values of the batch, number of batches) for every name and batch.
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
  const int64_t batch = std::min(kBatch, count);
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
      use(name, values, batches);
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
  DC_RETURN_IF_ERROR(
      ForEachBatch(graph, data, preprocess, logits, names, samples, seed,
                   [&](const std::string& name, const std::vector<float>& values, int64_t batches) {
                     const size_t all = values.size() * static_cast<size_t>(batches);
                     Add(values, all / ObservedValue::kMostKept + 1, &observed[name]);
                   }));
  return observed;
}

StatusOr<std::map<std::string, std::vector<float>>> ReadValues(
    const Graph& graph, const Dataset& data, const Preprocess& preprocess,
    const std::string& logits, const std::vector<std::string>& names, int64_t samples,
    uint64_t seed) {
  std::map<std::string, std::vector<float>> read;
  DC_RETURN_IF_ERROR(
      ForEachBatch(graph, data, preprocess, logits, names, samples, seed,
                   [&](const std::string& name, const std::vector<float>& values, int64_t) {
                     std::vector<float>& all = read[name];
                     all.insert(all.end(), values.begin(), values.end());
                   }));
  return read;
}

}  // namespace dc
