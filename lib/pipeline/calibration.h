// What second-order pruning and quantization of a whole network share: samples without labels, the
// layers one after another, and what is put right after each.
#ifndef DC_PIPELINE_CALIBRATION_H_
#define DC_PIPELINE_CALIBRATION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "calibrate/layer_problem.h"
#include "calibrate/layer_rows.h"
#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/status.h"
#include "dc/weights.h"
#include "train/gather_moments.h"

namespace dc {

// One layer with the moments of its inputs, its weights as rows, and a problem per part.
struct CalibratedLayer {
  const WeightRef& ref;
  const calibrate::LayerRows& rows;
  const std::vector<calibrate::LayerProblem>& problems;
};

class Calibration {
 public:
  // `samples` training images of `spec` (OpenSamples), drawn with `seed`. The graph at this moment
  // is what is approximated. Notes which weights are not covered.
  static StatusOr<Calibration> Open(const std::string& spec, int64_t samples, uint64_t seed,
                                    int threads, const Graph& graph, Progress* progress);

  // The weights that are covered, in the order of their nodes.
  const std::vector<WeightRef>& layers() const { return layers_; }
  ThreadPool* pool() const { return pool_.get(); }

  // Calls work(layer) for each covered layer with the moments that the network has as it was.
  using Work = std::function<Status(const CalibratedLayer& layer)>;
  Status ForEach(const std::string& job, const Work& work, Progress* progress) const;

  // The same from the inputs on, with the moments of `graph` as earlier calls have left it.
  // `change` sets the layer's weight in `graph`; afterwards the layer's bias, or the statistics of
  // the batch norm that follows, are set so that means (and after a batch norm deviations) of
  // outputs are what they were. Layers that `wanted` denies are passed over.
  Status ForEachInOrder(const std::string& job,
                        const std::function<bool(const WeightRef& ref)>& wanted, const Work& change,
                        Graph* graph, Progress* progress) const;

  // Relative squared difference of the outputs of `graph` to those of the original over some of the
  // samples.
  StatusOr<double> OutputError(const Graph& graph) const;

 private:
  // The first of `left` that no other of them comes before, to be worked on together.
  std::vector<WeightRef> ReadyOf(const std::vector<WeightRef>& left) const;
  Status WorkOn(const WeightRef& ref, const std::vector<InputMoments>& moments,
                const Work& work) const;

  Graph reference_;
  std::unique_ptr<Dataset> data_;
  CalibrationSamples samples_, some_;
  std::vector<float> outputs_;  // of the original for some_
  std::vector<WeightRef> layers_;
  std::unique_ptr<ThreadPool> pool_;
};

}  // namespace dc

#endif  // DC_PIPELINE_CALIBRATION_H_
