// What a run is made from, and what it keeps.
#include "train/training_run.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/rng.h"
#include "dc/files.h"
#include "train/epoch_chart.h"
#include "train/sharding.h"
#include "train/train_options.h"

namespace dc {
namespace train {
namespace {

// The stream of random numbers of the run's seed that chooses what is held out.
constexpr uint64_t kValidationStream = uint64_t{1} << 40;

}  // namespace

Status TrainingRun::Prepare(Constraints* constraints) {
  DC_RETURN_IF_ERROR(CheckOptions(options_, data_));
  const Augmentation* augmentation = options_.augmentation.any() ? &options_.augmentation : nullptr;
  DC_ASSIGN_OR_RETURN(network_,
                      FindNetwork(*graph_, data_, preprocess_, {options_.logits, augmentation}));
  for (const std::string& remark : network_.reading.remarks) progress_->Note(remark);
  const TrainChoice choice{SplitPatterns(options_.train), SplitPatterns(options_.freeze)};
  DC_ASSIGN_OR_RETURN(parameters_, Parameters::Load(network_, choice));
  if (const Parameter* parameter = NotFiniteParameter()) {
    return BadInput("the parameter holds NaN or infinity before it is trained",
                    "\"" + parameter->name + "\"", "give it finite values");
  }
  fingerprint_ = FingerprintOf(options_, data_, network_, parameters_, constraints);
  if (!options_.teacher.empty()) {
    DC_ASSIGN_OR_RETURN(teacher_, Teacher::Load(options_.teacher, data_, options_.logits));
    fingerprint_.emplace_back("teacher", teacher_->Checksum());
  }
  DC_ASSIGN_OR_RETURN(idle_, IdleWeights::Make(*graph_, parameters_, constraints));
  constraints_ = constraints;
  DC_ASSIGN_OR_RETURN(updater_, Updater::Make(&parameters_, constraints, options_.l1, options_.l2,
                                              options_.optimizer));
  if (options_.group_lasso > 0) DC_RETURN_IF_ERROR(updater_->CheckGroups());
  SplitSamples();
  DC_RETURN_IF_ERROR(MakeShards());
  DC_ASSIGN_OR_RETURN(objective_, Objective::Make(data_, data_.train, samples_, options_));
  if (!held_out_.empty()) {
    SampleSet set{&data_, &data_.train, &network_.reading, held_out_};
    DC_ASSIGN_OR_RETURN(validation_,
                        Evaluator::Make(network_, parameters_, std::move(set), pool_.threads()));
  }
  return OkStatus();
}

void TrainingRun::SplitSamples() {
  samples_.resize(static_cast<size_t>(data_.train.count));
  std::iota(samples_.begin(), samples_.end(), 0u);
  if (options_.validation > 0) {
    Rng(options_.seed, kValidationStream).Shuffle(samples_);
    held_out_.assign(samples_.begin(), samples_.begin() + options_.validation);
    samples_.erase(samples_.begin(), samples_.begin() + options_.validation);
    std::sort(held_out_.begin(), held_out_.end());
    std::sort(samples_.begin(), samples_.end());
  }
  // The samples that do not fill a batch sit an epoch out: others every time, by the shuffle.
  steps_per_epoch_ = static_cast<int64_t>(samples_.size()) / options_.batch_size;
}

Status TrainingRun::MakeShards() {
  size_t begin = 0;
  for (int64_t size : ShardSizes(options_.batch_size, options_.shard_size)) {
    Shard shard;
    DC_ASSIGN_OR_RETURN(shard.executor,
                        Executor::Make(network_, parameters_, &dropout_, size, true));
    DC_RETURN_IF_ERROR(
        CheckOutputFits(network_.output, shard.executor->ShapeOf(network_.logits), data_));
    if (teacher_) {
      DC_ASSIGN_OR_RETURN(shard.teacher, teacher_->NewExecutor(size, shard.executor->outputs()));
    }
    shard.begin = begin;
    begin += static_cast<size_t>(size);
    gradients_.push_back(shard.executor->gradients());
    shards_.push_back(std::move(shard));
  }
  return OkStatus();
}

const Parameter* TrainingRun::NotFiniteParameter() const {
  for (const Parameter& parameter : parameters_.list()) {
    if (parameter.role == Role::kFixed) continue;
    const auto values = parameters_.Values(parameter);
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
      return &parameter;
    }
  }
  return nullptr;
}

std::vector<std::vector<float>> TrainingRun::CopyArrays() {
  std::vector<std::vector<float>> arrays;
  const auto all = parameters_.all();
  arrays.emplace_back(all.begin(), all.end());
  for (const auto& array : updater_->StateArrays()) arrays.emplace_back(array.begin(), array.end());
  return arrays;
}

Status TrainingRun::RestoreArrays(const std::vector<std::vector<float>>& arrays) {
  std::vector<std::span<float>> targets = updater_->StateArrays();
  targets.insert(targets.begin(), parameters_.all());
  bool fits = arrays.size() == targets.size();
  for (size_t i = 0; fits && i < arrays.size(); ++i) fits = arrays[i].size() == targets[i].size();
  if (!fits) {
    return BadInput("the checkpoint holds other parameters than the model", options_.checkpoint,
                    "remove the file or train without resuming");
  }
  for (size_t i = 0; i < arrays.size(); ++i) {
    std::copy(arrays[i].begin(), arrays[i].end(), targets[i].begin());
  }
  return OkStatus();
}

Status TrainingRun::Resume() {
  if (!options_.resume || !FileExists(options_.checkpoint)) return OkStatus();
  DC_ASSIGN_OR_RETURN(Checkpoint checkpoint, LoadCheckpoint(options_.checkpoint, fingerprint_));
  DC_RETURN_IF_ERROR(RestoreArrays(checkpoint.arrays));
  dropout_.Restore(std::move(checkpoint.dropout));
  records_ = std::move(checkpoint.records);
  best_epoch_ = checkpoint.best_epoch;
  best_ = std::move(checkpoint.best);
  return OkStatus();
}

Status TrainingRun::WriteLogs() const {
  DC_RETURN_IF_ERROR(WriteEpochLog(options_.log_csv, records_, data_.has_targets()));
  return WriteEpochChart(options_.plot_svg, records_, data_.has_targets());
}

Status TrainingRun::Save() {
  if (options_.checkpoint.empty()) return OkStatus();
  return SaveCheckpoint(options_.checkpoint, {fingerprint_, records_, dropout_.changes(),
                                              CopyArrays(), best_epoch_, best_});
}

}  // namespace train
}  // namespace dc
