#include "pipeline/stage_settings.h"

#include <cstdlib>

#include "pipeline/setting_convert.h"
#include "quantize/method.h"

namespace dc {
namespace {

// The defaults of the nested Training `field` of a stage that differ from Training's own.
template <typename Fields>
std::string TrainingDefaults(const char* field) {
  return Fields::descriptor()->FindFieldByName(field)->options().GetExtension(proto::training);
}

template <typename Fields, typename Options>
Status Convert(const Fields& from, const std::string& training, const FieldNamer& name,
               Options* to) {
  DC_RETURN_IF_ERROR(CheckFields(from, name));
  Fields complete = from;
  FillIn(training, &complete);
  VisitSettings(*to, MembersFromFields(complete));
  return OkStatus();
}

StatusOr<TrainOptions> NestedTraining(const proto::Training& from, const std::string& defaults,
                                      const FieldNamer& name, uint64_t seed) {
  TrainOptions to;
  DC_RETURN_IF_ERROR(Convert(from, defaults, name, &to));
  to.seed = seed;
  if (to.keep_best && to.validation == 0) {
    const auto* descriptor = proto::Training::descriptor();
    return UsageError(
        name(*descriptor->FindFieldByName("keep")) + " best has no images to choose by", "",
        "hold out some with " + name(*descriptor->FindFieldByName("validation")));
  }
  return to;
}

template <typename Fields, typename Options>
std::string TextOf(Options options, const std::string& training, const std::string& prefix) {
  Fields fields;
  FillIn(training, &fields);
  VisitSettings(options, FieldsFromMembers(&fields));
  return Differences(fields, training, prefix);
}

std::string Joined(const std::string& a, const std::string& b) {
  return a + (a.empty() || b.empty() ? "" : " ") + b;
}

Status CheckCalibration(const std::string& calibrate, const TrainOptions& training,
                        const FieldNamer& name) {
  if (calibrate.empty() || training.epochs == 0) return OkStatus();
  return UsageError("calibration takes the place of training: there are no epochs",
                    name(*proto::Pruning::descriptor()->FindFieldByName("calibrate")),
                    "leave out the epochs, or the calibration");
}

// Whether noise can be learned (PruneImportance::kVariational).
Status CheckNoise(const PruneOptions& options, const TrainOptions& retrain) {
  const char* where = "--importance variational";
  if (retrain.epochs == 0) {
    return UsageError("the noise of weights is learned while retraining", where, "give --epochs");
  }
  if (options.schedule != PruneScheduleKind::kGradual || options.ramp == 1) {
    return UsageError("noise is learned until the end of the ramp, and the rest trains without it",
                      where, "add --schedule gradual and a --ramp below 1");
  }
  if (retrain.optimizer == OptimizerKind::kSgd) {
    return UsageError("by SGD the variance of noise would take thousands of epochs to grow", where,
                      "add --optimizer adam and a learning rate for it, such as 0.001");
  }
  if (options.splice > 0) {
    return UsageError("weights that learn their noise have no masks to revise", where,
                      "leave --splice out");
  }
  return OkStatus();
}

// What the layers may be asked for depends on the criterion.
Status CheckAmounts(const PruneOptions& options) {
  if (options.criterion == PruneCriterion::kThreshold) return OkStatus();
  return options.amounts.CheckValues([](const std::string& text) {
    const double density = std::strtod(text.c_str(), nullptr);
    if (density > 0 && density <= 1) return OkStatus();
    return UsageError("a density of " + text + " is impossible", "",
                      "choose one above 0 and up to 1");
  });
}

}  // namespace

StatusOr<TrainOptions> TrainingOf(const proto::Training& from, const FieldNamer& name,
                                  uint64_t seed) {
  return NestedTraining(from, "", name, seed);
}

StatusOr<PruneStep> PruningOf(const proto::Pruning& from, const FieldNamer& name, uint64_t seed) {
  PruneStep to;
  DC_RETURN_IF_ERROR(Convert(from, "", name, &to.options));
  if (const Status status = CheckAmounts(to.options); !status.ok()) {
    return status.At(name(*proto::Pruning::descriptor()->FindFieldByName("amounts")));
  }
  DC_ASSIGN_OR_RETURN(to.retrain,
                      NestedTraining(from.retrain(), TrainingDefaults<proto::Pruning>("retrain"),
                                     name.Nested("retrain"), seed));
  DC_RETURN_IF_ERROR(CheckSchedule(to.options, to.retrain));
  DC_RETURN_IF_ERROR(CheckCalibration(to.options.calibrate, to.retrain, name));
  if (!to.options.calibrate.empty() && to.options.criterion == PruneCriterion::kThreshold) {
    return UsageError("calibrated pruning has no threshold", to.options.calibrate,
                      "choose the criterion density or global");
  }
  if (!to.options.calibrate.empty() &&
      (to.options.importance != PruneImportance::kMagnitude || to.options.splice > 0)) {
    return UsageError("calibrated pruning ranks weights in a way of its own", to.options.calibrate,
                      "leave out importance and splice, or the calibration");
  }
  return to;
}

StatusOr<QuantizeStep> QuantizationOf(const proto::Quantization& from, const FieldNamer& name,
                                      uint64_t seed) {
  QuantizeStep to;
  DC_RETURN_IF_ERROR(Convert(from, "", name, &to.options));
  to.options.seed = seed;
  // What the policies know is not said in the table.
  const auto check = [&](const QuantizeOptions& options, const char* field) {
    const Status status = CheckQuantizeOptions(options);
    if (status.ok()) return status;
    return status.At(name(*proto::Quantization::descriptor()->FindFieldByName(field)));
  };
  if (to.options.lambda > 0 && from.fine_tune().epochs() == 0) {
    return UsageError("codes follow the rate while the network trains",
                      name(*proto::Quantization::descriptor()->FindFieldByName("lambda")),
                      "give epochs of fine-tuning");
  }
  std::string training = TrainingDefaults<proto::Quantization>("fine_tune");
  if (!to.options.method.name.empty()) {
    to.options.method.bits = from.bits();
    if (!to.options.policy.empty() || !to.options.policy_settings.empty()) {
      return UsageError("a method has no policies", to.options.method.name,
                        "leave out " + name(*proto::Quantization::descriptor()->FindFieldByName(
                                           to.options.policy.empty() ? "init" : "policy")));
    }
    const auto method = FindMethod(to.options.method.name);
    if (!method.ok()) return method.status();
    training = (*method)->info().training;
    if (to.options.method.max_error_increase && !to.options.method.bits.empty()) {
      return UsageError("bits are given or found, not both", "--bits, --max-error-increase",
                        "leave one of them out");
    }
  } else if (!to.options.method.skip.empty() || !to.options.method.settings.empty() ||
             to.options.method.max_error_increase) {
    return UsageError(
        "only a method skips layers, has options and finds bits", "",
        "name one with " + name(*proto::Quantization::descriptor()->FindFieldByName("method")));
  }
  DC_RETURN_IF_ERROR(check({.policy = to.options.policy}, "policy"));
  if (to.options.method.name.empty()) {
    DC_RETURN_IF_ERROR(check({.bits = to.options.bits}, "bits"));
  }
  DC_RETURN_IF_ERROR(check({.policy_settings = to.options.policy_settings}, "init"));
  DC_ASSIGN_OR_RETURN(to.fine_tune,
                      NestedTraining(from.fine_tune(), training, name.Nested("fine_tune"), seed));
  DC_RETURN_IF_ERROR(CheckCalibration(to.options.calibrate, to.fine_tune, name));
  if (to.fine_tune.group_lasso > 0 && to.options.lambda == 0) {
    return UsageError(
        "weights on a grid or with a codebook have no lengths to shorten",
        name.Nested("fine_tune")(*proto::Training::descriptor()->FindFieldByName("group_lasso")),
        "leave it out, or give a lambda");
  }
  if (!to.options.calibrate.empty() && !to.options.method.name.empty()) {
    return UsageError("a method calibrates in a way of its own", to.options.method.name,
                      "leave out " +
                          name(*proto::Quantization::descriptor()->FindFieldByName("calibrate")) +
                          ", or the method");
  }
  return to;
}

StatusOr<EncodeOptions> EncodingOf(const proto::Encoding& from, const FieldNamer& name) {
  EncodeOptions to;
  DC_RETURN_IF_ERROR(Convert(from, "", name, &to));
  return to;
}

StatusOr<Preprocess> PreprocessOf(const proto::InputScaling& from, const FieldNamer& name) {
  Preprocess to;
  DC_RETURN_IF_ERROR(CheckFields(from, name));
  VisitSettings(to, MembersFromFields(from));  // what is absent is not said
  return to;
}

Status CheckSchedule(const PruneOptions& options, const TrainOptions& retrain) {
  if (retrain.epochs == 0 && options.schedule != PruneScheduleKind::kOneShot) {
    return UsageError("only one-shot pruning works without retraining", "",
                      "give --epochs, or --schedule one-shot");
  }
  if (retrain.epochs == 0 && options.splice > 0) {
    return UsageError("nothing comes back without retraining", "--splice", "give --epochs");
  }
  if (options.importance == PruneImportance::kFisher &&
      (options.splice == 0 || options.schedule == PruneScheduleKind::kOneShot)) {
    return UsageError("the Fisher importance is measured while masks change", "--importance fisher",
                      "add --splice 0.1 and --schedule gradual");
  }
  if (options.importance == PruneImportance::kVariational) {
    DC_RETURN_IF_ERROR(CheckNoise(options, retrain));
  } else if (options.importance != PruneImportance::kMagnitude &&
             options.criterion == PruneCriterion::kThreshold) {
    return UsageError("a threshold is one of magnitudes", "--importance",
                      "leave it out, or choose --criterion global or density");
  }
  if (retrain.keep_best && options.splice > 0) {
    return UsageError("the best epoch of a run that revises its masks may be one before its end",
                      "", "keep the last epoch");
  }
  if (retrain.keep_best && options.schedule != PruneScheduleKind::kOneShot) {
    return UsageError("the best epoch of a schedule that still prunes may be one before its end",
                      "", "keep the last epoch, or prune one-shot");
  }
  return OkStatus();
}

Status CheckAmountsGiven(const PruneOptions& options) {
  if (!options.amounts.empty() || options.criterion == PruneCriterion::kGlobalDensity) {
    return OkStatus();
  }
  return UsageError("nothing says how much to prune", "", "add amounts, as in conv=0.5,fc=0.08");
}

std::string SettingsText(const TrainOptions& options) {
  return TextOf<proto::Training>(options, "", "");
}

std::string SettingsText(const PruneOptions& options, const TrainOptions& retrain) {
  return Joined(
      TextOf<proto::Pruning>(options, "", ""),
      TextOf<proto::Training>(retrain, TrainingDefaults<proto::Pruning>("retrain"), "retrain."));
}

std::string SettingsText(const QuantizeOptions& options, const TrainOptions& fine_tune) {
  return Joined(TextOf<proto::Quantization>(options, "", ""),
                TextOf<proto::Training>(
                    fine_tune, TrainingDefaults<proto::Quantization>("fine_tune"), "fine_tune."));
}

}  // namespace dc
