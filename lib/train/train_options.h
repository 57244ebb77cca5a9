// Checks and identity of training options.
#ifndef DC_TRAIN_TRAIN_OPTIONS_H_
#define DC_TRAIN_TRAIN_OPTIONS_H_

#include "dc/data.h"
#include "dc/status.h"
#include "dc/train.h"
#include "model/constraint.h"
#include "train/parameters.h"
#include "train/train_checkpoint.h"

namespace dc::train {

// UsageError for the first option that is out of range or contradicts another or the data.
Status CheckOptions(const TrainOptions& options, const Dataset& data);

// Identifies a run: every option that decides its outcome, the data, and the model with its initial
// values (before training starts).
Fingerprint FingerprintOf(const TrainOptions& options, const Dataset& data, const Network& network,
                          const Parameters& parameters, const Constraints* constraints);

}  // namespace dc::train

#endif  // DC_TRAIN_TRAIN_OPTIONS_H_
