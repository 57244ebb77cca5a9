#include "train/gather_moments.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

#include "base/rng.h"
#include "model/node_attributes.h"
#include "op/window.h"
#include "train/executor.h"
#include "train/operators/moment_sums.h"

namespace dc {
namespace {

constexpr uint64_t kSampleStream = uint64_t{6} << 40;
constexpr uint64_t kPlaceStream = uint64_t{7} << 40;
constexpr int64_t kBatch = 16;
// Places looked at, of all samples together: many times the numbers to be estimated, as far as
// there are so many.
constexpr int64_t kLeastPlaces = 32768, kPlacesPerInput = 16;

// A network up to some of its values, ready to run.
class Runner {
 public:
  static StatusOr<std::unique_ptr<Runner>> Make(const Graph& graph,
                                                const CalibrationSamples& samples,
                                                const std::set<std::string>& values,
                                                int64_t batch) {
    auto runner = std::make_unique<Runner>();
    DC_ASSIGN_OR_RETURN(runner->network_,
                        train::FindNetworkUpTo(graph, *samples.data, samples.preprocess, values));
    DC_ASSIGN_OR_RETURN(runner->parameters_, train::Parameters::Load(runner->network_));
    DC_ASSIGN_OR_RETURN(runner->executor_,
                        train::Executor::Make(runner->network_, runner->parameters_,
                                              &runner->dropout_, batch, /*training=*/false));
    return runner;
  }

  Status Run(const CalibrationSamples& samples, std::span<const uint32_t> indices) {
    GatherBatch(*samples.data, samples.data->train, indices, network_.reading, nullptr, 0,
                executor_->input().data());
    return executor_->Forward({});
  }

  std::vector<float> ValuesOf(const std::string& name) { return executor_->ValuesOf(name); }
  std::vector<int64_t> ShapeOf(const std::string& name) { return executor_->ShapeOf(name); }

 private:
  train::Network network_;
  train::Parameters parameters_;
  train::DropoutRatios dropout_{1.0, {}};
  std::unique_ptr<train::Executor> executor_;
};

// Calls visit(runner) after each batch. Samples that fill no whole batch get one of their own.
template <typename Visit>
Status ForEachBatch(const std::vector<const Graph*>& graphs, const CalibrationSamples& samples,
                    const std::set<std::string>& values, const Visit& visit) {
  const auto count = static_cast<int64_t>(samples.indices.size());
  for (const auto& [begin, end, batch] :
       {std::tuple{int64_t{0}, count / kBatch * kBatch, kBatch},
        std::tuple{count / kBatch * kBatch, count, count % kBatch}}) {
    if (begin == end) continue;
    std::vector<std::unique_ptr<Runner>> runners;
    for (const Graph* graph : graphs) {
      DC_ASSIGN_OR_RETURN(runners.emplace_back(), Runner::Make(*graph, samples, values, batch));
    }
    for (int64_t at = begin; at < end; at += batch) {
      const auto part = std::span<const uint32_t>(samples.indices)
                            .subspan(static_cast<size_t>(at), static_cast<size_t>(batch));
      for (const auto& runner : runners) DC_RETURN_IF_ERROR(runner->Run(samples, part));
      DC_RETURN_IF_ERROR(visit(runners, at));
    }
  }
  return OkStatus();
}

// The windows of one layer and the sums over them.
class LayerSums {
 public:
  static StatusOr<LayerSums> Make(const Graph& graph, const WeightRef& weight) {
    LayerSums sums;
    const Node& node = graph.nodes[weight.node];
    sums.value_ = node.Input(0);
    sums.groups_ = GroupsOf(graph, weight);
    sums.convolves_ = weight.kind == LayerKind::kConv;
    sums.inputs_ = weight.inputs();
    if (sums.convolves_) {
      sums.node_ = &node;
      sums.graph_ = &graph;
      sums.kernel_.assign(weight.shape.begin() + 2, weight.shape.end());
    }
    const int64_t cuts = (sums.inputs_ + kMostInputsTogether - 1) / kMostInputsTogether;
    for (int64_t g = 0; g < sums.groups_; ++g) {
      for (int64_t cut = 0; cut < cuts; ++cut) {
        InputMoments moments;
        moments.first_input = sums.inputs_ * cut / cuts;
        moments.inputs = sums.inputs_ * (cut + 1) / cuts - moments.first_input;
        const auto k = static_cast<size_t>(moments.inputs);
        for (auto* matrix : {&moments.second, &moments.cross, &moments.reference_second}) {
          matrix->resize(k * k);
        }
        moments.mean.resize(k);
        moments.reference_mean.resize(k);
        sums.moments_.push_back(std::move(moments));
      }
    }
    return sums;
  }

