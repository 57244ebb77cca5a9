// Training and evaluation of a float graph. Constraints carry pruning and weight sharing in.
#ifndef DC_TRAIN_H_
#define DC_TRAIN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/status.h"

namespace dc {

enum class OptimizerKind { kSgd, kAdam };
enum class ScheduleKind { kConstant, kStep, kExponential, kCosine };

// Everything that decides the outcome of a training run, together with the data and the model.
struct TrainOptions {
  int epochs = 10;
  int batch_size = 64;
  OptimizerKind optimizer = OptimizerKind::kSgd;
  double learning_rate = 0.01;
  double momentum = 0.9;  // SGD momentum, and Adam's beta1
  double beta2 = 0.999;   // Adam
  double l1 = 0.0;        // gradient gains l1 * sign(w); weights only, not biases
  double l2 = 0.0;        // gradient gains l2 * w; weights only
  ScheduleKind schedule = ScheduleKind::kConstant;
  int step_epochs = 10;     // kStep: rate *= decay every so many epochs
  double decay = 0.1;       // kStep: factor a step; kExponential: factor an epoch
  double final_rate = 0.0;  // kCosine: share of learning_rate left at the end
  int warmup_epochs = 0;    // linear from 0 to learning_rate
  double label_smoothing = 0.0;
  double dropout_scale = 1.0;  // multiplies every Dropout node's ratio; 0 switches dropout off
  // Per Dropout node output: multiplies its ratio further (pruning's D * sqrt(Cr / Co)).
  std::map<std::string, double> dropout_scales;
  int64_t validation = 0;  // this many training images, drawn with the seed, are held out
  bool keep_best = false;  // end with the epoch of least validation error (needs validation > 0)
  Augmentation augmentation;
  uint64_t seed = 1;
  int threads = 0;         // 0: one a core. Results do not depend on it.
  std::string log_csv;     // a row an epoch; "" for none
  std::string checkpoint;  // written after every epoch; "" for none
  bool resume = false;     // go on from `checkpoint` where it exists
};

// One line of the log.
struct EpochRecord {
  int epoch = 0;  // from 1
  double learning_rate = 0, train_loss = 0, train_error_percent = 0;
  double validation_loss = 0, validation_error_percent = 0;  // NaN without validation
  double seconds = 0;
};

struct TrainResult {
  std::vector<EpochRecord> epochs;
  int kept_epoch = 0;  // whose weights were kept
};

struct EvalResult {
  int64_t count = 0;
  double loss = 0;  // mean cross entropy
  double error_percent = 0, top5_error_percent = 0;
};

// Gives every `uninitialized` parameter of `graph` a value: weights before a ReLU by He et al. 2015
// (normal, deviation sqrt(2 / fan_in)), other weights by Glorot and Bengio 2010 (uniform,
// +-sqrt(6 / (fan_in + fan_out))), batch-norm scales and variances 1, everything else 0.
Status InitializeParameters(Graph* graph, uint64_t seed);

// Mean loss and error of the float graph over `split` (data.train or data.test).
StatusOr<EvalResult> Evaluate(const Graph& graph, const Dataset& data, const Split& split,
                              const Preprocess& preprocess, int threads, Progress* progress);

}  // namespace dc

#endif  // DC_TRAIN_H_
