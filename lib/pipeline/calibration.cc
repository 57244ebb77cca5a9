#include "pipeline/calibration.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "model/quoted.h"
#include "pipeline/output_repair.h"

namespace dc {
namespace {

// Samples by which outputs are compared.
constexpr size_t kCompared = 64;
// Numbers in the moments of layers that are gathered together.
constexpr int64_t kMostNumbers = int64_t{1} << 25;

int64_t MomentNumbers(const WeightRef& ref, int64_t groups) {
  const int64_t together = std::min(ref.inputs(), kMostInputsTogether);
  return 3 * groups * ref.inputs() * together;
}

}  // namespace

StatusOr<Calibration> Calibration::Open(const std::string& spec, int64_t samples, uint64_t seed,
                                        int threads, const Graph& graph, Progress* progress) {
  Calibration calibration;
  calibration.reference_ = graph;
  DC_ASSIGN_OR_RETURN(Dataset data, OpenSamples(spec));
  calibration.data_ = std::make_unique<Dataset>(std::move(data));
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph.metadata));
  calibration.samples_ = DrawSamples(*calibration.data_, preprocess, samples, seed);
  calibration.some_ = calibration.samples_;
  calibration.some_.indices.resize(std::min(kCompared, calibration.some_.indices.size()));
  calibration.pool_ = std::make_unique<ThreadPool>(threads);
  DC_ASSIGN_OR_RETURN(calibration.outputs_, ComputeOutputs(graph, calibration.some_));
  for (const WeightRef& ref : ListWeights(graph)) {
    const std::string reason = NotCalibrated(graph, ref);
    if (reason.empty()) {
      calibration.layers_.push_back(ref);
    } else {
      OrSilent(progress)->Note("the weight " + Quoted(ref.name) + " is not calibrated: " + reason);
    }
  }
  return calibration;
}

Status Calibration::WorkOn(const WeightRef& ref, const std::vector<InputMoments>& moments,
                           const Work& work) const {
  for (const InputMoments& of_part : moments) {
    for (const auto* numbers : {&of_part.second, &of_part.cross, &of_part.reference_second}) {
      if (std::all_of(numbers->begin(), numbers->end(),
                      [](double v) { return std::isfinite(v); })) {
        continue;
      }
      return BadInput("what the layer reads is not finite on the samples", data_->name,
                      "check how samples become inputs (--input-scale, --input-mean)");
    }
  }
  const OutputRepair repair = FindOutputRepair(reference_, ref);
  const std::vector<double> gains = OutputGains(reference_, repair, ref.outputs());
  const calibrate::LayerRows rows(ref, GroupsOf(reference_, ref), moments);
  const auto weights = reference_.initializers.at(ref.name).f32();
  std::vector<calibrate::LayerProblem> problems;
  for (size_t p = 0; p < moments.size(); ++p) {
    const calibrate::LayerPart& part = rows.parts()[p];
    problems.push_back(
        calibrate::MakeProblem(rows.Weights(part, weights), moments[p], repair.any()));
    for (int64_t r = 0; r < part.rows; ++r) {
      problems.back().row_weights[r] = gains[static_cast<size_t>(part.first_row + r)];
    }
  }
  return work({ref, rows, problems});
}

Status Calibration::ForEach(const std::string& job, const Work& work, Progress* progress) const {
  progress = OrSilent(progress);
  progress->Begin(job, static_cast<int64_t>(layers_.size()));
  for (size_t begin = 0; begin < layers_.size();) {
    std::vector<WeightRef> together;
    int64_t numbers = 0;
    for (size_t i = begin; i < layers_.size() && numbers < kMostNumbers; ++i) {
      numbers += MomentNumbers(layers_[i], GroupsOf(reference_, layers_[i]));
      together.push_back(layers_[i]);
    }
    DC_ASSIGN_OR_RETURN(auto moments, GatherMoments(reference_, reference_, samples_, together));
    for (size_t i = 0; i < together.size(); ++i) {
      const Status done = WorkOn(together[i], moments[i], work);
      if (!done.ok()) return done.At("tensor " + together[i].name);
      progress->Advance(static_cast<int64_t>(begin + i + 1), together[i].name);
      moments[i].clear();
    }
    begin += together.size();
  }
  progress->End(std::to_string(layers_.size()) + " layers");
  return OkStatus();
}

std::vector<WeightRef> Calibration::ReadyOf(const std::vector<WeightRef>& left) const {
  std::set<std::string> waiting;  // values that depend on a layer of `left`
  std::vector<WeightRef> ready;
  int64_t numbers = 0;
  size_t next = 0;
  for (size_t n = 0; n < reference_.nodes.size(); ++n) {
    const Node& node = reference_.nodes[n];
    bool waits = std::any_of(node.inputs.begin(), node.inputs.end(),
                             [&](const std::string& input) { return waiting.count(input) > 0; });
    while (next < left.size() && left[next].node == n) {
      if (!waits && numbers < kMostNumbers) {
        ready.push_back(left[next]);
        numbers += MomentNumbers(left[next], GroupsOf(reference_, left[next]));
      }
      waits = true;
      ++next;
    }
    if (waits) waiting.insert(node.outputs.begin(), node.outputs.end());
  }
  return ready;
}

Status Calibration::ForEachInOrder(const std::string& job,
                                   const std::function<bool(const WeightRef& ref)>& wanted,
                                   const Work& change, Graph* graph, Progress* progress) const {
  progress = OrSilent(progress);
  std::vector<WeightRef> left;
  std::copy_if(layers_.begin(), layers_.end(), std::back_inserter(left), wanted);
  const auto total = static_cast<int64_t>(left.size());
  progress->Begin(job, total);
  while (!left.empty()) {
    const std::vector<WeightRef> ready = ReadyOf(left);
    DC_ASSIGN_OR_RETURN(const auto moments, GatherMoments(*graph, reference_, samples_, ready));
    for (size_t i = 0; i < ready.size(); ++i) {
      const WeightRef& ref = ready[i];
      const Status done = WorkOn(ref, moments[i], change);
      if (!done.ok()) return done.At("tensor " + ref.name);
      RepairOutputs(FindOutputRepair(reference_, ref), ref,
                    calibrate::LayerRows(ref, GroupsOf(reference_, ref), moments[i]), moments[i],
                    reference_, graph);
      std::erase_if(left, [&](const WeightRef& other) { return other.name == ref.name; });
      progress->Advance(total - static_cast<int64_t>(left.size()), ref.name);
    }
  }
  progress->End(std::to_string(total) + " layers");
  return OkStatus();
}

StatusOr<double> Calibration::OutputError(const Graph& graph) const {
  DC_ASSIGN_OR_RETURN(const std::vector<float> outputs, ComputeOutputs(graph, some_));
  double difference = 0, square = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const double d = static_cast<double>(outputs[i]) - outputs_[i];
    difference += d * d;
    square += static_cast<double>(outputs_[i]) * outputs_[i];
  }
  return square > 0 ? difference / square : difference;
}

}  // namespace dc