  const std::string& value() const { return value_; }

  // Adds the windows of a batch whose first sample is `first` of `total`.
  Status Add(Runner* seen, Runner* reference, int64_t first, int64_t total, uint64_t seed) {
    const std::vector<int64_t> shape = seen->ShapeOf(value_);
    DC_RETURN_IF_ERROR(ChooseWindows(shape, first, total, seed));
    const std::vector<float> x = seen->ValuesOf(value_);
    const std::vector<float> r = reference ? reference->ValuesOf(value_) : std::vector<float>();
    const size_t cuts = moments_.size() / static_cast<size_t>(groups_);
    for (size_t g = 0; g < static_cast<size_t>(groups_); ++g) {
      CopyWindows(x, shape, g, &x_all_);
      if (reference) CopyWindows(r, shape, g, &r_all_);
      for (size_t m = g * cuts; m < (g + 1) * cuts; ++m) {
        Cut(x_all_, moments_[m], &x_rows_);
        AddTo(x_rows_, x_rows_, &InputMoments::second, &InputMoments::mean, &moments_[m]);
        if (reference == nullptr) continue;
        Cut(r_all_, moments_[m], &r_rows_);
        AddTo(r_rows_, x_rows_, &InputMoments::cross, nullptr, &moments_[m]);
        AddTo(r_rows_, r_rows_, &InputMoments::reference_second, &InputMoments::reference_mean,
              &moments_[m]);
      }
    }
    count_ += static_cast<int64_t>(places_.size());
    return OkStatus();
  }

  std::vector<InputMoments> Finish(bool has_reference) && {
    const double share = count_ ? 1.0 / static_cast<double>(count_) : 0.0;
    for (InputMoments& moments : moments_) {
      moments.count = count_;
      for (auto* sums : {&moments.second, &moments.cross, &moments.reference_second, &moments.mean,
                         &moments.reference_mean}) {
        for (double& sum : *sums) sum *= share;
      }
      if (has_reference) continue;
      moments.cross = moments.reference_second = moments.second;
      moments.reference_mean = moments.mean;
    }
    return std::move(moments_);
  }

 private:
  // A window: the sample in the batch, and where it begins along each spatial axis.
  struct Place {
    int64_t sample = 0;
    int64_t begin[3] = {};
  };

  Status ChooseWindows(const std::vector<int64_t>& shape, int64_t first, int64_t total,
                       uint64_t seed) {
    places_.clear();
    if (!convolves_) {
      // Every row of the matrix product, or some of them where there are very many.
      for (int64_t i = 0; i < ElementCount(shape) / inputs_; ++i) places_.push_back({i, {}});
      return OkStatus();
    }
    const op::Operator* record = OperatorOf(*node_);
    DC_ASSIGN_OR_RETURN(const NodeAttributes attributes,
                        NodeAttributes::Read(*graph_, *node_, *record));
    windows_.clear();
    DC_RETURN_IF_ERROR(
        op::SlideWindows(attributes, std::span(shape).subspan(2), kernel_, false, &windows_));
    int64_t all = 1;
    for (const op::WindowAxis& axis : windows_) all *= axis.out;
    const int64_t wanted = std::max(kLeastPlaces, kPlacesPerInput * inputs_);
    const int64_t each = std::min(all, (wanted + total - 1) / total);
    for (int64_t sample = 0; sample < shape[0]; ++sample) {
      Rng rng(seed, kPlaceStream + static_cast<uint64_t>(first + sample));
      for (int64_t i = 0; i < each; ++i) {
        int64_t index = each == all ? i : rng.Below(static_cast<uint32_t>(all));
        Place place{sample, {}};
        for (size_t axis = windows_.size(); axis-- > 0;) {
          const op::WindowAxis& window = windows_[axis];
          place.begin[axis] = index % window.out * window.stride - window.pad_begin;
          index /= window.out;
        }
        places_.push_back(place);
      }
    }
    return OkStatus();
  }

