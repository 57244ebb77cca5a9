// Training and evaluation of a float graph. Constraints carry pruning and weight sharing in.
#ifndef DC_TRAIN_H_
#define DC_TRAIN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/status.h"

namespace dc {

enum class OptimizerKind { kSgd, kAdam, kAdaMax, kShiftAdaMax };
// Of labels the first two, and of one output binary cross entropy in any case. Targets have the
// mean over samples and outputs of (output - target)^2: kMeanSquaredError says so, and the default
// becomes it.
enum class LossKind { kCrossEntropy, kSquaredHinge, kMeanSquaredError };
enum class ScheduleKind { kConstant, kStep, kExponential, kCosine };

// Everything that decides the outcome of a training run, together with the data and the model.
struct TrainOptions {
  int epochs = 10;
  int batch_size = 64;
  // Samples of a batch that are computed together: batch norm normalises them by themselves in
  // training, and so many threads as there are shards can work on a batch.
  int shard_size = 32;
  OptimizerKind optimizer = OptimizerKind::kSgd;
  LossKind loss = LossKind::kCrossEntropy;
  double learning_rate = 0.01;
  double momentum = 0.9;  // SGD momentum, and Adam's beta1
  double beta2 = 0.999;   // Adam
  double l1 = 0.0;        // gradient gains l1 * sign(w); weights only, not biases
  double l2 = 0.0;  // gradient gains l2 * w, of latent weights where there are any; weights only
  // Loss gains group_lasso * sqrt(size) * length for every row and every column of every weight, as
  // the file has them (a row: an output; a column: an input, in convolutions one kernel position of
  // it), by a proximal step after the optimizer's: whole rows and columns become zeros. Under
  // SGD's momentum m, which lengthens the optimizer's steps alone, the term counts (1 - m) times.
  double group_lasso = 0.0;
  ScheduleKind schedule = ScheduleKind::kConstant;
  int step_epochs = 10;          // kStep: rate *= decay every so many epochs
  double decay = 0.1;            // kStep: factor per step; kExponential: factor per epoch
  double final_rate = 0.0;       // kCosine: share of learning_rate left at the end
  int warmup_epochs = 0;         // linear from 0 to learning_rate
  double label_smoothing = 0.0;  // of labels
  // Above 0: a step's gradient whose length over all trained parameters is greater is scaled down
  // to it (Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063).
  double gradient_clip = 0.0;
  double dropout_scale = 1.0;  // multiplies every Dropout node's ratio; 0 switches dropout off
  // Per Dropout node output: multiplies its ratio further (pruning's D * sqrt(Cr / Co)).
  std::map<std::string, double> dropout_scales;
  int64_t validation = 0;  // this many training images, drawn with the seed, are held out
  bool keep_best = false;  // end with the epoch of least validation error (needs validation > 0)
  Augmentation augmentation;
  uint64_t seed = 1;
  // The output whose classes the labels are, for models with several; "": as SetLogits says.
  std::string logits;
  // Patterns (* ? [...], as in a shell) of the names of tensors to train although they are numbers
  // of the formula, and to leave as they are although they are weights, biases, ...; separated by
  // commas, "" for none. What is frozen stays, whatever `train` says.
  std::string train, freeze;
  // An ONNX model whose outputs are learned beside the labels ("": none): the loss is
  // (1 - teacher_share) of its own, and teacher_share * T^2 of the divergence between both
  // softmaxes at temperature T (Hinton, Vinyals and Dean 2015, arXiv 1503.02531). With targets it
  // is teacher_share of the mean of (output - teacher's output)^2, and no temperature applies.
  std::string teacher;
  double teacher_share = 0.5;
  double temperature = 4;
  int threads = 0;         // 0: one per core. Results do not depend on it.
  std::string log_csv;     // one row per epoch; "" for none
  std::string plot_svg;    // the same as a chart; "" for none
  std::string checkpoint;  // written after every epoch; "" for none
  bool resume = false;     // go on from `checkpoint` where it exists
};

// One line of the log. Losses and errors are those of EvalResult.
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

// What a network makes of the samples of a split.
struct EvalResult {
  bool targets = false;  // of the samples, and not labels
  int64_t count = 0;
  double loss = 0;  // mean cross entropy; with targets the mean squared error
  // Of the samples, those whose label is not predicted, or not among five. With targets the share
  // of their variance that the outputs leave unexplained, 100 (1 - R^2): 100 times the sum over
  // samples and outputs of (output - target)^2 over that of (target - mean of that output's targets
  // over the split)^2. 0 is perfect, 100 what the means themselves would make, and there is no
  // top 5.
  double error_percent = 0, top5_error_percent = 0;
  // Samples with NaN among their outputs: each is an error. With targets also those with infinity:
  // each adds 100 to error_percent.
  int64_t not_numbers = 0;

