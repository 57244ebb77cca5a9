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
// Whole calls are timed that long, and at least so many.
constexpr double kSeconds = 0.5;
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
  // The first call plans memory.
  DC_RETURN_IF_ERROR(session.Run(batch, inputs, outputs));
  std::vector<double> microseconds;
  const auto end = Clock::now() + std::chrono::duration<double>(kSeconds);
  while (microseconds.size() < kLeastCalls || Clock::now() < end) {
    DC_RETURN_IF_ERROR(StopIfCancelled(progress));
    const auto begin = Clock::now();
    DC_RETURN_IF_ERROR(session.Run(batch, inputs, outputs));
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  const auto middle = microseconds.begin() + static_cast<ptrdiff_t>(microseconds.size() / 2);
  std::nth_element(microseconds.begin(), middle, microseconds.end());
  PrintLine("latency      %.2f us per sample at batch %lld (median of %zu calls)",
            *middle / static_cast<double>(batch), static_cast<long long>(batch),
            microseconds.size());
  return OkStatus();
}

}  // namespace

Status ExplainSession(const Session& session, int64_t batch, const Progress* progress) {
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
