// Which member of the options belongs to which field of proto/recipe.proto.
#ifndef DC_PIPELINE_SETTING_BINDINGS_H_
#define DC_PIPELINE_SETTING_BINDINGS_H_

#include "dc/data.h"
#include "dc/encode.h"
#include "dc/prune.h"
#include "dc/quantize.h"
#include "dc/train.h"

namespace dc {

// Each calls visit(FIELD, MEMBER) for every field that a member stands for. A member of enumeration
// type, or a bool for a field with text, is the index of the text among the field's values.

template <typename Visitor>
void VisitSettings(TrainOptions& options, const Visitor& visit) {
  visit("epochs", options.epochs);
  visit("batch_size", options.batch_size);
  visit("optimizer", options.optimizer);
  visit("learning_rate", options.learning_rate);
  visit("momentum", options.momentum);
  visit("beta2", options.beta2);
  visit("l1", options.l1);
  visit("l2", options.l2);
  visit("schedule", options.schedule);
  visit("step_epochs", options.step_epochs);
  visit("decay", options.decay);
  visit("final_rate", options.final_rate);
  visit("warmup_epochs", options.warmup_epochs);
  visit("label_smoothing", options.label_smoothing);
  visit("dropout_scale", options.dropout_scale);
  visit("validation", options.validation);
  visit("keep", options.keep_best);
  visit("augment_shift", options.augmentation.shift);
  visit("augment_flip", options.augmentation.flip);
  visit("logits", options.logits);
  visit("train", options.train);
  visit("freeze", options.freeze);
  visit("loss", options.loss);
  visit("shard_size", options.shard_size);
  visit("teacher", options.teacher);
  visit("teacher_share", options.teacher_share);
  visit("temperature", options.temperature);
  visit("gradient_clip", options.gradient_clip);
  visit("group_lasso", options.group_lasso);
}

template <typename Visitor>
void VisitSettings(PruneOptions& options, const Visitor& visit) {
  visit("criterion", options.criterion);
  visit("amounts", options.amounts);
  visit("global_density", options.global_density);
  visit("schedule", options.schedule);
  visit("steps", options.steps);
  visit("ramp", options.ramp);
  visit("mask_updates", options.mask_updates);
  visit("remove_dead_neurons", options.remove_dead_neurons);
  visit("importance", options.importance);
  visit("splice", options.splice);
  visit("freeze_masks", options.freeze_masks);
  visit("kl_weight", options.kl_weight);
  visit("calibrate", options.calibrate);
  visit("calibrate_samples", options.calibrate_samples);
}

template <typename Visitor>
void VisitSettings(QuantizeOptions& options, const Visitor& visit) {
  visit("policy", options.policy);
  visit("bits", options.bits);
  visit("init", options.policy_settings);
  visit("method", options.method.name);
  visit("skip", options.method.skip);
  visit("method_options", options.method.settings);
  visit("method_error_increase", options.method.max_error_increase);
  visit("lambda", options.lambda);
  visit("calibrate", options.calibrate);
  visit("calibrate_samples", options.calibrate_samples);
}

template <typename Visitor>
void VisitSettings(EncodeOptions& options, const Visitor& visit) {
  visit("gap_bits", options.gap_bits);
  visit("order", options.order);
  visit("codebook_type", options.codebook_type);
  visit("keep_names", options.keep_names);
  visit("int8_activations", options.int8_activations);
  visit("bias_bits", options.bias_bits);
  visit("coder", options.coder);
}

template <typename Visitor>
void VisitSettings(Preprocess& preprocess, const Visitor& visit) {
  visit("scale", preprocess.scale);
  visit("mean", preprocess.mean);
  visit("deviation", preprocess.deviation);
  visit("layout", preprocess.channels_last);
  visit("channels", preprocess.reverse_channels);
}

}  // namespace dc

#endif  // DC_PIPELINE_SETTING_BINDINGS_H_
