#include "pipeline/bit_search.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/text_table.h"
#include "data/held_out.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "pipeline/method_stage.h"

namespace dc {
namespace {

constexpr int64_t kImages = 5000;
constexpr int kMostBits = 16, kLeastBits = 2;

std::string MethodDefaultSkip(const std::string& name) {
  for (const MethodInfo& info : ListMethods()) {
    if (info.name == name) return info.skip;
  }
  return "none";
}

class Search {
 public:
  Search(const QuantizeOptions& options, const TrainOptions& training, const Dataset& data,
         const Graph& graph, Progress* progress)
      : options_(options),
        training_(training),
        graph_(graph),
        data_(data),
        progress_(progress),
        part_(progress),
        limit_(*options.method.max_error_increase) {
    data_.test = LastTraining(data, kImages);
    training_.epochs = 0;
    options_.method.max_error_increase.reset();
    std::string& skip = options_.method.skip;
    if (skip.empty()) skip = MethodDefaultSkip(options_.method.name);
    if (skip == "none") skip.clear();
  }

  StatusOr<std::string> Run() {
    progress_->Begin("find bits", 0);
    DC_ASSIGN_OR_RETURN(const double dense, ErrorOf(graph_));
    const double allowed = dense + limit_;
    for (const std::string& part : Parts()) {
      DC_ASSIGN_OR_RETURN(const int fewest, FewestAlone(part, allowed));
      if (fewest > 0) bits_[part] = fewest;
    }
    for (;;) {
      DC_ASSIGN_OR_RETURN(const auto error, ErrorWith(bits_));
      if (error && *error <= allowed + 1e-9) break;
      auto fewest = std::min_element(bits_.begin(), bits_.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      });
      if (fewest == bits_.end() || fewest->second >= most_.at(fewest->first)) {
        return GoalNotMet("the method " + options_.method.name + " stays within " +
                              Fixed(limit_, 2) +
                              " points of the float network's error with none "
                              "of its bits",
                          "", "allow more, or train with --epochs and --bits of your own");
      }
      fewest->second *= 2;
    }
    const std::string text = Text(bits_);
    progress_->End(text);
    return text;
  }

 private:
  using Bits = std::map<std::string, int>;

  // What has bits of its own: kinds of layers that there are, and activations.
  std::vector<std::string> Parts() const {
    std::vector<std::string> parts;
    for (const WeightRef& ref : ListWeights(graph_)) {
      const std::string kind = ref.kind == LayerKind::kConv ? "conv" : "fc";
      if (std::find(parts.begin(), parts.end(), kind) == parts.end()) parts.push_back(kind);
    }
    parts.push_back("a");
    return parts;
  }

  // Everything that is not named stays float.
  std::string Text(const Bits& bits) const {
    std::string text;
    for (const auto& [part, number] : bits) {
      text += (text.empty() ? "" : ",") + part + "=" + std::to_string(number);
    }
    return bits.count("a") ? text : text + ",a=32";
  }

  // The fewest bits of `part` with everything else float; 0 where the method has none for it.
  StatusOr<int> FewestAlone(const std::string& part, double allowed) {
    int fewest = 0;
    for (int bits = kMostBits; bits >= kLeastBits; bits /= 2) {
      Bits alone = {{part, bits}};
      DC_ASSIGN_OR_RETURN(const auto error, ErrorWith(alone));
      if (!error) continue;  // the method has no such grid
      most_.emplace(part, bits);
      if (fewest == 0) fewest = bits;
      if (*error > allowed + 1e-9) break;
      fewest = bits;
    }
    return fewest;
  }

  // The error with these bits; nothing where the method refuses them.
  StatusOr<std::optional<double>> ErrorWith(const Bits& bits) {
    QuantizeOptions options = options_;
    options.method.bits = Text(bits);
    const bool weights = bits.count("conv") > 0 || bits.count("fc") > 0;
    if (!weights) options.method.bits = "w=32," + options.method.bits;
    // Layers of a kind that has no bits stay float.
    for (const WeightRef& ref : ListWeights(graph_)) {
      const std::string kind = ref.kind == LayerKind::kConv ? "conv" : "fc";
      if (weights && !bits.count(kind)) options.method.skip += "," + ref.name;
    }
    Graph quantized = graph_;
    std::vector<LayerQuantization> layers;
    int epochs = 0;
    if (options.method.skip.empty()) options.method.skip = "none";
    const Status status =
        RunMethod(options, training_, &data_, &quantized, &layers, &epochs, &part_);
    if (status.code() == StatusCode::kUsage) return std::optional<double>();
    DC_RETURN_IF_ERROR(status);
    DC_ASSIGN_OR_RETURN(const double error, ErrorOf(quantized));
    progress_->Note(Text(bits) + ": error " + Fixed(error, 2) + " % of held-out training images");
    return std::optional<double>(error);
  }

  StatusOr<double> ErrorOf(const Graph& graph) {
    Graph floats = graph;
    DC_RETURN_IF_ERROR(DequantizeAll(&floats));
    DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph.metadata));
    DC_ASSIGN_OR_RETURN(const EvalResult result,
                        Evaluate(floats, data_, data_.test, preprocess, training_.threads, &part_));
    return result.error_percent;
  }

  QuantizeOptions options_;
  TrainOptions training_;
  const Graph& graph_;
  Dataset data_;
  Progress* progress_;
  PartProgress part_;
  const double limit_;
  Bits bits_, most_;
};

}  // namespace

StatusOr<std::string> FindMethodBits(const QuantizeOptions& options, const TrainOptions& training,
                                     const Dataset& data, const Graph& graph, Progress* progress) {
  return Search(options, training, data, graph, OrSilent(progress)).Run();
}

}  // namespace dc
