// The messages of proto/recipe.proto -> the options of the stages.
#ifndef DC_PIPELINE_STAGE_SETTINGS_H_
#define DC_PIPELINE_STAGE_SETTINGS_H_

#include <cstdint>
#include <string>

#include "dc/data.h"
#include "dc/recipe.h"
#include "dc/status.h"
#include "pipeline/setting_table.h"

namespace dc {

// Each checks every value: UsageError with the name of the field that `name` gives.
StatusOr<TrainOptions> TrainingOf(const proto::Training& from, const FieldNamer& name,
                                  uint64_t seed);
StatusOr<PruneStep> PruningOf(const proto::Pruning& from, const FieldNamer& name, uint64_t seed);
StatusOr<QuantizeStep> QuantizationOf(const proto::Quantization& from, const FieldNamer& name,
                                      uint64_t seed);
StatusOr<EncodeOptions> EncodingOf(const proto::Encoding& from, const FieldNamer& name);
StatusOr<Preprocess> PreprocessOf(const proto::InputScaling& from, const FieldNamer& name);

// UsageError for a schedule that does not go with the retraining.
Status CheckSchedule(const PruneOptions& options, const TrainOptions& retrain);

// UsageError where nothing says how much to prune.
Status CheckAmountsGiven(const PruneOptions& options);

// The settings of a stage that are not the defaults, as dc.STAGE.settings records them.
std::string SettingsText(const TrainOptions& options);
std::string SettingsText(const PruneOptions& options, const TrainOptions& retrain);
std::string SettingsText(const QuantizeOptions& options, const TrainOptions& fine_tune);

}  // namespace dc

#endif  // DC_PIPELINE_STAGE_SETTINGS_H_