  // `top5_error_percent` with labels, and `loss` with targets.
  std::optional<double> known_top5() const {
    return targets ? std::nullopt : std::optional<double>(top5_error_percent);
  }
  std::optional<double> mean_squared_error() const {
    return targets ? std::optional<double>(loss) : std::nullopt;
  }
};

// How errors are told: "error 1.49 %", and of targets "mean squared error 0.0123, unexplained
// variance 4.20 %".
std::string ErrorText(double error_percent, std::optional<double> mean_squared_error);

// What the outputs of one sample are worth against its label. Several outputs: the greatest is the
// predicted class, and at equal outputs the first. One output: class 1 above `half`, else class 0.
struct Verdict {
  bool error = false, top5_error = false;  // the label is not the greatest, nor among the five
  bool not_a_number = false;               // NaN among the outputs; then both of the above
};
Verdict Judge(std::span<const float> outputs, int32_t label, float half);

// Collects what outputs, however they were computed, are worth against the labels or targets of a
// split.
class Score {
 public:
  // `half` as in Judge. `data` and `split` must outlive it. BadInput where all targets are the
  // same.
  static StatusOr<Score> Make(const Dataset& data, const Split& split, float half);
  ~Score();
  Score(Score&&) noexcept;

  // Adds sample `index` of the split. Precondition: `outputs` fits (CheckOutputFits).
  void Add(size_t index, std::span<const float> outputs);
  // Of all that was added, one sample or more. There is no loss of labels.
  EvalResult Result() const;

 private:
  struct State;
  explicit Score(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The line that tells of `result.not_numbers`; "" for none.
std::string NotNumbersText(const EvalResult& result);

// Picks the output that the labels or targets of `data` are about: the one called `logits`, or
// where that is "" the only one. Of several, with targets, the only one with as many entries per
// sample as a target; with labels, the only one with as many as there are classes, or the only one
// that the labels fit at all (more entries than classes, or one entry for labels 0 and 1). A shape
// that is empty or has open dimensions fits nothing. BadInput that lists the outputs where none or
// several fit; UsageError that does where none has the name.
StatusOr<size_t> ChooseOutput(const std::vector<ValueInfo>& outputs, const std::string& logits,
                              const Dataset& data);

// The metadata key of what SetLogits records.
inline constexpr char kLogitsKey[] = "dc.logits";

// Records in the metadata of `graph` that training and evaluation follow the output
// `logits`; does nothing for "". UsageError that lists the outputs where there is none of the name.
Status SetLogits(const std::string& logits, Graph* graph);

// BadInput that names both where the output `name` of shape `shape`, the batch first, does not fit
// `data`: a label that it has no entry for (one entry tells labels 0 and 1 apart), targets of
// another size, or of as many numbers in another order of dimensions.
Status CheckOutputFits(const std::string& name, const std::vector<int64_t>& shape,
                       const Dataset& data);

// Gives every `uninitialized` parameter of `graph` a value: weights before a ReLU by He et al. 2015
// (normal, deviation sqrt(2 / fan_in)), other weights by Glorot and Bengio 2010 (uniform,
// +-sqrt(6 / (fan_in + fan_out))), batch-norm scales and variances 1, everything else 0.
Status InitializeParameters(Graph* graph, uint64_t seed);

// The log, chart or checkpoint of stage `number` of a training in stages whose first one has
// `path`: "quantize.2.csv" beside "quantize.csv".
std::string StageFile(const std::string& path, size_t number);

// Removes the checkpoint at `path` and those of further stages, where there are any.
void RemoveCheckpoints(const std::string& path);

// Mean loss and error of the float graph over `split` (data.train or data.test), by the output that
// its metadata names or ChooseOutput picks.
StatusOr<EvalResult> Evaluate(const Graph& graph, const Dataset& data, const Split& split,
                              const Preprocess& preprocess, int threads, Progress* progress);

}  // namespace dc

#endif  // DC_TRAIN_H_
