// Loss and error of a network over chosen samples, many times for changing parameters.
#ifndef DC_TRAIN_EVALUATOR_H_
#define DC_TRAIN_EVALUATOR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "dc/data.h"
#include "dc/progress.h"
#include "dc/status.h"
#include "train/executor.h"
#include "train/loss.h"
#include "train/objective.h"

namespace dc::train {

// The samples that are evaluated. The pointers must stay valid.
struct SampleSet {
  const Dataset* data = nullptr;
  const Split* split = nullptr;
  const Reading* reading = nullptr;
  std::vector<uint32_t> indices;  // into split
};

// Holds executors for whole chunks, one per thread, and one for the samples that are left over.
// Sums are taken in the order of the chunks: results do not depend on the number of threads.
class Evaluator {
 public:
  // `network` and `parameters` must outlive it. Errors as Executor::Make and
  // Objective::Make; the output must fit the data.
  static StatusOr<Evaluator> Make(const Network& network, const Parameters& parameters,
                                  SampleSet samples, int threads);

  // Evaluates all samples with the parameters as they are now. Reports samples done to `progress`.
  StatusOr<LossSums> Run(ThreadPool* pool, Progress* progress);

 private:
  Status RunChunk(Executor* executor, size_t chunk, LossSums* sums) const;

  SampleSet samples_;
  Objective objective_;
  std::vector<std::unique_ptr<Executor>> executors_;  // one per thread
  std::unique_ptr<Executor> rest_;                    // null where nothing is left over
};

}  // namespace dc::train

#endif  // DC_TRAIN_EVALUATOR_H_
