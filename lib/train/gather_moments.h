// Runs a network on samples without labels: moments of what its layers read, and its outputs.
#ifndef DC_TRAIN_GATHER_MOMENTS_H_
#define DC_TRAIN_GATHER_MOMENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/preprocess.h"
#include "dc/status.h"
#include "dc/weights.h"
#include "model/input_moments.h"

namespace dc {

// Some of the training images of a dataset. The pointer must stay valid.
struct CalibrationSamples {
  const Dataset* data = nullptr;
  Preprocess preprocess;
  std::vector<uint32_t> indices;  // into data->train
  uint64_t seed = 1;              // of the places that are looked at
};

// `count` training images, drawn with `seed`; all of them where there are fewer.
CalibrationSamples DrawSamples(const Dataset& data, const Preprocess& preprocess, int64_t count,
                               uint64_t seed);

// Why GatherMoments does not cover the layer of `weight` in `graph`, "" where it does: a Conv, or a
// Gemm or MatMul whose weight is one matrix on the right, that computes just x W + bias.
std::string NotCalibrated(const Graph& graph, const WeightRef& weight);

// Groups of the layer of `weight`: `group` of a Conv, else 1.
int64_t GroupsOf(const Graph& graph, const WeightRef& weight);

// So many inputs have moments together: a matrix of them is 42 MB.
inline constexpr int64_t kMostInputsTogether = 2304;

// The moments of the inputs of each of `layers` (which NotCalibrated has no objection to), one
// entry per group (group after group several, where it has more than kMostInputsTogether inputs:
// moments between those of different entries count as zeros), over `samples`: x as `graph` computes
// it, r as `reference` does, which has the same nodes. Of a convolution so many windows per sample,
// drawn at random, that all samples together have a few tens of thousands. Errors: what the network
// cannot be run for.
StatusOr<std::vector<std::vector<InputMoments>>> GatherMoments(
    const Graph& graph, const Graph& reference, const CalibrationSamples& samples,
    const std::vector<WeightRef>& layers);

// The values that the outputs of `graph` have for each sample, sample after sample; of an output
// that a Softmax writes, what the Softmax reads.
StatusOr<std::vector<float>> ComputeOutputs(const Graph& graph, const CalibrationSamples& samples);

}  // namespace dc

#endif  // DC_TRAIN_GATHER_MOMENTS_H_
