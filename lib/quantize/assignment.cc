#include "quantize/assignment.h"

#include <cmath>
#include <limits>

#include "quantize/weighted_points.h"

namespace dc {
namespace {

constexpr int kTableBits = 16;
constexpr int kShift = 32 - kTableBits;

}  // namespace

NearestEntry::NearestEntry(std::span<const float> codebook) {
  const size_t k = codebook.size();
  thresholds_.reserve(k);
  for (size_t c = 0; c + 1 < k; ++c) {
    const double middle = (static_cast<double>(codebook[c]) + codebook[c + 1]) / 2;
    float threshold = static_cast<float>(middle);
    if (threshold > middle) {
      threshold = std::nextafter(threshold, -std::numeric_limits<float>::infinity());
    }
    thresholds_.push_back(threshold);
  }
  thresholds_.push_back(std::numeric_limits<float>::infinity());

  // first_[b] counts the thresholds below the least value with leading bits b. Thresholds of +0 and
  // -0 are the same number: both keys are read as +0.
  first_.resize((size_t{1} << kTableBits) + 1);
  size_t code = 0;
  for (size_t b = 0; b < first_.size(); ++b) {
    const uint64_t key = static_cast<uint64_t>(b) << kShift;
    while (code + 1 < k && OrderedKey(thresholds_[code] + 0.0f) < key) ++code;
    first_[b] = static_cast<uint16_t>(code);
  }
}

void NearestEntry::Assign(std::span<const float> values, std::span<uint16_t> codes) const {
  const float* thresholds = thresholds_.data();
  const uint16_t* first = first_.data();
  for (size_t i = 0; i < values.size(); ++i) {
    const float value = values[i] + 0.0f;
    const uint32_t bin = OrderedKey(value) >> kShift;
    uint32_t code = first[bin];
    uint32_t last = first[bin + 1];
    if (last - code <= 1) {
      code += value > thresholds[code];
    } else {
      while (code < last) {  // the first threshold that is not below the value
        const uint32_t middle = (code + last) / 2;
        if (value > thresholds[middle]) {
          code = middle + 1;
        } else {
          last = middle;
        }
      }
    }
    codes[i] = static_cast<uint16_t>(code);
  }
}

}  // namespace dc
