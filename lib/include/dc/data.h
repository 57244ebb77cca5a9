// Samples with labels or targets for training and evaluation.
#ifndef DC_DATA_H_
#define DC_DATA_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dc/preprocess.h"
#include "dc/status.h"

namespace dc {

// One part of a dataset. Exactly one of u8 and f32 is filled, and one of labels and targets, sample
// after sample.
struct Split {
  int64_t count = 0;
  std::vector<uint8_t> u8;
  std::vector<float> f32;
  std::vector<int32_t> labels;  // count entries, 0 <= label < classes
  std::vector<float> targets;   // count * Dataset::target_size() finite numbers
};

struct Dataset {
  std::string name;  // the spec it came from
  int classes = 0;   // of labels; 0 where there are targets
  // Of the numbers that a network is to give for one sample, {1} for a single one; empty where
  // there are labels.
  std::vector<int64_t> target_shape;
  // Of one sample, in the order in which it is stored.
  int64_t channels = 0, height = 0, width = 0;
  // The samples are an array of rank 4, which does not say whether its channels come first: where
  // they come last, `channels` is the height, `height` the width and `width` the channels.
  bool layout_open = false;
  float least = 0, greatest = 0;  // of float samples
  Split train, test;

  int64_t sample_size() const { return channels * height * width; }
  // Whether networks are to give numbers (regression) and not to tell classes apart.
  bool has_targets() const { return !target_shape.empty(); }
  // Numbers in the target of one sample; 0 where there are labels.
  int64_t target_size() const;
  // The greatest label of both splits, or -1 where there is none.
  int32_t LargestLabel() const;
};

// Opens "fashion-mnist" (Debian package dataset-fashion-mnist), "mnist:DIR" or "idx:DIR" (the four
// idx files, plain or .gz), "cifar10:DIR" (data_batch_*.bin and test_batch.bin, plain, .gz or .zst;
// missing training batches are fine as long as there is one) or "npz:FILE" (x_train, y_train,
// x_test, y_test; x of uint8 or floats, N x features, N x H x W, N x C x H x W or N x H x W x C; y
// of integers, N or N x 1, which are labels, or of floats, N or N x anything, which are targets).
// Errors name the file and what it should be; among them targets of a split that are all the same,
// since errors are shares of their variance.
StatusOr<Dataset> OpenDataset(const std::string& spec);

// The same without labels and targets, for what needs none: the training samples of OpenDataset's
// data, an npz file of x_train alone, or "npy:FILE", an array of samples. Labels, targets and test
// samples are left empty.
StatusOr<Dataset> OpenSamples(const std::string& spec);

// The files that OpenDataset(spec) reads, as far as they are there.
std::vector<std::string> DatasetFiles(const std::string& spec);

// Random changes of training images. Off by default.
struct Augmentation {
  int shift = 0;      // up to this many pixels each way; stored zeros (black) move in
  bool flip = false;  // left-right, half of the images

  bool any() const { return shift > 0 || flip; }
};

// What a network says of its input.
struct NetworkInput {
  std::string name;
  std::vector<int64_t> shape;         // of one sample; -1 is open
  std::optional<bool> channels_last;  // as the nodes that read it show; nothing: they do not
};

// How the samples of one dataset become inputs of one network: a Preprocess with everything
// decided.
struct Reading {
  int64_t channels = 0, height = 0, width = 0;
  bool stored_last = false, read_last = false;  // channels are the last axis: as stored, as read
  bool reverse_channels = false;
  float scale = 1;
  std::vector<float> mean, deviation;  // as in Preprocess
  std::vector<int64_t> input_shape;    // NetworkInput::shape without open dimensions
  // Lines for the user: what was decided that another one might have meant otherwise.
  std::vector<std::string> remarks;
};

// Decides how `data` is read by the network. `augmentation` is null where none is asked for.
// BadInput that names both shapes where they do not fit, and where channels are told apart
// (augmentation, reverse_channels) and nothing says which axis they are; UsageError for a mean or
// deviation with neither one entry nor one per channel, and for samples that have no rows and
// columns to shift or flip.
StatusOr<Reading> DecideReading(const Dataset& data, const Preprocess& preprocess,
                                const NetworkInput& input, const Augmentation* augmentation);

// Writes samples `indices` of `split` as `reading` says to `out` (indices.size() * sample_size
// floats). `augmentation` is applied with randomness from (seed, index) where it is not null: what
// happens to an image does not depend on its batch. Preconditions: indices are below split.count,
// `reading` was decided for `data` with this augmentation.
void GatherBatch(const Dataset& data, const Split& split, std::span<const uint32_t> indices,
                 const Reading& reading, const Augmentation* augmentation, uint64_t seed,
                 float* out);

}  // namespace dc

#endif  // DC_DATA_H_
