#include "dc/quantize.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>
#include <thread>
#include <utility>

#include "base/comma_list.h"
#include "base/thread_pool.h"
#include "dc/weights.h"
#include "quantize/policy.h"

namespace dc {
namespace {

constexpr int kMaxBits = 16;

Status CheckBits(double bits) {
  if (bits >= 1 && bits <= kMaxBits && bits == std::floor(bits)) return OkStatus();
  std::string text = std::to_string(bits);
  if (bits == std::floor(bits)) text = text.substr(0, text.find('.'));
  return UsageError("cannot quantize to " + text + " bits", "", "ask for 1 to 16 bits");
}

Status CheckValues(const Tensor& weight) {
  if (weight.type != DataType::kFloat32) {
    return Unsupported(
        std::string("a weight of type ") + NameOf(weight.type) + " cannot be quantized", "",
        "convert it to float32");
  }
  const std::span<const float> values = weight.f32();
  if (values.empty()) return BadInput("a weight without elements cannot be quantized");
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return BadInput("the weight holds a NaN or an infinity", "element " + std::to_string(i),
                      "train the model again from a sound state");
    }
  }
  return OkStatus();
}

// What one layer is asked for.
struct LayerJob {
  WeightRef ref;
  std::string policy;
  int bits = 0;
  PolicySettings settings;
};

StatusOr<std::vector<LayerJob>> PlanJobs(const QuantizeOptions& options, const Graph& graph) {
  DC_RETURN_IF_ERROR(options.policy.CheckKeys(graph));
  DC_RETURN_IF_ERROR(options.bits.CheckKeys(graph));
  std::vector<LayerJob> jobs;
  std::set<std::string> known;
  bool any_for_rate = false;
  for (const WeightRef& ref : ListWeights(graph)) {
    LayerJob job{ref, options.policy.Text(ref, "kmeans"), 0, {}};
    DC_ASSIGN_OR_RETURN(const double bits,
                        options.bits.Number(ref, ref.kind == LayerKind::kConv ? 8 : 5));
    const std::string where = "tensor " + ref.name;
    if (const Status status = CheckBits(bits); !status.ok()) return status.At(where);
    const auto policy = FindPolicy(job.policy);
    if (!policy.ok()) return policy.status().At(where);
    job.bits = static_cast<int>(bits);
    job.settings = SettingsFor(**policy, options.policy_settings);
    any_for_rate = any_for_rate || (*policy)->info().for_rate;
    for (const auto& [name, unused] : job.settings) known.insert(name);
    jobs.push_back(std::move(job));
  }
  for (const auto& [name, value] : options.policy_settings) {
    if (known.count(name) || jobs.empty()) continue;
    return UsageError("no layer has a policy with the option '" + name + "'", name + "=" + value,
                      "leave it out, or choose a policy that has it");
  }
  if (options.lambda > 0 && !any_for_rate && !jobs.empty()) {
    std::vector<std::string> names;
    for (const PolicyInfo& info : ListPolicies()) {
      if (info.for_rate) names.push_back(info.name);
    }
    return UsageError("no layer has a policy that can be trained for the coder", "lambda",
                      "leave it out, or choose one of " + CommaList(names));
  }
  return jobs;
}

StatusOr<QuantizedWeight> RunJob(const LayerJob& job, uint64_t seed, const Graph& graph,
                                 LayerQuantization* report) {
  const std::string& name = job.ref.name;
  if (!job.ref.quantized) {
    return QuantizeWeight(graph.initializers.at(name), job.policy, job.bits, job.settings, seed,
                          report);
  }
  DC_ASSIGN_OR_RETURN(const QuantizedWeight earlier, GetQuantizedWeight(graph, name));
  return QuantizeWeight(Tensor::F32(earlier.shape, earlier.Values()), job.policy, job.bits,
                        job.settings, seed, report);
}

}  // namespace

void MeasureErrors(std::span<const float> values, const QuantizedWeight& weight,
                   LayerQuantization* report) {
  double squares = 0, greatest = 0;
  int64_t survivors = 0;
  const std::vector<float> stored = weight.Values();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0.0f) continue;
    const double error = std::abs(static_cast<double>(values[i]) - stored[i]);
    squares += error * error;
    greatest = std::max(greatest, error);
    ++survivors;
  }
  report->rms_error = survivors ? std::sqrt(squares / static_cast<double>(survivors)) : 0;
  report->max_error = greatest;
}

