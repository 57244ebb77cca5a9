#include "common/explain_session.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "common/output.h"
#include "dc/printable.h"

namespace dc {
namespace {

constexpr int kWarmUp = 2, kRepetitions = 10;
// Whole calls are timed that long, and so many times at least, unless these take a second.
constexpr double kSeconds = 0.5, kMostSeconds = 1;
constexpr size_t kLeastCalls = 11;

// As wide as a column may be.
std::string NameOf(const LayerPlan& layer) {
  constexpr size_t kLongest = 60;
  return Shortened(Printable(layer.name), kLongest);
}

// Prints the median time of whole calls, on made-up inputs: their values make no difference.
Status PrintLatency(const Session& session, int64_t batch, const Progress* progress) {
  using Clock = std::chrono::steady_clock;
  bool has_batch = false;
  for (const SessionInput& input : session.inputs()) {
    for (int64_t extent : input.shape) has_batch |= extent < 0;
  }
  if (!has_batch) batch = 1;
  std::vector<std::vector<float>> values, results;
  std::vector<std::span<const float>> inputs;
  std::vector<std::span<float>> outputs;
  for (const SessionInput& input : session.inputs()) {
    std::vector<float>& own = values.emplace_back(FloatsOf(input.shape, batch));
    for (size_t i = 0; i < own.size(); ++i) own[i] = static_cast<float>(i % 7) / 8;
    inputs.emplace_back(own);
  }
  for (const SessionOutput& output : session.outputs()) {
    outputs.emplace_back(results.emplace_back(FloatsOf(output.shape, batch)));
  }
  std::vector<double> microseconds;
  const auto start = Clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  // The first call plans memory: it counts where there is no time for another.
  for (bool first = true; first || passed() < kSeconds ||
                          (microseconds.size() < kLeastCalls && passed() < kMostSeconds);
       first = false) {
    DC_RETURN_IF_ERROR(StopIfCancelled(progress));
    const auto begin = Clock::now();
    DC_RETURN_IF_ERROR(session.Run(batch, inputs, outputs));
    const double taken = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
    if (!first || passed() > kMostSeconds) microseconds.push_back(taken);
  }
  const auto middle = microseconds.begin() + static_cast<ptrdiff_t>(microseconds.size() / 2);
  std::nth_element(microseconds.begin(), middle, microseconds.end());
  PrintLine("latency      %.2f us per sample at batch %lld (median of %zu calls)",
            *middle / static_cast<double>(batch), static_cast<long long>(batch),
            microseconds.size());
  return OkStatus();
}

double TotalOf(const StepTimes& times) {
  double total = 0;
  for (const StepTime& step : times.steps) total += step.microseconds;
  return total;
}

}  // namespace

Status ExplainSession(const Session& session, int64_t batch, const Progress* progress) {
  // Made-up inputs and outputs of so many numbers are enough.
  constexpr size_t kMostFloats = size_t{1} << 25;
  size_t floats = 1;
  for (const SessionInput& input : session.inputs()) floats += FloatsOf(input.shape, 1);
  for (const SessionOutput& output : session.outputs()) floats += FloatsOf(output.shape, 1);
  batch = std::clamp<int64_t>(static_cast<int64_t>(kMostFloats / floats), 1, batch);
  // As large a batch as takes about a second by the time of one sample.
  DC_ASSIGN_OR_RETURN(const StepTimes sample, session.Measure(1, 1));
  const double seconds = TotalOf(sample) / 1e6;
  if (seconds * static_cast<double>(batch) > kMostSeconds) {
    batch = std::clamp<int64_t>(static_cast<int64_t>(kMostSeconds / seconds), 1, batch);
  }
  DC_RETURN_IF_ERROR(session.Measure(batch, kWarmUp).status());
  DC_ASSIGN_OR_RETURN(const StepTimes times, session.Measure(batch, kRepetitions));
  double total = 0;
  int64_t bytes = 0;
  size_t name_width = 5, form_width = 4;
  for (const StepTime& step : times.steps) {
    total += step.microseconds;
    bytes += step.resident_bytes;
    if (step.layer < 0) continue;
    const LayerPlan& layer = session.plan()[static_cast<size_t>(step.layer)];
    name_width = std::max(name_width, NameOf(layer).size());
    form_width = std::max(form_width, layer.form.size());
  }
  const auto row = [&](const char* name, const char* op, const char* form, const char* kernel,
                       const std::string& kept, const std::string& in_ram, double microseconds,
                       const char* why) {
    PrintLine("%-*s  %-17s  %-*s  %-12s  %7s  %12s  %11.1f  %5.1f %%  %s",
              static_cast<int>(name_width), name, op, static_cast<int>(form_width), form, kernel,
              kept.c_str(), in_ram.c_str(), microseconds, 100 * microseconds / total, why);
  };
  PrintLine("%-*s  %-17s  %-*s  %-12s  %7s  %12s  %11s  %7s  %s", static_cast<int>(name_width),
            "layer", "op", static_cast<int>(form_width), "form", "kernel", "kept", "bytes in RAM",
            "us", "share", "why");
  for (const StepTime& step : times.steps) {
    if (step.layer < 0) {
      row("", step.op.c_str(), "", "", "", "", step.microseconds, "");
      continue;
    }
    const LayerPlan& layer = session.plan()[static_cast<size_t>(step.layer)];
    char kept[16];
    std::snprintf(
        kept, sizeof(kept), "%.1f %%",
        100.0 * static_cast<double>(layer.survivors) / static_cast<double>(layer.weights));
    row(NameOf(layer).c_str(), layer.op.c_str(), layer.form.c_str(),
        times.block > 1 ? layer.batch_kernel.c_str() : layer.kernel.c_str(), kept,
        std::to_string(step.resident_bytes), step.microseconds, layer.reason.c_str());
  }
  PrintLine(
      "%lld sample%s at a time: fastest steps %.1f us, %.2f us a sample; weights take %lld bytes "
      "of memory",
      static_cast<long long>(times.block), times.block == 1 ? "" : "s", total,
      total / static_cast<double>(times.block), static_cast<long long>(bytes));
  return PrintLatency(session, batch, progress);
}

}  // namespace dc
