#include "train/train_options.h"

#include <cmath>
#include <cstdio>

#include "base/crc32.h"

namespace dc::train {
namespace {

Status CheckRange(const char* name, double value, bool fits, const char* range) {
  if (fits && std::isfinite(value)) return OkStatus();
  char text[160];
  std::snprintf(text, sizeof(text), "%s is %g", name, value);
  return UsageError(text, "", std::string("it must be ") + range);
}

std::string ExactNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.17g", value);
  return text;
}

template <typename Values>
std::string Checksum(const Values& values) {
  char text[16];
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  std::snprintf(text, sizeof(text), "%08x",
                Crc32c({bytes, values.size() * sizeof(*values.data())}));
  return text;
}

std::string List(const std::vector<float>& values) {
  std::string text;
  for (float v : values) {
    if (!text.empty()) text += ' ';
    text += ExactNumber(v);
  }
  return text;
}

// UsageError for what belongs to classes where the data has targets, and the reverse.
Status CheckFitsAnswers(const TrainOptions& options, const Dataset& data) {
  const std::string where = "data " + data.name;
  if (!data.has_targets()) {
    if (options.loss != LossKind::kMeanSquaredError) return OkStatus();
    return UsageError("the loss is the mean squared error, and the data has labels of classes",
                      where, "leave loss out, or give targets: floats in place of integers");
  }
  const std::string targets = ", and the data has targets of a regression";
  if (options.loss == LossKind::kSquaredHinge) {
    return UsageError("the squared hinge is a loss of classes" + targets, where,
                      "use loss mean-squared-error");
  }
  if (options.label_smoothing > 0) {
    return UsageError("label_smoothing spreads labels of classes" + targets, where, "leave it out");
  }
  if (options.temperature != TrainOptions().temperature) {
    return UsageError("temperature is that of a softmax" + targets, where, "leave it out");
  }
  if (options.augmentation.any() && data.target_shape.size() > 1) {
    return UsageError("targets with places of their own do not move with their images", where,
                      "leave augment_shift and augment_flip out, or give targets of N x K");
  }
  return OkStatus();
}

}  // namespace

Status CheckOptions(const TrainOptions& options, const Dataset& data) {
  const TrainOptions& o = options;
  const double count = static_cast<double>(data.train.count);
  DC_RETURN_IF_ERROR(CheckRange("epochs", o.epochs, o.epochs >= 0, "0 or more"));
  DC_RETURN_IF_ERROR(CheckRange("batch_size", o.batch_size, o.batch_size >= 1, "1 or more"));
  DC_RETURN_IF_ERROR(CheckRange("learning_rate", o.learning_rate, o.learning_rate > 0, "above 0"));
  DC_RETURN_IF_ERROR(
      CheckRange("momentum", o.momentum, o.momentum >= 0 && o.momentum < 1, "in [0, 1)"));
  DC_RETURN_IF_ERROR(CheckRange("beta2", o.beta2, o.beta2 >= 0 && o.beta2 < 1, "in [0, 1)"));
  DC_RETURN_IF_ERROR(CheckRange("l1", o.l1, o.l1 >= 0, "0 or more"));
  DC_RETURN_IF_ERROR(CheckRange("l2", o.l2, o.l2 >= 0, "0 or more"));
  DC_RETURN_IF_ERROR(CheckRange("group_lasso", o.group_lasso, o.group_lasso >= 0, "0 or more"));
  DC_RETURN_IF_ERROR(CheckRange("step_epochs", o.step_epochs, o.step_epochs >= 1, "1 or more"));
  DC_RETURN_IF_ERROR(CheckRange("decay", o.decay, o.decay > 0, "above 0"));
  DC_RETURN_IF_ERROR(CheckRange("final_rate", o.final_rate, o.final_rate >= 0, "0 or more"));
  DC_RETURN_IF_ERROR(
      CheckRange("warmup_epochs", o.warmup_epochs, o.warmup_epochs >= 0, "0 or more"));
  DC_RETURN_IF_ERROR(CheckRange("label_smoothing", o.label_smoothing,
                                o.label_smoothing >= 0 && o.label_smoothing < 1, "in [0, 1)"));
  DC_RETURN_IF_ERROR(
      CheckRange("gradient_clip", o.gradient_clip, o.gradient_clip >= 0, "0 or more"));
  DC_RETURN_IF_ERROR(
      CheckRange("dropout_scale", o.dropout_scale, o.dropout_scale >= 0, "0 or more"));
  for (const auto& [output, scale] : o.dropout_scales) {
    DC_RETURN_IF_ERROR(
        CheckRange(("dropout_scales of " + output).c_str(), scale, scale >= 0, "0 or more"));
  }
  DC_RETURN_IF_ERROR(CheckRange("validation", double(o.validation),
                                o.validation >= 0 && double(o.validation) < count,
                                "0 or more, and less than the number of training images"));
  if (o.keep_best && o.validation == 0) {
    return UsageError("keep_best has no validation images to choose by", "",
                      "set validation to the number of images to hold out");
  }
  if (o.epochs > 0 && o.batch_size > data.train.count - o.validation) {
    return UsageError("batch_size " + std::to_string(o.batch_size) + " is more than the " +
                          std::to_string(data.train.count - o.validation) + " training images",
                      "data " + data.name, "use a smaller batch");
  }
  if (o.resume && o.checkpoint.empty()) {
    return UsageError("resume has no checkpoint to go on from", "", "name the checkpoint file");
  }
  return CheckFitsAnswers(o, data);
}

