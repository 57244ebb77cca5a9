#include "train/evaluator.h"

#include <algorithm>

#include "dc/train.h"

namespace dc::train {
namespace {

// Samples an executor takes at once.
constexpr size_t kChunk = 32;
// Chunks per thread between two progress reports.
constexpr size_t kChunksPerReport = 16;

}  // namespace

StatusOr<Evaluator> Evaluator::Make(const Network& network, const Parameters& parameters,
                                    SampleSet samples, int threads) {
  Evaluator evaluator;
  DropoutRatios dropout(1.0, {});  // evaluation drops nothing
  const size_t chunks = samples.indices.size() / kChunk;
  const size_t rest = samples.indices.size() % kChunk;
  const size_t executors = std::min(chunks, static_cast<size_t>(std::max(threads, 1)));
  for (size_t i = 0; i < executors; ++i) {
    DC_ASSIGN_OR_RETURN(auto executor,
                        Executor::Make(network, parameters, &dropout, kChunk, false));
    evaluator.executors_.push_back(std::move(executor));
  }
  if (rest > 0) {
    DC_ASSIGN_OR_RETURN(evaluator.rest_, Executor::Make(network, parameters, &dropout,
                                                        static_cast<int64_t>(rest), false));
  }
  const Executor* any = rest > 0 ? evaluator.rest_.get() : nullptr;
  if (!evaluator.executors_.empty()) any = evaluator.executors_[0].get();
  if (any) {
    DC_RETURN_IF_ERROR(
        CheckOutputFits(network.output, any->ShapeOf(network.logits), *samples.data));
  }
  // Cross entropy, or the squared error, whatever a training's loss is.
  DC_ASSIGN_OR_RETURN(evaluator.objective_, Objective::Make(*samples.data, *samples.split,
                                                            samples.indices, TrainOptions()));
  evaluator.samples_ = std::move(samples);
  return evaluator;
}

Status Evaluator::RunChunk(Executor* executor, size_t chunk, LossSums* sums) const {
  const std::span<const uint32_t> all = samples_.indices;
  const auto indices = all.subspan(chunk * kChunk, static_cast<size_t>(executor->batch()));
  GatherBatch(*samples_.data, *samples_.split, indices, *samples_.reading, nullptr, 0,
              executor->input().data());
  DC_RETURN_IF_ERROR(executor->Forward({}));
  *sums = objective_.Of(indices, executor->logits(), 0.0, {});
  return OkStatus();
}

StatusOr<LossSums> Evaluator::Run(ThreadPool* pool, Progress* progress) {
  const size_t whole = samples_.indices.size() / kChunk;
  std::vector<LossSums> sums(whole + 1);
  std::vector<Status> statuses(whole + 1);
  const size_t slots = executors_.size();
  for (size_t begin = 0; begin < whole;) {
    DC_RETURN_IF_ERROR(StopIfCancelled(progress));
    const size_t end = std::min(whole, begin + slots * kChunksPerReport);
    pool->ParallelFor(slots, [&](size_t slot) {
      for (size_t chunk = begin + slot; chunk < end; chunk += slots) {
        statuses[chunk] = RunChunk(executors_[slot].get(), chunk, &sums[chunk]);
      }
    });
    begin = end;
    OrSilent(progress)->Advance(static_cast<int64_t>(begin * kChunk), "");
  }
  if (rest_) statuses[whole] = RunChunk(rest_.get(), whole, &sums[whole]);
  LossSums total;
  for (size_t chunk = 0; chunk <= whole; ++chunk) {
    DC_RETURN_IF_ERROR(statuses[chunk]);
    total.Add(sums[chunk]);
  }
  return total;
}

}  // namespace dc::train
