#include "common/evaluate_dcz.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <span>
#include <vector>

namespace dc {
namespace {

Preprocess ScalingOf(const Session& session, const SessionEvaluation& options) {
  const SessionInput& input = session.input();
  Preprocess preprocess;
  if (input.scale_said) preprocess.scale = input.scale;
  if (options.scale) preprocess.scale = options.scale;
  preprocess.mean = input.mean;
  preprocess.deviation = input.deviation;
  if (input.channels_last) preprocess.channels_last = true;
  preprocess.reverse_channels = input.reverse_channels;
  return preprocess;
}

// Number of the output that the data is about: the one that `logits` names, else the one that fits.
StatusOr<size_t> FindHead(const Session& session, const Dataset& data, const std::string& logits) {
  std::vector<ValueInfo> outputs;
  for (const SessionOutput& output : session.outputs()) {
    const std::string number = "output " + std::to_string(outputs.size());
    outputs.push_back(
        {output.name.empty() ? number : output.name, DataType::kFloat32, output.shape});
  }
  return ChooseOutput(outputs, logits, data);
}

// UsageError where images alone cannot be run.
Status CheckReadsImages(const Session& session) {
  const std::vector<int64_t>& shape = session.input().shape;
  if (session.inputs().size() == 1 && !shape.empty() && shape[0] == -1) return OkStatus();
  return UsageError("--data with a model of " + std::to_string(session.inputs().size()) +
                        " inputs, or without a batch",
                    "input \"" + session.input().name + "\"", "run it on arrays (--input)");
}

}  // namespace

StatusOr<EvalResult> EvaluateSession(Session* session, const Dataset& data,
                                     const SessionEvaluation& options, Latency* latency,
                                     Progress* progress) {
  using Clock = std::chrono::steady_clock;
  const int64_t batch = options.batch;
  DC_RETURN_IF_ERROR(CheckReadsImages(*session));
  const SessionInput& reads = session->input();
  const NetworkInput network = {reads.name, {reads.shape.begin() + 1, reads.shape.end()}, {}};
  DC_ASSIGN_OR_RETURN(const Reading reading,
                      DecideReading(data, ScalingOf(*session, options), network, nullptr));
  DC_ASSIGN_OR_RETURN(const size_t chosen, FindHead(*session, data, options.logits));
  const SessionOutput& head = session->outputs()[chosen];
  const int64_t size = static_cast<int64_t>(FloatsOf(reads.shape, 1));
  const int64_t width = static_cast<int64_t>(FloatsOf(head.shape, 1));
  DC_RETURN_IF_ERROR(CheckOutputFits(head.name, head.shape, data));
  const float half = head.logistic ? 0.5f : 0.0f;  // of a probability, or of a logit
  DC_ASSIGN_OR_RETURN(Score score, Score::Make(data, data.test, half));
  progress = OrSilent(progress);
  for (const std::string& remark : reading.remarks) progress->Note(remark);
  progress->Begin("evaluate", data.test.count);
  std::vector<float> input(static_cast<size_t>(batch * size));
  std::vector<float> output(static_cast<size_t>(batch * width));
  std::vector<std::span<float>> outputs(session->outputs().size());  // of which one is wanted
  std::vector<uint32_t> indices;
  std::vector<double> microseconds;
  for (int64_t begin = 0; begin < data.test.count; begin += batch) {
    DC_RETURN_IF_ERROR(StopIfCancelled(progress));
    const int64_t n = std::min(batch, data.test.count - begin);
    indices.resize(static_cast<size_t>(n));
    std::iota(indices.begin(), indices.end(), static_cast<uint32_t>(begin));
    GatherBatch(data, data.test, indices, reading, nullptr, 0, input.data());
    const auto start = Clock::now();
    outputs[chosen] = std::span(output).first(static_cast<size_t>(n * width));
    const std::span<const float> images(input.data(), static_cast<size_t>(n * size));
    DC_RETURN_IF_ERROR(session->Run(n, {&images, 1}, outputs));
    const double spent = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
    // The first batch plans memory; the last may be short.
    if (begin > 0 && n == batch) microseconds.push_back(spent / static_cast<double>(n));
    for (int64_t i = 0; i < n; ++i) {
      score.Add(static_cast<size_t>(begin + i),
                std::span<const float>(output).subspan(static_cast<size_t>(i * width),
                                                       static_cast<size_t>(width)));
    }
    progress->Advance(begin + n, "");
  }
  if (latency && !microseconds.empty()) {
    std::nth_element(microseconds.begin(), microseconds.begin() + microseconds.size() / 2,
                     microseconds.end());
    latency->batch = batch;
    latency->microseconds_per_image = microseconds[microseconds.size() / 2];
  }
  progress->End("");
  return score.Result();
}

std::string EvaluationText(const EvalResult& result, const Latency& latency, int64_t batch) {
  const auto count = static_cast<long long>(result.count);
  char line[128];
  std::string text;
  if (result.targets) {
    std::snprintf(line, sizeof(line), "samples      %lld\n", count);
    text = line + ErrorText(result.error_percent, result.loss) + "\n";
  } else {
    std::snprintf(line, sizeof(line),
                  "images       %lld\ntop-1 error  %.2f %%\ntop-5 error  %.2f %%\n", count,
                  result.error_percent, result.top5_error_percent);
    text = line;
  }
  if (result.not_numbers > 0) text += NotNumbersText(result) + "\n";
  std::snprintf(line, sizeof(line), "latency      %.2f us per %s at batch %lld (median)\n",
                latency.microseconds_per_image, result.targets ? "sample" : "image",
                static_cast<long long>(batch));
  return text + line;
}

StatusOr<std::string> Int8CostText(std::span<const uint8_t> file, const Dataset& data, int threads,
                                   Progress* progress) {
  SessionOptions options;
  options.threads = threads;
  SessionEvaluation evaluation;
  evaluation.batch = 1;
  options.int8_activations = false;
  DC_ASSIGN_OR_RETURN(Session floats, Session::Load(file, options));
  DC_ASSIGN_OR_RETURN(const EvalResult exact,
                      EvaluateSession(&floats, data, evaluation, nullptr, progress));
  options.int8_activations = true;
  DC_ASSIGN_OR_RETURN(Session bytes, Session::Load(file, options));
  const auto rounds = [](const LayerPlan& layer) { return layer.kernel.starts_with("int8"); };
  const auto layers = std::count_if(bytes.plan().begin(), bytes.plan().end(), rounds);
  if (layers == 0) {
    options.reference_kernels = true;
    DC_ASSIGN_OR_RETURN(bytes, Session::Load(file, options));
  }
  DC_ASSIGN_OR_RETURN(const EvalResult rounded,
                      EvaluateSession(&bytes, data, evaluation, nullptr, progress));
  const auto error = [](const EvalResult& result) {
    return ErrorText(result.error_percent, result.mean_squared_error());
  };
  return "inputs of 8 bits: " + error(rounded) + "; floats: " + error(exact) + " (" +
         std::to_string(exact.count) + " samples); " +
         (layers == 0 ? std::string("by plain loops, as this processor rounds none of the layers")
                      : std::to_string(layers) + " of " + std::to_string(bytes.plan().size()) +
                            " layers round theirs here") +
         "\n";
}

DczEvaluator RuntimeEvaluator(int threads) {
  return [threads](std::span<const uint8_t> file, const Dataset& data, const std::string& logits,
                   Progress* progress) -> StatusOr<EvalResult> {
    SessionOptions options;
    options.threads = threads;
    DC_ASSIGN_OR_RETURN(Session session, Session::Load(file, options));
    SessionEvaluation evaluation;
    evaluation.logits = logits;
    if (session.int8_activations()) evaluation.batch = 1;
    DC_ASSIGN_OR_RETURN(const EvalResult result,
                        EvaluateSession(&session, data, evaluation, nullptr, progress));
    if (result.not_numbers > 0) OrSilent(progress)->Note(NotNumbersText(result));
    return result;
  };
}

}  // namespace dc
