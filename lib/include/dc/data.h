// Labelled images for training and evaluation.
#ifndef DC_DATA_H_
#define DC_DATA_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// One part of a dataset. Exactly one of u8 and f32 is filled, in sample-major CHW order.
struct Split {
  int64_t count = 0;
  std::vector<uint8_t> u8;
  std::vector<float> f32;
  std::vector<int32_t> labels;  // count entries, 0 <= label < classes
};

struct Dataset {
  std::string name;  // the spec it came from
  int classes = 0;
  int64_t channels = 0, height = 0, width = 0;
  Split train, test;

  int64_t sample_size() const { return channels * height * width; }
};

// Opens "fashion-mnist" (Debian package dataset-fashion-mnist), "mnist:DIR" or "idx:DIR" (the four
// idx files, plain or .gz), "cifar10:DIR" (data_batch_*.bin and test_batch.bin, plain, .gz or .zst;
// missing training batches are fine as long as there is one) or "npz:FILE" (x_train, y_train,
// x_test, y_test; uint8 or float32, N x features or N x H x W or N x C x H x W). Errors name the
// file and what it should be.
StatusOr<Dataset> OpenDataset(const std::string& spec);

// How stored values become the network's input: input = (value * scale - mean[c]) / deviation[c],
// where c counts the channels as the network reads them (B first with reverse_channels). Part of
// the recipe and of every model's metadata.
struct Preprocess {
  float scale = 1.0f / 255.0f;
  std::vector<float> mean;        // one a channel, or one for all; empty: 0
  std::vector<float> deviation;   // likewise; empty: 1
  bool channels_last = false;     // the network reads NHWC
  bool reverse_channels = false;  // the network reads B, G, R

  bool operator==(const Preprocess&) const = default;
};

// To and from metadata keys dc.input.scale, .mean, .deviation, .layout (nchw, nhwc) and .channels
// (rgb, bgr). Reading starts from the defaults above where a key is absent; BadInput names the key
// whose value cannot be read, and a deviation of 0.
void PreprocessToMetadata(const Preprocess& preprocess,
                          std::map<std::string, std::string>* metadata);
StatusOr<Preprocess> PreprocessFromMetadata(const std::map<std::string, std::string>& metadata);

// UsageError where mean or deviation has neither one entry, nor one for each of `channels`, nor
// none.
Status CheckPreprocess(const Preprocess& preprocess, int64_t channels);

// Random changes of training images. Off by default.
struct Augmentation {
  int shift = 0;      // up to this many pixels each way; stored zeros (black) move in
  bool flip = false;  // left-right, half of the images
};

// Writes samples `indices` of `split`, preprocessed, to `out` (indices.size() * sample_size
// floats). `augmentation` is applied with randomness from (seed, index) where it is not null: what
// happens to an image does not depend on its batch. Preconditions: indices are below split.count,
// CheckPreprocess is ok.
void GatherBatch(const Dataset& data, const Split& split, std::span<const uint32_t> indices,
                 const Preprocess& preprocess, const Augmentation* augmentation, uint64_t seed,
                 float* out);

}  // namespace dc

#endif  // DC_DATA_H_
