#include <algorithm>
#include <vector>

#include "base/rng.h"
#include "dc/data.h"

namespace dc {
namespace {

// What augmentation does to one image: pixel (y, x) comes from (y - down, x - right) of the image,
// mirrored before where `flip` is set.
struct Move {
  int64_t down = 0, right = 0;
  bool flip = false;
};

Move DrawMove(const Augmentation& augmentation, uint64_t seed, uint32_t index) {
  Rng rng(seed, index);
  Move move;
  if (augmentation.shift > 0) {
    const auto choices = static_cast<uint32_t>(2 * augmentation.shift + 1);
    move.down = static_cast<int64_t>(rng.Below(choices)) - augmentation.shift;
    move.right = static_cast<int64_t>(rng.Below(choices)) - augmentation.shift;
  }
  move.flip = augmentation.flip && rng.Below(2) == 1;
  return move;
}

// Writes one stored plane (height x width, pixels `step` apart) moved to `out`; zeros move in.
template <typename T>
void MovePlane(const T* plane, int64_t step, int64_t height, int64_t width, const Move& move,
               T* out) {
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x, ++out) {
      const int64_t from_y = y - move.down;
      const int64_t shifted = x - move.right;
      const int64_t from_x = move.flip ? width - 1 - shifted : shifted;
      const bool inside = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
      *out = inside ? plane[(from_y * width + from_x) * step] : T(0);
    }
  }
}

// Entry `channel` of a list that may be empty or hold one entry for all channels.
float ForChannel(const std::vector<float>& values, int64_t channel, float otherwise) {
  if (values.empty()) return otherwise;
  return values[std::min(static_cast<size_t>(channel), values.size() - 1)];
}

// Distance between neighbouring pixels of a channel, and between the channels of a pixel.
struct Steps {
  Steps(const Reading& reading, bool last)
      : pixel(last ? reading.channels : 1), channel(last ? 1 : reading.height * reading.width) {}
  int64_t pixel, channel;
};

template <typename T>
void Gather(const Dataset& data, const std::vector<T>& stored, std::span<const uint32_t> indices,
            const Reading& reading, const Augmentation* augmentation, uint64_t seed, float* out) {
  const int64_t plane = reading.height * reading.width;
  const Steps from(reading, reading.stored_last), to(reading, reading.read_last);
  std::vector<T> moved(augmentation ? static_cast<size_t>(plane) : 0);
  for (uint32_t index : indices) {
    const T* sample = stored.data() + static_cast<int64_t>(index) * data.sample_size();
    const Move move = augmentation ? DrawMove(*augmentation, seed, index) : Move();
    for (int64_t c = 0; c < reading.channels; ++c) {
      const T* values =
          sample + (reading.reverse_channels ? reading.channels - 1 - c : c) * from.channel;
      int64_t step = from.pixel;
      if (augmentation) {
        MovePlane(values, step, reading.height, reading.width, move, moved.data());
        values = moved.data();
        step = 1;
      }
      const float scale = reading.scale;
      const float mean = ForChannel(reading.mean, c, 0.0f);
      const float deviation = ForChannel(reading.deviation, c, 1.0f);
      float* target = out + c * to.channel;
      if (step == 1 && to.pixel == 1) {  // told apart so that this loop is vectorized
        for (int64_t i = 0; i < plane; ++i) {
          target[i] = (static_cast<float>(values[i]) * scale - mean) / deviation;
        }
        continue;
      }
      for (int64_t i = 0; i < plane; ++i) {
        target[i * to.pixel] = (static_cast<float>(values[i * step]) * scale - mean) / deviation;
      }
    }
    out += data.sample_size();
  }
}

}  // namespace

void GatherBatch(const Dataset& data, const Split& split, std::span<const uint32_t> indices,
                 const Reading& reading, const Augmentation* augmentation, uint64_t seed,
                 float* out) {
  if (!split.u8.empty()) {
    Gather(data, split.u8, indices, reading, augmentation, seed, out);
  } else {
    Gather(data, split.f32, indices, reading, augmentation, seed, out);
  }
}

}  // namespace dc
