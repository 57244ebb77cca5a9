#include "dc/quantize.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

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

void MeasureErrors(std::span<const float> values, const QuantizedWeight& weight,
                   LayerQuantization* report) {
  double squares = 0, greatest = 0;
  int64_t survivors = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0.0f) continue;
    const double error =
        std::abs(static_cast<double>(values[i]) - weight.codebook[weight.codes[i]]);
    squares += error * error;
    greatest = std::max(greatest, error);
    ++survivors;
  }
  report->rms_error = survivors ? std::sqrt(squares / static_cast<double>(survivors)) : 0;
  report->max_error = greatest;
}

// What one layer is asked for.
struct LayerJob {
  WeightRef ref;
  std::string policy;
  int bits = 0;
};

StatusOr<std::vector<LayerJob>> PlanJobs(const QuantizeOptions& options, const Graph& graph) {
  const std::vector<WeightRef> weights = ListWeights(graph);
  DC_RETURN_IF_ERROR(options.policy.CheckKeys(graph));
  DC_RETURN_IF_ERROR(options.bits.CheckKeys(graph));
  std::vector<LayerJob> jobs;
  for (const WeightRef& ref : weights) {
    LayerJob job{ref, options.policy.Text(ref, "kmeans"), 0};
    DC_ASSIGN_OR_RETURN(const double bits,
                        options.bits.Number(ref, ref.kind == LayerKind::kConv ? 8 : 5));
    const std::string where = "tensor " + ref.name;
    if (const Status status = CheckBits(bits); !status.ok()) return status.At(where);
    if (const auto policy = FindPolicy(job.policy); !policy.ok()) return policy.status().At(where);
    job.bits = static_cast<int>(bits);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

StatusOr<QuantizedWeight> RunJob(const LayerJob& job, const QuantizeOptions& options,
                                 const Graph& graph, LayerQuantization* report) {
  const std::string& name = job.ref.name;
  if (!job.ref.quantized) {
    return QuantizeWeight(graph.initializers.at(name), job.policy, job.bits, options.init,
                          options.seed, report);
  }
  DC_ASSIGN_OR_RETURN(const QuantizedWeight earlier, GetQuantizedWeight(graph, name));
  Tensor values = Tensor::Zeros(DataType::kFloat32, earlier.shape);
  for (size_t i = 0; i < earlier.codes.size(); ++i) {
    values.f32()[i] = earlier.codebook[earlier.codes[i]];
  }
  return QuantizeWeight(values, job.policy, job.bits, options.init, options.seed, report);
}

}  // namespace

StatusOr<QuantizedWeight> QuantizeWeight(const Tensor& weight, const std::string& policy_name,
                                         int bits, CodebookInit init, uint64_t seed,
                                         LayerQuantization* report) {
  DC_RETURN_IF_ERROR(CheckBits(bits));
  DC_ASSIGN_OR_RETURN(const Policy* policy, FindPolicy(policy_name));
  DC_RETURN_IF_ERROR(CheckValues(weight));
  const std::span<const float> values = weight.f32();
  const auto zeros = static_cast<size_t>(std::count(values.begin(), values.end(), 0.0f));

  PolicyOptions options;
  options.bits = policy->EffectiveBits(bits);
  options.sparse = zeros > 0;
  options.init = init;
  options.seed = seed;
  QuantizedWeight result;
  result.shape = weight.shape;
  result.policy = policy_name;
  result.bits = options.bits;
  int iterations = 0;
  if (!options.sparse) {
    DC_ASSIGN_OR_RETURN(Fit fit, policy->FitValues(values, options));
    result.codebook = std::move(fit.codebook);
    result.codes = std::move(fit.codes);
    iterations = fit.iterations;
  } else {
    result.codebook = {0.0f};
    result.codes.resize(values.size());
    if (zeros < values.size()) {
      std::vector<float> survivors;
      survivors.reserve(values.size() - zeros);
      std::copy_if(values.begin(), values.end(), std::back_inserter(survivors),
                   [](float value) { return value != 0.0f; });
      DC_ASSIGN_OR_RETURN(const Fit fit, policy->FitValues(survivors, options));
      const uint16_t shift = fit.zero_first ? 0 : 1;
      result.codebook.resize(shift);
      result.codebook.insert(result.codebook.end(), fit.codebook.begin(), fit.codebook.end());
      iterations = fit.iterations;
      size_t survivor = 0;
      for (size_t i = 0; i < values.size(); ++i) {
        if (values[i] != 0.0f) {
          result.codes[i] = static_cast<uint16_t>(fit.codes[survivor++] + shift);
        }
      }
    }
  }
  if (report) {
    report->policy = policy_name;
    report->bits = options.bits;
    report->entries = static_cast<int64_t>(result.codebook.size());
    report->iterations = iterations;
    MeasureErrors(values, result, report);
  }
  return result;
}

StatusOr<std::vector<LayerQuantization>> QuantizeGraph(const QuantizeOptions& options, Graph* graph,
                                                       Progress* progress) {
  progress = OrSilent(progress);
  DC_ASSIGN_OR_RETURN(const std::vector<LayerJob> jobs, PlanJobs(options, *graph));
  std::vector<LayerQuantization> reports(jobs.size());
  std::vector<std::optional<StatusOr<QuantizedWeight>>> results(jobs.size());

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
    results[job] = RunJob(jobs[job], options, *graph, &reports[job]);
    const int64_t finished = ++done;
    if (std::this_thread::get_id() == caller) progress->Advance(finished, jobs[job].ref.name);
  });

  for (size_t i = 0; i < jobs.size(); ++i) {
    const std::string& name = jobs[i].ref.name;
    if (!results[i]->ok()) return results[i]->status().At("tensor " + name);
  }
  for (size_t i = 0; i < jobs.size(); ++i) {
    const std::string& name = jobs[i].ref.name;
    DC_RETURN_IF_ERROR(SetQuantizedWeight(graph, name, **results[i]));
    reports[i].name = name;
  }
  progress->End(std::to_string(jobs.size()) + (jobs.size() == 1 ? " layer" : " layers"));
  return reports;
}

}  // namespace dc
