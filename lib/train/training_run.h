// One call of Train: what it prepares, goes through step by step, and keeps in checkpoints.
#ifndef DC_TRAIN_TRAINING_RUN_H_
#define DC_TRAIN_TRAINING_RUN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "train/epoch_log.h"
#include "train/evaluator.h"
#include "train/executor.h"
#include "train/idle_weights.h"
#include "train/loss.h"
#include "train/objective.h"
#include "train/teacher.h"
#include "train/train_checkpoint.h"
#include "train/trainer.h"
#include "train/update.h"

namespace dc {
namespace train {

class TrainingRun : public TrainingState {
 public:
  TrainingRun(Graph* graph, const Dataset& data, const Preprocess& preprocess,
              const TrainOptions& options, const StepHook& hook, Progress* progress)
      : graph_(graph),
        data_(data),
        preprocess_(preprocess),
        options_(options),
        hook_(hook),
        progress_(OrSilent(progress)),
        pool_(options.threads),
        dropout_(options.dropout_scale, options.dropout_scales) {}

  StatusOr<TrainResult> Execute(Constraints* constraints);

  std::span<float> Latent(const std::string& name) override {
    const std::span<float> idle = idle_.Latent(name);
    return idle.empty() ? updater_->Latent(name) : idle;
  }
  void ConstraintChanged(const std::string& name) override { updater_->ConstraintChanged(name); }
  void SetDropoutScale(const std::string& output, double scale) override {
    dropout_.Set(output, scale);
  }

 private:
  // A part of the batch with everything its thread needs.
  struct Shard {
    std::unique_ptr<Executor> executor, teacher;  // teacher: null without one
    size_t begin = 0;                             // of its samples in the batch
    LossSums sums;
    Status status;
  };

  Status Prepare(Constraints* constraints);
  void SplitSamples();
  Status MakeShards();
  Status Epoch(int epoch);
  Status Step(int64_t step, std::span<const uint32_t> batch, uint64_t augmentation_seed,
              LossSums* sums);
  void RunShard(int index, int64_t step, std::span<const uint32_t> batch,
                uint64_t augmentation_seed);
  // What the teacher gives for the shard's samples, augmented alike.
  Status AskTeacher(Shard* shard, std::span<const uint32_t> indices,
                    uint64_t augmentation_seed) const;
  Status Validate(EpochRecord* record);
  std::string PlaceOf(int64_t step) const;
  Status NotFinite(int64_t step) const;
  Status Runaway(int64_t step, double loss) const;
  // Notes a rate that undoes what the model had learned, once the first steps have shown it.
  void WatchFirstSteps(int64_t step, double batch_loss);
  Status CheckCancelled(int64_t step) const;
  // The first parameter, statistics included, that holds NaN or infinity; null for none.
  const Parameter* NotFiniteParameter() const;

  std::vector<std::vector<float>> CopyArrays();
  Status RestoreArrays(const std::vector<std::vector<float>>& arrays);
  Status Resume();
  Status Save();
  // The log and the chart of all epochs so far.
  Status WriteLogs() const;

  Graph* graph_;
  const Dataset& data_;
  const Preprocess& preprocess_;
  const TrainOptions& options_;
  const StepHook& hook_;
  Progress* progress_;
  ThreadPool pool_;
  DropoutRatios dropout_;

  std::unique_ptr<Teacher> teacher_;
  Network network_;
  Parameters parameters_;
  std::optional<Updater> updater_;
  IdleWeights idle_;
  Constraints* constraints_ = nullptr;
  std::optional<Objective> objective_;  // over samples_
  std::optional<Evaluator> validation_;
  std::vector<Shard> shards_;
  std::vector<std::span<const float>> gradients_;  // one per shard
  std::vector<uint32_t> samples_, held_out_;       // indices into data_.train
  int64_t steps_per_epoch_ = 0;
  int64_t first_step_ = 0;   // of this call: later than 0 when resumed
  double first_loss_ = 0;    // mean of that step's batch
  double watched_loss_ = 0;  // sum over the batches that WatchFirstSteps judges by
  Fingerprint fingerprint_;
  std::vector<EpochRecord> records_;
  int best_epoch_ = 0;
  std::vector<std::vector<float>> best_;
};

}  // namespace train
}  // namespace dc

#endif  // DC_TRAIN_TRAINING_RUN_H_
