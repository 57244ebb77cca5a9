#include "common/train_flags.h"

#include <sstream>

#include "dc/recipe.h"

namespace dc {

namespace po = boost::program_options;

TrainFlags::TrainFlags(int epochs, double learning_rate, Tool* tool) : tool_(tool) {
  options_.epochs = epochs;
  options_.learning_rate = learning_rate;
  TrainOptions& o = options_;
  std::ostringstream rate;  // shorter than the default's 17 digits
  rate << learning_rate;
  tool->options().add_options()("epochs", po::value(&o.epochs)->default_value(epochs), "epochs")(
      "batch-size", po::value(&o.batch_size)->default_value(o.batch_size), "images a step")(
      "optimizer", po::value(&optimizer_)->default_value("sgd"), "sgd or adam")(
      "learning-rate", po::value(&o.learning_rate)->default_value(o.learning_rate, rate.str()),
      "at the start")("momentum", po::value(&o.momentum)->default_value(o.momentum, "0.9"),
                      "of SGD, or Adam's beta1")(
      "beta2", po::value(&o.beta2)->default_value(o.beta2, "0.999"), "Adam's")(
      "l1", po::value(&o.l1)->default_value(0), "weight decay towards zero")(
      "l2", po::value(&o.l2)->default_value(0), "weight decay by a factor")(
      "lr-schedule", po::value(&schedule_)->default_value("constant"),
      "constant, step, exponential or cosine")(
      "step-epochs", po::value(&o.step_epochs)->default_value(o.step_epochs),
      "step: epochs a step")("decay", po::value(&o.decay)->default_value(o.decay, "0.1"),
                             "step, exponential: factor")(
      "final-rate", po::value(&o.final_rate)->default_value(0), "cosine: share left at the end")(
      "warmup-epochs", po::value(&o.warmup_epochs)->default_value(0), "linear warm-up")(
      "label-smoothing", po::value(&o.label_smoothing)->default_value(0),
      "share of the label spread")("dropout-scale", po::value(&o.dropout_scale)->default_value(1),
                                   "factor on all dropout ratios")(
      "augment-shift", po::value(&o.augmentation.shift)->default_value(0),
      "shift images by up to N pixels")("augment-flip", po::bool_switch(&o.augmentation.flip),
                                        "mirror half of the images")(
      "validation", po::value(&o.validation)->default_value(0), "training images to hold out")(
      "keep", po::value(&keep_)->default_value("last"),
      "which epoch to keep: last, or best on validation")(
      "log", po::value(&o.log_csv)->value_name("FILE.csv"), "a row an epoch")(
      "resume", po::bool_switch(&o.resume), "go on from the output's checkpoint");
}

StatusOr<TrainOptions> TrainFlags::Options(const std::string& output) const {
  TrainOptions options = options_;
  DC_ASSIGN_OR_RETURN(options.optimizer, ParseOptimizer(optimizer_));
  DC_ASSIGN_OR_RETURN(options.schedule, ParseSchedule(schedule_));
  if (keep_ != "last" && keep_ != "best") {
    return UsageError("unknown --keep '" + keep_ + "'", "", "use last or best");
  }
  options.keep_best = keep_ == "best";
  options.seed = tool_->seed();
  options.threads = tool_->threads();
  options.checkpoint = output + ".checkpoint";
  if (options.epochs < 0) return UsageError("--epochs must not be negative");
  if (options.batch_size < 1) return UsageError("--batch-size must be at least 1");
  return options;
}

}  // namespace dc
