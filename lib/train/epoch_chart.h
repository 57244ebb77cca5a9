// The log of a training run as a picture.
#ifndef DC_TRAIN_EPOCH_CHART_H_
#define DC_TRAIN_EPOCH_CHART_H_

#include <string>
#include <vector>

#include "dc/status.h"
#include "dc/train.h"

namespace dc::train {

// An SVG of errors in percent, and beside it losses, by epoch: of training, and of validation where
// it was measured. `targets`: they are the unexplained variance and the mean squared error. It
// reads on a light and on a dark page and loads nothing.
std::string EpochChartSvg(const std::vector<EpochRecord>& records, bool targets);

// Writes that to `path`; does nothing for "".
Status WriteEpochChart(const std::string& path, const std::vector<EpochRecord>& records,
                       bool targets);

}  // namespace dc::train

#endif  // DC_TRAIN_EPOCH_CHART_H_
