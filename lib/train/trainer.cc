#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/number_text.h"
#include "base/rng.h"
#include "base/text_table.h"
#include "train/learning_rate.h"
#include "train/loss.h"
#include "train/train_options.h"
#include "train/training_run.h"

namespace dc {
namespace train {
namespace {

// Streams of random numbers that share the run's seed, to which epochs are added (training_run.cc
// has the first).
constexpr uint64_t kShuffleStream = uint64_t{2} << 40;
constexpr uint64_t kAugmentationStream = uint64_t{3} << 40;

// A batch whose mean loss is so many times that of the first one, or where that is small so many
// nats (or variances of the targets), will not come back: training that converges stays within a
// few times of it.
constexpr double kRunaway = 100;

// So many first steps tell whether the rate suits a model that has learned: it does not where the
// mean loss of their second half is so many times that of the first batch, and not small either, as
// above (one that knows its training set by heart loses little when it learns on).
constexpr int64_t kWatchedSteps = 50;
constexpr double kUndone = 5, kUndoneLoss = 0.5;

using Clock = std::chrono::steady_clock;

}  // namespace

void TrainingRun::RunShard(int index, int64_t step, std::span<const uint32_t> batch,
                           uint64_t augmentation_seed) {
  Shard& shard = shards_[static_cast<size_t>(index)];
  Executor& executor = *shard.executor;
  const auto indices = batch.subspan(shard.begin, static_cast<size_t>(executor.batch()));
  GatherBatch(data_, data_.train, indices, network_.reading,
              options_.augmentation.any() ? &options_.augmentation : nullptr, augmentation_seed,
              executor.input().data());
  shard.status = executor.Forward({options_.seed, step, index});
  if (!shard.status.ok()) return;
  const double share = 1.0 / options_.batch_size;
  shard.sums = objective_->Of(indices, executor.logits(), share, executor.logits_gradient());
  if (shard.teacher) {
    shard.status = AskTeacher(&shard, indices, augmentation_seed);
    if (!shard.status.ok()) return;
    shard.sums.loss =
        objective_->WithTeacher(executor.logits(), shard.teacher->logits(), executor.batch(), share,
                                shard.sums.loss, executor.logits_gradient());
  }
  shard.status = executor.Backward();
}

Status TrainingRun::AskTeacher(Shard* shard, std::span<const uint32_t> indices,
                               uint64_t augmentation_seed) const {
  GatherBatch(data_, data_.train, indices, teacher_->reading(),
              options_.augmentation.any() ? &options_.augmentation : nullptr, augmentation_seed,
              shard->teacher->input().data());
  return shard->teacher->Forward({});
}

Status TrainingRun::Step(int64_t step, std::span<const uint32_t> batch, uint64_t augmentation_seed,
                         LossSums* sums) {
  if (hook_) DC_RETURN_IF_ERROR(hook_(step, options_.epochs * steps_per_epoch_, this));
  pool_.ParallelFor(shards_.size(), [&](size_t i) {
    RunShard(static_cast<int>(i), step, batch, augmentation_seed);
  });
  double batch_loss = 0;
  for (const Shard& shard : shards_) {
    DC_RETURN_IF_ERROR(shard.status);
    if (!std::isfinite(shard.sums.loss) || shard.sums.not_numbers > 0) return NotFinite(step);
    sums->Add(shard.sums);
    batch_loss += shard.sums.loss;
  }
  batch_loss /= options_.batch_size;
  if (step == first_step_) {
    first_loss_ = batch_loss;
  } else if (batch_loss > kRunaway * std::max(first_loss_, objective_->unit())) {
    return Runaway(step, batch_loss);
  }
  WatchFirstSteps(step, batch_loss);
  OptimizerStep settings;
  settings.kind = options_.optimizer;
  settings.rate = LearningRate(options_, step, steps_per_epoch_);
  settings.momentum = options_.momentum;
  settings.beta2 = options_.beta2;
  settings.count = step + 1;
  settings.seed = options_.seed;
  settings.clip = options_.gradient_clip;
  settings.group_lasso = options_.group_lasso;
  updater_->Step(settings, gradients_, &pool_);
  return OkStatus();
}

std::string TrainingRun::PlaceOf(int64_t step) const {
  return "epoch " + std::to_string(step / steps_per_epoch_ + 1) + ", step " +
         std::to_string(step % steps_per_epoch_ + 1);
}

Status TrainingRun::CheckCancelled(int64_t step) const {
  if (!progress_->IsCancelled()) return OkStatus();
  const bool saved = !options_.checkpoint.empty() && !records_.empty();
  return Cancelled("cancelled", PlaceOf(step),
                   saved ? "the checkpoint has the epochs before: run again with --resume" : "");
}

Status TrainingRun::NotFinite(int64_t step) const {
  const std::string where = PlaceOf(step);
  if (step == 0) {
    return UsageError("the loss is NaN or infinite before anything was trained", where,
                      "the outputs of the model as it was given are too large or NaN: check its "
                      "weights and how inputs are scaled (--input-scale)");
  }
  return UsageError("training ran out of the range of float32: the loss is NaN or infinite", where,
                    "use a lower --learning-rate than " + ShortNumber(options_.learning_rate) +
                        ", or --warmup-epochs");
}

Status TrainingRun::Runaway(int64_t step, double loss) const {
  return UsageError("training runs away: the loss was " + ShortNumber(first_loss_) +
                        " at first and is " + ShortNumber(loss) + " now",
                    PlaceOf(step),
                    "use a lower --learning-rate than " + ShortNumber(options_.learning_rate) +
                        ", --gradient-clip 1, or --warmup-epochs");
}

void TrainingRun::WatchFirstSteps(int64_t step, double batch_loss) {
  const int64_t watched = step - first_step_;
  if (watched < kWatchedSteps / 2 || watched >= kWatchedSteps) return;
  watched_loss_ += batch_loss;
  if (watched + 1 < kWatchedSteps) return;
  const double loss = watched_loss_ / static_cast<double>(kWatchedSteps - kWatchedSteps / 2);
  if (loss < kUndoneLoss * objective_->unit() || loss < kUndone * first_loss_) return;
  progress_->Note(
      "the loss was " + ShortNumber(first_loss_) + " at first and is " + ShortNumber(loss) +
      " after " + std::to_string(kWatchedSteps) +
      " steps: what the model had learned is being undone; a lower --learning-rate than " +
      ShortNumber(options_.learning_rate) + " keeps it (Adam takes lower ones than SGD)");
}

Status TrainingRun::Validate(EpochRecord* record) {
  record->validation_loss = std::numeric_limits<double>::quiet_NaN();
  record->validation_error_percent = std::numeric_limits<double>::quiet_NaN();
  if (!validation_) return OkStatus();
  PartProgress part(progress_);
  DC_ASSIGN_OR_RETURN(const LossSums sums, validation_->Run(&pool_, &part));
  record->validation_loss = sums.MeanLoss();
  record->validation_error_percent = sums.ErrorPercent();
  if (!options_.keep_best) return OkStatus();
  // Less error; at equal error, less loss.
  const EpochRecord* best = nullptr;
  if (best_epoch_ > 0) best = &records_[static_cast<size_t>(best_epoch_ - 1)];
  if (!best || record->validation_error_percent < best->validation_error_percent ||
      (record->validation_error_percent == best->validation_error_percent &&
       record->validation_loss < best->validation_loss)) {
    best_epoch_ = record->epoch;
    best_ = CopyArrays();
  }
  return OkStatus();
}

Status TrainingRun::Epoch(int epoch) {
  const auto start = Clock::now();
  std::vector<uint32_t> order = samples_;
  const uint64_t stream = static_cast<uint64_t>(epoch);
  Rng(options_.seed, kShuffleStream + stream).Shuffle(order);
  const uint64_t augmentation_seed = Rng(options_.seed, kAugmentationStream + stream).Next();
  const size_t batch_size = static_cast<size_t>(options_.batch_size);
  LossSums sums;
  std::string note;
  const int64_t first = (epoch - 1) * steps_per_epoch_;
  for (int64_t i = 0; i < steps_per_epoch_; ++i) {
    DC_RETURN_IF_ERROR(CheckCancelled(first + i));
    const auto batch = std::span<const uint32_t>(order).subspan(i * batch_size, batch_size);
    DC_RETURN_IF_ERROR(Step(first + i, batch, augmentation_seed, &sums));
    note = "epoch " + std::to_string(epoch) + "/" + std::to_string(options_.epochs) + "  " +
           LossText(sums, data_.has_targets());
    if (i + 1 < steps_per_epoch_) progress_->Advance(first + i + 1, note);
  }
  if (NotFiniteParameter()) return NotFinite(first + steps_per_epoch_ - 1);

  EpochRecord record;
  record.epoch = epoch;
  record.learning_rate = LearningRate(options_, first + steps_per_epoch_ - 1, steps_per_epoch_);
  record.train_loss = sums.MeanLoss();
  record.train_error_percent = sums.ErrorPercent();
  DC_RETURN_IF_ERROR(Validate(&record));
  record.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  records_.push_back(record);
  if (validation_) note += "  validation " + Fixed(record.validation_error_percent, 2) + " %";
  progress_->Advance(first + steps_per_epoch_, note);
  DC_RETURN_IF_ERROR(Save());
  return WriteLogs();
}

StatusOr<TrainResult> TrainingRun::Execute(Constraints* constraints) {
  DC_RETURN_IF_ERROR(Prepare(constraints));
  DC_RETURN_IF_ERROR(Resume());
  // A kill may have come between the checkpoint and its row of the log.
  if (!records_.empty()) DC_RETURN_IF_ERROR(WriteLogs());
  progress_->Begin("train", options_.epochs * steps_per_epoch_);
  first_step_ = static_cast<int64_t>(records_.size()) * steps_per_epoch_;
  for (int epoch = static_cast<int>(records_.size()) + 1; epoch <= options_.epochs; ++epoch) {
    DC_RETURN_IF_ERROR(Epoch(epoch));
  }
  TrainResult result;
  result.kept_epoch = options_.epochs;
  if (best_epoch_ > 0) {
    result.kept_epoch = best_epoch_;
    DC_RETURN_IF_ERROR(RestoreArrays(best_));
    // The rules may have become stricter since that epoch.
    if (constraints_) {
      for (const auto& [name, weight] : *constraints_) updater_->ConstraintChanged(name);
    }
  }
  parameters_.Store(graph_);
  idle_.Store(graph_);
  result.epochs = std::move(records_);
  std::string summary = "kept epoch " + std::to_string(result.kept_epoch);
  progress_->End(summary);
  return result;
}

}  // namespace train

Status CheckTraining(const Graph& graph, const Dataset& data, const Preprocess& preprocess,
                     const TrainOptions& options) {
  if (options.epochs == 0) return OkStatus();
  DC_RETURN_IF_ERROR(train::CheckOptions(options, data));
  const Augmentation* augmentation = options.augmentation.any() ? &options.augmentation : nullptr;
  DC_ASSIGN_OR_RETURN(const train::Network network,
                      train::FindNetwork(graph, data, preprocess, {options.logits, augmentation}));
  const TrainChoice choice{SplitPatterns(options.train), SplitPatterns(options.freeze)};
  DC_RETURN_IF_ERROR(train::Parameters::Load(network, choice).status());
  if (options.teacher.empty()) return OkStatus();
  return train::Teacher::Load(options.teacher, data, options.logits).status();
}

StatusOr<TrainResult> Train(Graph* graph, const Dataset& data, const Preprocess& preprocess,
                            const TrainOptions& options, Constraints* constraints,
                            const StepHook& hook, Progress* progress) {
  train::TrainingRun run(graph, data, preprocess, options, hook, progress);
  return run.Execute(constraints);
}

}  // namespace dc
