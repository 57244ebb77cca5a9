#include <limits>
#include <numeric>

#include "dc/train.h"
#include "train/evaluator.h"

namespace dc {

StatusOr<EvalResult> Evaluate(const Graph& graph, const Dataset& data, const Split& split,
                              const Preprocess& preprocess, int threads, Progress* progress) {
  if (split.count < 1 || split.count > std::numeric_limits<int32_t>::max()) {
    return BadInput("there are " + std::to_string(split.count) + " samples to evaluate",
                    "data " + data.name);
  }
  DC_ASSIGN_OR_RETURN(const train::Network network, train::FindNetwork(graph, data, preprocess));
  DC_ASSIGN_OR_RETURN(const train::Parameters parameters, train::Parameters::Load(network));
  train::SampleSet samples{&data, &split, &network.reading, {}};
  samples.indices.resize(static_cast<size_t>(split.count));
  std::iota(samples.indices.begin(), samples.indices.end(), 0u);

  for (const std::string& remark : network.reading.remarks) OrSilent(progress)->Note(remark);
  ThreadPool pool(threads);
  OrSilent(progress)->Begin("evaluate", split.count);
  DC_ASSIGN_OR_RETURN(auto evaluator, train::Evaluator::Make(network, parameters,
                                                             std::move(samples), pool.threads()));
  DC_ASSIGN_OR_RETURN(const train::LossSums sums, evaluator.Run(&pool, progress));

  const EvalResult result = train::ResultOf(sums, data.has_targets());
  OrSilent(progress)->End(train::LossText(sums, data.has_targets()));
  if (result.not_numbers > 0) OrSilent(progress)->Note(NotNumbersText(result));
  return result;
}

}  // namespace dc
