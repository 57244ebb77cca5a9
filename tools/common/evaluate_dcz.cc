#include "common/evaluate_dcz.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

namespace dc {
namespace {

int64_t SampleSize(const std::vector<int64_t>& shape) {
  return std::accumulate(shape.begin() + 1, shape.end(), int64_t{1}, std::multiplies<>());
}

// Counts one sample: softmax cross entropy where the model gives logits is not known, so the loss
// is taken from the outputs as logits, as the trainer does.
void Count(const float* outputs, int64_t classes, int32_t label, EvalResult* result) {
  const float own = outputs[label];
  int64_t better = 0;
  double sum = 0;
  const float most = *std::max_element(outputs, outputs + classes);
  for (int64_t c = 0; c < classes; ++c) {
    // Ties count against the model: a constant output must not look right.
    better += outputs[c] > own || (outputs[c] == own && c < label);
    sum += std::exp(static_cast<double>(outputs[c] - most));
  }
  result->loss += std::log(sum) - static_cast<double>(own - most);
  result->error_percent += better >= 1;
  result->top5_error_percent += better >= 5;
  ++result->count;
}

}  // namespace

Preprocess ScalingOf(const Session& session) {
  const SessionInput& input = session.input();
  Preprocess preprocess;
  preprocess.scale = input.scale;
  preprocess.mean = input.mean;
  preprocess.deviation = input.deviation;
  preprocess.channels_last = input.channels_last;
  preprocess.reverse_channels = input.reverse_channels;
  return preprocess;
}

StatusOr<EvalResult> EvaluateSession(Session* session, const Dataset& data, int64_t batch,
                                     Latency* latency, Progress* progress) {
  using Clock = std::chrono::steady_clock;
  const Preprocess preprocess = ScalingOf(*session);
  DC_RETURN_IF_ERROR(CheckPreprocess(preprocess, data.channels));
  const int64_t size = SampleSize(session->input().shape);
  const int64_t classes = SampleSize(session->output_shape());
  if (size != data.sample_size()) {
    return BadInput("the model reads " + std::to_string(size) + " values an image, the data has " +
                        std::to_string(data.sample_size()),
                    data.name, "choose the data that the model was trained on");
  }
  if (classes < data.classes) {
    return BadInput("the model tells " + std::to_string(classes) + " classes apart, the data has " +
                        std::to_string(data.classes),
                    data.name, "choose the data that the model was trained on");
  }
  progress = OrSilent(progress);
  progress->Begin("evaluate", data.test.count);
  std::vector<float> input(static_cast<size_t>(batch * size));
  std::vector<float> output(static_cast<size_t>(batch * classes));
  std::vector<uint32_t> indices;
  std::vector<double> microseconds;
  EvalResult result;
  for (int64_t begin = 0; begin < data.test.count; begin += batch) {
    const int64_t n = std::min(batch, data.test.count - begin);
    indices.resize(static_cast<size_t>(n));
    std::iota(indices.begin(), indices.end(), static_cast<uint32_t>(begin));
    GatherBatch(data, data.test, indices, preprocess, nullptr, 0, input.data());
    const auto start = Clock::now();
    DC_RETURN_IF_ERROR(session->Run(n, std::span(input.data(), static_cast<size_t>(n * size)),
                                    std::span(output.data(), static_cast<size_t>(n * classes))));
    const double spent = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
    // The first batch plans memory; the last may be short.
    if (begin > 0 && n == batch) microseconds.push_back(spent / static_cast<double>(n));
    for (int64_t i = 0; i < n; ++i) {
      Count(output.data() + i * classes, classes, data.test.labels[static_cast<size_t>(begin + i)],
            &result);
    }
    progress->Advance(begin + n, "");
  }
  const double scale = result.count ? 1.0 / static_cast<double>(result.count) : 0;
  result.loss *= scale;
  result.error_percent *= 100 * scale;
  result.top5_error_percent *= 100 * scale;
  if (latency && !microseconds.empty()) {
    std::nth_element(microseconds.begin(), microseconds.begin() + microseconds.size() / 2,
                     microseconds.end());
    latency->batch = batch;
    latency->microseconds_per_image = microseconds[microseconds.size() / 2];
  }
  progress->End("");
  return result;
}

}  // namespace dc
