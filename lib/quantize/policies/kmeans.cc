// k-means weight sharing. Han, Mao and Dally 2016, "Deep Compression" (arXiv 1510.00149), section
// 3: minimise sum over clusters c and members w of |w - c|^2 (equation 2); then train the centroids
// with the summed gradients of their members (equation 3).
#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "quantize/assignment.h"
#include "quantize/kmeans_exact.h"
#include "quantize/lloyd.h"
#include "quantize/policy.h"
#include "quantize/tied_constraint.h"
#include "quantize/weighted_points.h"

namespace dc {
namespace {

// A codebook for the survivors of a weight, and their codes into it.
struct Fit {
  std::vector<float> codebook;
  std::vector<uint16_t> codes;
  int iterations = 0;
};

// The option that says where the centroids start, and its values in the order of CodebookInit.
constexpr char kInit[] = "init";
constexpr const char* kInits[] = {"linear", "density", "random", "exact"};

CodebookInit InitOf(const PolicySettings& settings) {
  const auto given = settings.find(kInit);
  if (given == settings.end()) return CodebookInit::kLinear;
  const auto found = std::find(std::begin(kInits), std::end(kInits), given->second);
  return static_cast<CodebookInit>(found - std::begin(kInits));
}

// Into how many bins of equal share the values of a large weight fall. The exact solution loses
// nothing measurable to bins a 16th of a cluster; Lloyd's iteration stops as soon as no boundary
// moves by a bin, which near convergence needs finer ones.
size_t Resolution(size_t k, CodebookInit init) {
  constexpr size_t kLeast = size_t{1} << 16, kMost = size_t{1} << 22;
  return std::clamp(init == CodebookInit::kExact ? 16 * k : 4096 * k, kLeast, kMost);
}

// Centroids as floats, ascending and distinct.
std::vector<float> ToCodebook(std::vector<double> centroids) {
  std::vector<float> codebook;
  codebook.reserve(centroids.size());
  for (const double centroid : centroids) codebook.push_back(static_cast<float>(centroid) + 0.0f);
  std::sort(codebook.begin(), codebook.end());
  codebook.erase(std::unique(codebook.begin(), codebook.end()), codebook.end());
  return codebook;
}

// Gives every value to its nearest entry and drops entries that no value uses. Returns how many
// values each entry has.
std::vector<double> AssignAndCompact(std::span<const float> values, Fit* fit) {
  const size_t k = fit->codebook.size();
  fit->codes.resize(values.size());
  NearestEntry(fit->codebook).Assign(values, fit->codes);
  std::vector<double> counts(kSumLanes * k);
  SumByCode(
      fit->codes, k, [](size_t) { return 1.0; }, counts);
  counts.resize(k);
  if (std::find(counts.begin(), counts.end(), 0.0) == counts.end()) return counts;
  std::vector<uint16_t> renumbered(k);
  size_t entries = 0;
  for (size_t c = 0; c < k; ++c) {
    if (counts[c] == 0) continue;
    renumbered[c] = static_cast<uint16_t>(entries);
    fit->codebook[entries] = fit->codebook[c];
    counts[entries++] = counts[c];
  }
  fit->codebook.resize(entries);
  counts.resize(entries);
  for (uint16_t& code : fit->codes) code = renumbered[code];
  return counts;
}

// One Lloyd step on the exact values: every entry becomes the mean of its `counts` members.
void MoveToMeans(std::span<const float> values, const std::vector<double>& counts, Fit* fit) {
  const size_t k = fit->codebook.size();
  std::vector<double> means(kSumLanes * k);
  SumByCode(
      fit->codes, k, [&](size_t i) { return values[i]; }, means);
  means.resize(k);
  for (size_t c = 0; c < k; ++c) means[c] /= counts[c];
  fit->codebook = ToCodebook(std::move(means));
}

// The codebook of least squared error for `values` (none of them 0); one entry less than 2^bits in
// a sparse weight, whose zero takes one.
Fit FitValues(std::span<const float> values, const PolicyOptions& options, bool sparse) {
  const CodebookInit init = InitOf(options.settings);
  const size_t k = (size_t{1} << options.bits) - (sparse ? 1 : 0);
  Fit fit;
  if (std::optional<std::vector<float>> distinct = DistinctValues(values, k)) {
    fit.codebook = std::move(*distinct);
    AssignAndCompact(values, &fit);
    return fit;
  }
  const WeightedPoints points = MakePoints(values, Resolution(k, init));
  const size_t clusters = std::min(k, points.size());
  std::vector<double> centroids;
  if (init == CodebookInit::kExact) {
    const std::vector<size_t> bounds = ExactKMeans(points, clusters);
    for (size_t c = 0; c < clusters; ++c) {
      centroids.push_back(points.Mean(bounds[c], bounds[c + 1]));
    }
  } else {
    LloydResult lloyd = RunLloyd(points, InitialCentroids(points, clusters, init, options.seed));
    centroids = std::move(lloyd.centroids);
    fit.iterations = lloyd.iterations;
  }
  for (double& centroid : centroids) centroid += points.center;
  fit.codebook = ToCodebook(std::move(centroids));
  const std::vector<double> counts = AssignAndCompact(values, &fit);
  if (!points.exact) {
    MoveToMeans(values, counts, &fit);
    AssignAndCompact(values, &fit);
  }
  return fit;
}

class KMeansPolicy : public Policy {
 public:
  PolicyInfo info() const override {
    return {"kmeans",
            "Han, Mao and Dally 2016, arXiv 1510.00149",
            "2^bits shared values by k-means; fine-tuning trains the shared values",
            {{kInit, {std::begin(kInits), std::end(kInits)}}},
            /*for_rate=*/true};
  }

  QuantizedWeight Quantize(std::span<const float> values, const PolicyOptions& options,
                           int* iterations) const override {
    QuantizedWeight weight;
    std::vector<float> survivors;
    std::copy_if(values.begin(), values.end(), std::back_inserter(survivors),
                 [](float value) { return value != 0.0f; });
    const bool sparse = survivors.size() < values.size();
    Fit fit;
    if (!survivors.empty()) fit = FitValues(survivors, options, sparse);
    *iterations = fit.iterations;
    weight.codebook = std::move(fit.codebook);
    weight.codes = std::move(fit.codes);
    if (!sparse) return weight;
    weight.codebook.insert(weight.codebook.begin(), 0.0f);
    std::vector<uint16_t> codes(values.size());
    size_t survivor = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] != 0.0f) codes[i] = static_cast<uint16_t>(weight.codes[survivor++] + 1);
    }
    weight.codes = std::move(codes);
    return weight;
  }

  ConstrainedWeight MakeConstraint(const QuantizedWeight& weight,
                                   std::span<const float>) const override {
    return MakeTiedWeight(weight);
  }

  std::unique_ptr<RateConstraint> MakeRateConstraint(const QuantizedWeight& weight,
                                                     std::span<const float> original,
                                                     int batch_size) const override {
    return std::make_unique<RateConstraint>(weight, original, batch_size);
  }

  QuantizedWeight Finish(const QuantizedWeight& weight,
                         std::span<const float> latent) const override {
    return FinishTiedWeight(weight, latent);
  }
};

const KMeansPolicy policy;
const PolicyRegistration registration(&policy);

}  // namespace
}  // namespace dc
