#include "common/explain_session.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace dc {
namespace {

constexpr int kWarmUp = 2, kRepetitions = 10;

}  // namespace

Status ExplainSession(const Session& session, int64_t batch) {
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
    name_width = std::max(name_width, layer.name.size());
    form_width = std::max(form_width, layer.form.size());
  }
  const auto row = [&](const char* name, const char* op, const char* form, const char* kernel,
                       const std::string& kept, const std::string& in_ram, double microseconds,
                       const char* why) {
    std::printf("%-*s  %-17s  %-*s  %-12s  %7s  %12s  %11.1f  %5.1f %%  %s\n",
                static_cast<int>(name_width), name, op, static_cast<int>(form_width), form, kernel,
                kept.c_str(), in_ram.c_str(), microseconds, 100 * microseconds / total, why);
  };
  std::printf("%-*s  %-17s  %-*s  %-12s  %7s  %12s  %11s  %7s  %s\n", static_cast<int>(name_width),
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
    row(layer.name.c_str(), layer.op.c_str(), layer.form.c_str(),
        times.block > 1 ? layer.batch_kernel.c_str() : layer.kernel.c_str(), kept,
        std::to_string(step.resident_bytes), step.microseconds, layer.reason.c_str());
  }
  std::printf(
      "%lld sample%s at a time: %.1f us, %.2f us a sample; weights take %lld bytes of memory\n",
      static_cast<long long>(times.block), times.block == 1 ? "" : "s", total,
      total / static_cast<double>(times.block), static_cast<long long>(bytes));
  return OkStatus();
}

}  // namespace dc
