// Images that a small network learns in seconds.
#ifndef DC_TESTS_UNIT_TRAIN_SYNTHETIC_DATA_H_
#define DC_TESTS_UNIT_TRAIN_SYNTHETIC_DATA_H_

#include "base/rng.h"
#include "dc/data.h"

namespace dc::train {

// `classes` classes of side x side images: noise, with one bright quadrant-like block per class.
inline Dataset SyntheticImages(int64_t train_count, int64_t test_count, int classes = 4,
                               int64_t side = 8) {
  Dataset data;
  data.name = "synthetic";
  data.classes = classes;
  data.channels = 1;
  data.height = data.width = side;
  Rng rng(42);
  for (Split* split : {&data.train, &data.test}) {
    split->count = split == &data.train ? train_count : test_count;
    for (int64_t n = 0; n < split->count; ++n) {
      const auto label = static_cast<int32_t>(rng.Below(static_cast<uint32_t>(classes)));
      split->labels.push_back(label);
      for (int64_t i = 0; i < side * side; ++i) {
        const int64_t block = (i / side / (side / 2) * 2 + i % side / (side / 2)) % classes;
        split->u8.push_back(static_cast<uint8_t>(rng.Below(160) + (block == label ? 80 : 0)));
      }
    }
  }
  return data;
}

}  // namespace dc::train

#endif  // DC_TESTS_UNIT_TRAIN_SYNTHETIC_DATA_H_