  // The values of all windows of group `g`, a row each; zeros where a window is outside.
  void CopyWindows(const std::vector<float>& values, const std::vector<int64_t>& shape, size_t g,
                   std::vector<float>* rows) const {
    const auto k = static_cast<size_t>(inputs_);
    rows->assign(places_.size() * k, 0.0f);
    float* row = rows->data();
    if (!convolves_) {
      std::copy(values.begin(), values.begin() + static_cast<ptrdiff_t>(rows->size()), row);
      return;
    }
    const int64_t channels = shape[1] / groups_;
    const size_t axes = windows_.size();
    op::WindowAxis axis[3];
    for (size_t i = 0; i < axes; ++i) axis[3 - axes + i] = windows_[i];
    const int64_t plane = axis[0].in * axis[1].in * axis[2].in;
    for (const Place& place : places_) {
      int64_t begin[3] = {};
      for (size_t i = 0; i < axes; ++i) begin[3 - axes + i] = place.begin[i];
      const float* from =
          values.data() + (place.sample * shape[1] + static_cast<int64_t>(g) * channels) * plane;
      for (int64_t c = 0; c < channels; ++c, from += plane) {
        for (int64_t i = 0; i < axis[0].kernel; ++i) {
          const int64_t z = begin[0] + i * axis[0].dilation;
          for (int64_t j = 0; j < axis[1].kernel; ++j) {
            const int64_t y = begin[1] + j * axis[1].dilation;
            const bool inside = z >= 0 && z < axis[0].in && y >= 0 && y < axis[1].in;
            const float* line = from + (z * axis[1].in + y) * axis[2].in;
            for (int64_t l = 0; l < axis[2].kernel; ++l, ++row) {
              const int64_t x = begin[2] + l * axis[2].dilation;
              if (inside && x >= 0 && x < axis[2].in) *row = line[x];
            }
          }
        }
      }
    }
  }

  // The inputs of `moments` of each row of `all`.
  void Cut(const std::vector<float>& all, const InputMoments& moments,
           std::vector<float>* rows) const {
    if (moments.inputs == inputs_) {
      *rows = all;
      return;
    }
    rows->clear();
    for (size_t i = 0; i < all.size(); i += static_cast<size_t>(inputs_)) {
      const auto from = all.begin() + static_cast<ptrdiff_t>(i) + moments.first_input;
      rows->insert(rows->end(), from, from + moments.inputs);
    }
  }

  void AddTo(const std::vector<float>& left, const std::vector<float>& right,
             std::vector<double> InputMoments::*products, std::vector<double> InputMoments::*means,
             InputMoments* moments) const {
    const auto k = static_cast<size_t>(moments->inputs);
    train::AddProducts(left, right, places_.size(), k, moments->*products);
    if (means == nullptr) return;
    for (size_t i = 0; i < left.size(); i += k) {
      for (size_t j = 0; j < k; ++j) (moments->*means)[j] += left[i + j];
    }
  }