constexpr const char* kOptimizerNames[] = {"sgd", "adam", "adamax", "shift-adamax"};
constexpr const char* kLossNames[] = {"cross-entropy", "squared-hinge", "mean-squared-error"};

Fingerprint FingerprintOf(const TrainOptions& options, const Dataset& data, const Network& network,
                          const Parameters& parameters, const Constraints* constraints) {
  const Reading& reading = network.reading;
  const TrainOptions& o = options;
  std::string nodes, trained, latents, dropout_scales;
  for (size_t n : network.nodes) nodes += network.graph->nodes[n].op + " ";
  for (const Parameter& parameter : parameters.list()) {
    if (parameter.role == Role::kTrained) trained += parameter.name + " ";
  }
  if (constraints) {
    for (const auto& [name, weight] : *constraints) {
      latents +=
          name + ":" + std::to_string(weight.latent.size()) + ":" + Checksum(weight.latent) + " ";
    }
  }
  for (const auto& [output, scale] : o.dropout_scales) {
    dropout_scales += output + ":" + ExactNumber(scale) + " ";
  }
  // The loss of targets has two names, of which the default is one.
  const LossKind loss = data.has_targets() ? LossKind::kMeanSquaredError : o.loss;
  const std::string targets = data.has_targets() ? " " + Checksum(data.train.targets) : "";
  return {
      {"model", nodes + std::to_string(parameters.total())},
      {"trained parameters", trained},
      {"initial weights", Checksum(parameters.all())},
      {"constraints", latents},
      {"data", data.name + " " + std::to_string(data.train.count) + " " +
                   Checksum(data.train.labels) + " " + Checksum(data.train.u8) + " " +
                   Checksum(data.train.f32) + targets},
      {"logits", network.logits},
      {"input scale", ExactNumber(reading.scale)},
      {"input mean", List(reading.mean)},
      {"input deviation", List(reading.deviation)},
      {"input layout", std::string(reading.stored_last ? "nhwc" : "nchw") +
                           (reading.read_last ? " nhwc" : " nchw") +
                           (reading.reverse_channels ? " bgr" : " rgb")},
      {"epochs", std::to_string(o.epochs)},
      {"batch_size", std::to_string(o.batch_size)},
      {"shard_size", std::to_string(o.shard_size)},
      {"teacher_share", ExactNumber(o.teacher_share)},
      {"temperature", ExactNumber(o.temperature)},
      {"optimizer", kOptimizerNames[static_cast<size_t>(o.optimizer)]},
      {"loss", kLossNames[static_cast<size_t>(loss)]},
      {"learning_rate", ExactNumber(o.learning_rate)},
      {"momentum", ExactNumber(o.momentum)},
      {"beta2", ExactNumber(o.beta2)},
      {"l1", ExactNumber(o.l1)},
      {"l2", ExactNumber(o.l2)},
      {"group_lasso", ExactNumber(o.group_lasso)},
      {"schedule", std::to_string(static_cast<int>(o.schedule))},
      {"step_epochs", std::to_string(o.step_epochs)},
      {"decay", ExactNumber(o.decay)},
      {"final_rate", ExactNumber(o.final_rate)},
      {"warmup_epochs", std::to_string(o.warmup_epochs)},
      {"label_smoothing", ExactNumber(o.label_smoothing)},
      {"gradient_clip", ExactNumber(o.gradient_clip)},
      {"dropout_scale", ExactNumber(o.dropout_scale)},
      {"dropout_scales", dropout_scales},
      {"validation", std::to_string(o.validation)},
      {"keep_best", std::to_string(o.keep_best)},
      {"augmentation", std::to_string(o.augmentation.shift) + (o.augmentation.flip ? " flip" : "")},
      {"seed", std::to_string(o.seed)},
  };
}

}  // namespace dc::train
