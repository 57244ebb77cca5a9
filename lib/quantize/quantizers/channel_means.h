// Statistics of a weight, of all of it or of each channel.
#ifndef DC_QUANTIZE_QUANTIZERS_CHANNEL_MEANS_H_
#define DC_QUANTIZE_QUANTIZERS_CHANNEL_MEANS_H_

#include <cmath>
#include <span>
#include <vector>

#include "quantize/quantizer.h"

namespace dc {

// Mean of |w| of each channel (one for all where `layout` has one channel); of pruned weights, over
// those that are left.
inline std::vector<float> MeanMagnitudes(const WeightLayout& layout, std::span<const float> w) {
  std::vector<double> sums(layout.channels, 0.0);
  std::vector<size_t> counts(layout.channels, 0);
  for (size_t begin = 0, channel = 0; begin < w.size(); begin += layout.inner) {
    double sum = 0;
    size_t zeros = 0;
    for (size_t i = begin; i < begin + layout.inner; ++i) {
      sum += std::abs(static_cast<double>(w[i]));
      zeros += w[i] == 0.0f;
    }
    sums[channel] += sum;
    counts[channel] += layout.masked ? layout.inner - zeros : layout.inner;
    channel = channel + 1 == layout.channels ? 0 : channel + 1;
  }
  std::vector<float> means(layout.channels, 0.0f);
  for (size_t c = 0; c < means.size(); ++c) {
    if (counts[c] > 0) means[c] = static_cast<float>(sums[c] / static_cast<double>(counts[c]));
  }
  return means;
}

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_CHANNEL_MEANS_H_