StatusOr<QuantizedWeight> QuantizeWeight(const Tensor& weight, const std::string& policy_name,
                                         int bits, const PolicySettings& settings, uint64_t seed,
                                         LayerQuantization* report) {
  DC_RETURN_IF_ERROR(CheckBits(bits));
  DC_ASSIGN_OR_RETURN(const Policy* policy, FindPolicy(policy_name));
  DC_RETURN_IF_ERROR(CheckValues(weight));
  const std::span<const float> values = weight.f32();
  PolicyOptions options;
  options.bits = policy->EffectiveBits(bits);
  options.seed = seed;
  DC_ASSIGN_OR_RETURN(options.settings, CompleteSettings(*policy, settings));
  int iterations = 0;
  QuantizedWeight result = policy->Quantize(values, options, &iterations);
  result.shape = weight.shape;
  result.policy = policy_name;
  result.bits = options.bits;
  if (report) {
    report->policy = policy_name;
    report->bits = options.bits;
    report->entries = static_cast<int64_t>(result.codebook.size());
    report->iterations = iterations;
    MeasureErrors(values, result, report);
  }
  return result;
}

Status CheckQuantizeOptions(const QuantizeOptions& options) {
  DC_RETURN_IF_ERROR(options.policy.CheckValues(
      [](const std::string& name) { return FindPolicy(name).status(); }));
  DC_RETURN_IF_ERROR(options.bits.CheckValues([](const std::string& text) {
    double bits = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) return CheckBits(bits);
    return UsageError("'" + text + "' is no number of bits", "", "ask for 1 to 16 bits");
  }));
  for (const auto& [name, value] : options.policy_settings) {
    const PolicySettings setting = {{name, value}};
    bool known = false;
    for (const Policy* policy : AllPolicies()) {
      if (SettingsFor(*policy, setting).empty()) continue;
      known = true;
      DC_RETURN_IF_ERROR(CompleteSettings(*policy, setting).status());
    }
    if (!known) return UsageError("no policy has an option '" + name + "'", "", "leave it out");
  }
  return OkStatus();
}

Status CheckQuantizeOptions(const QuantizeOptions& options, const Graph& graph) {
  DC_RETURN_IF_ERROR(CheckQuantizeOptions(options));
  return PlanJobs(options, graph).status();
}

StatusOr<std::vector<QuantizedLayer>> QuantizeGraph(const Graph& graph,
                                                    const QuantizeOptions& options,
                                                    Progress* progress) {
  progress = OrSilent(progress);
  DC_RETURN_IF_ERROR(CheckQuantizeOptions(options));
  DC_ASSIGN_OR_RETURN(const std::vector<LayerJob> jobs, PlanJobs(options, graph));
  std::vector<QuantizedLayer> layers(jobs.size());
  std::vector<Status> statuses(jobs.size());

  // The largest layers first, so that none is left over when the others are done.
  std::vector<size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return jobs[a].ref.size() > jobs[b].ref.size(); });
  progress->Begin("quantize", static_cast<int64_t>(jobs.size()));
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<int64_t> done{0};
  ThreadPool pool(options.threads);
  pool.ParallelFor(jobs.size(), [&](size_t i) {
    const size_t job = order[i];
    if (progress->IsCancelled()) return;
    auto weight = RunJob(jobs[job], options.seed, graph, &layers[job].outcome);
    statuses[job] = weight.status();
    if (weight.ok()) layers[job].weight = *std::move(weight);
    const int64_t finished = ++done;
    if (std::this_thread::get_id() == caller) progress->Advance(finished, jobs[job].ref.name);
  });
  DC_RETURN_IF_ERROR(StopIfCancelled(progress));
  for (size_t i = 0; i < jobs.size(); ++i) {
    const std::string& name = jobs[i].ref.name;
    if (!statuses[i].ok()) return statuses[i].At("tensor " + name);
    layers[i].outcome.name = name;
  }
  progress->End(std::to_string(jobs.size()) + (jobs.size() == 1 ? " layer" : " layers"));
  return layers;
}

}  // namespace dc
