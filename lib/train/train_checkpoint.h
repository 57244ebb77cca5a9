// The state of a training run between two epochs, as a file.
#ifndef DC_TRAIN_TRAIN_CHECKPOINT_H_
#define DC_TRAIN_TRAIN_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dc/status.h"
#include "dc/train.h"

namespace dc::train {

// What decides a run's outcome, as (what, value) lines in a fixed order.
using Fingerprint = std::vector<std::pair<std::string, std::string>>;

// A run that goes on from here ends as one that was never interrupted.
struct Checkpoint {
  Fingerprint fingerprint;
  std::vector<EpochRecord> records;        // one for each epoch that is done
  std::map<std::string, double> dropout;   // DropoutRatios::changes
  std::vector<std::vector<float>> arrays;  // Parameters::all, then Updater::StateArrays
  int best_epoch = 0;                      // 0: none is kept
  std::vector<std::vector<float>> best;    // the arrays of that epoch
};

// Writes `checkpoint` to `path` atomically.
Status SaveCheckpoint(const std::string& path, const Checkpoint& checkpoint);

// Reads it back. BadInput names `path` where the file is damaged or something else, or where its
// fingerprint differs from `expected` (naming the first difference).
StatusOr<Checkpoint> LoadCheckpoint(const std::string& path, const Fingerprint& expected);

}  // namespace dc::train

#endif  // DC_TRAIN_TRAIN_CHECKPOINT_H_
