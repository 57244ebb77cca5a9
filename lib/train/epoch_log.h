// The log of a training run as CSV.
#ifndef DC_TRAIN_EPOCH_LOG_H_
#define DC_TRAIN_EPOCH_LOG_H_

#include <string>
#include <vector>

#include "dc/status.h"
#include "dc/train.h"

namespace dc::train {

// A header line and a line for each record; columns are EpochRecord's fields by name. Validation
// columns are empty where there is no validation. Losses of `targets`, which may have any unit,
// have nine digits, others six decimals.
std::string EpochLogText(const std::vector<EpochRecord>& records, bool targets);

// Writes it to `path` atomically; does nothing where `path` is "".
Status WriteEpochLog(const std::string& path, const std::vector<EpochRecord>& records,
                     bool targets);

}  // namespace dc::train

#endif  // DC_TRAIN_EPOCH_LOG_H_