  std::string value_;
  int64_t groups_ = 1, inputs_ = 0, count_ = 0;
  bool convolves_ = false;
  const Node* node_ = nullptr;
  const Graph* graph_ = nullptr;
  std::vector<int64_t> kernel_;
  std::vector<op::WindowAxis> windows_;
  std::vector<Place> places_;
  std::vector<float> x_all_, r_all_, x_rows_, r_rows_;
  std::vector<InputMoments> moments_;
};

}  // namespace

CalibrationSamples DrawSamples(const Dataset& data, const Preprocess& preprocess, int64_t count,
                               uint64_t seed) {
  CalibrationSamples samples{&data, preprocess, {}, seed};
  samples.indices.resize(static_cast<size_t>(data.train.count));
  std::iota(samples.indices.begin(), samples.indices.end(), 0u);
  Rng(seed, kSampleStream).Shuffle(samples.indices);
  samples.indices.resize(static_cast<size_t>(std::min(count, data.train.count)));
  return samples;
}

int64_t GroupsOf(const Graph& graph, const WeightRef& weight) {
  return weight.kind == LayerKind::kConv ? graph.nodes[weight.node].Int("group", 1) : 1;
}

std::string NotCalibrated(const Graph& graph, const WeightRef& weight) {
  const Node& node = graph.nodes[weight.node];
  if (graph.Constant(node.Input(0)) != nullptr) return "it multiplies a constant";
  if (graph.Consumers(weight.name).size() > 1) return "several nodes share it";
  const op::Operator* record = OperatorOf(node);
  if (record == &op::kConv) {
    return weight.input == 1 && weight.shape.size() <= 5 ? "" : "a convolution of many axes";
  }
  if (weight.input != 1 || weight.shape.size() != 2) return "it is not one matrix on the right";
  if (record == &op::kMatMul) return "";
  if (record != &op::kGemm) return "the inputs of " + node.op + " are not looked at";
  const bool plain =
      node.Int("transA", 0) == 0 && node.Float("alpha", 1) == 1 && node.Float("beta", 1) == 1;
  return plain ? "" : "its product is scaled or turned (alpha, beta, transA)";
}

StatusOr<std::vector<std::vector<InputMoments>>> GatherMoments(
    const Graph& graph, const Graph& reference, const CalibrationSamples& samples,
    const std::vector<WeightRef>& layers) {
  const bool same = &graph == &reference;
  std::vector<LayerSums> sums;
  std::set<std::string> values;
  for (const WeightRef& layer : layers) {
    DC_ASSIGN_OR_RETURN(sums.emplace_back(), LayerSums::Make(graph, layer));
    values.insert(sums.back().value());
  }
  std::vector<const Graph*> graphs = {&graph};
  if (!same) graphs.push_back(&reference);
  const auto add = [&](const std::vector<std::unique_ptr<Runner>>& runners,
                       int64_t first) -> Status {
    for (LayerSums& layer : sums) {
      DC_RETURN_IF_ERROR(layer.Add(runners[0].get(), same ? nullptr : runners[1].get(), first,
                                   static_cast<int64_t>(samples.indices.size()), samples.seed));
    }
    return OkStatus();
  };
  DC_RETURN_IF_ERROR(ForEachBatch(graphs, samples, values, add));
  std::vector<std::vector<InputMoments>> moments;
  for (LayerSums& layer : sums) moments.push_back(std::move(layer).Finish(!same));
  return moments;
}

StatusOr<std::vector<float>> ComputeOutputs(const Graph& graph, const CalibrationSamples& samples) {
  std::vector<std::string> names;
  for (const ValueInfo& output : graph.outputs) {
    const Node* last = graph.Producer(output.name);
    const op::Operator* record = last ? OperatorOf(*last) : nullptr;
    names.push_back(record && record->Has(op::kNormalizes) ? last->Input(0) : output.name);
  }
  std::vector<float> outputs;
  DC_RETURN_IF_ERROR(
      ForEachBatch({&graph}, samples, {names.begin(), names.end()},
                   [&](const std::vector<std::unique_ptr<Runner>>& runners, int64_t) -> Status {
                     for (const std::string& name : names) {
                       const std::vector<float> values = runners[0]->ValuesOf(name);
                       outputs.insert(outputs.end(), values.begin(), values.end());
                     }
                     return OkStatus();
                   }));
  return outputs;
}

}  // namespace dc
