// What a computed value is like over many samples.
#ifndef DC_MODEL_OBSERVED_VALUE_H_
#define DC_MODEL_OBSERVED_VALUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

struct ObservedValue {
  float least = 0, greatest = 0;  // of all
  std::vector<float> some;        // evenly spread over samples and places, up to kMostKept
  // Moving average of the largest magnitude in a batch of 50: a tenth of each new one.
  float average = 0;
  std::vector<double> channel_means;  // along axis 1; empty where its length is not known
  static constexpr size_t kMostKept = 1 << 17;

  // The largest magnitude.
  float magnitude() const { return std::max(-least, greatest); }
};

// Runs `graph` on samples and looks at the values called `names`: how a method of quantization asks
// for it without knowing data.
using Observer = std::function<StatusOr<std::map<std::string, ObservedValue>>(
    const Graph& graph, const std::vector<std::string>& names)>;

// Runs `graph` on `samples` samples (fewer where there are not as many) and reads the values called
// `names` whole: one sample after the other, every time the same ones.
using ValueReader = std::function<StatusOr<std::map<std::string, std::vector<float>>>(
    const Graph& graph, const std::vector<std::string>& names, int64_t samples)>;

}  // namespace dc

#endif  // DC_MODEL_OBSERVED_VALUE_H_
