// Ternary neural networks: a teacher with real weights, whose neurons fire -1, 0 or 1 at random by
// the tanh of what they sum, is trained first. Its layers are then made ternary one after the
// other: each neuron of the student gets -1, 0 or 1 for weights, by a threshold for each sign, and
// two thresholds for its output, such that it agrees the most with its teacher on training samples.
// The layers above, which are the teacher's still, go on training on what the student's then give.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "model/node_attributes.h"
#include "model/readers.h"
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"
#include "quantize/methods/tnn_neuron.h"

namespace dc {
namespace {

// A fully connected layer and its batch normalization, by name.
struct TernaryLayer {
  std::string weight, bias, norm;
  std::string scale, shift, mean, variance;
  bool output_major = false;
  std::string function;  // what the activation function writes; "" of the last layer
  std::set<std::string> learned() const {
    std::set<std::string> names = {weight, scale, shift, mean, variance};
    if (!bias.empty()) names.insert(bias);
    return names;
  }
};

StatusOr<TernaryLayer> LayerOf(const Graph& graph, const WeightRef& ref, bool last) {
  const Status not_covered = Unsupported(
      "the method tnn makes ternary what is fully connected, batch-normalized and, but for the "
      "last "
      "layer, has an activation function right after that",
      "weight " + ref.name, "choose bnn, twn or another method");
  const Node& node = graph.nodes[ref.node];
  if (ref.kind != LayerKind::kFullyConnected || !ref.is_one_matrix() || ref.input != 1) {
    return not_covered;
  }
  TernaryLayer layer;
  layer.weight = ref.name;
  layer.bias = ref.bias;
  layer.output_major = ref.output_major();
  const auto reader_of = [&graph](const std::string& value) {
    const auto reader = OnlyReader(graph, value);
    return reader ? &graph.nodes[*reader] : nullptr;
  };
  const Node* next = reader_of(node.outputs[0]);
  const op::Operator* record = next == nullptr ? nullptr : OperatorOf(*next);
  if (record != nullptr && record->Has(op::kAdds) && !ref.bias.empty()) {
    next = reader_of(next->outputs[0]);
    record = next == nullptr ? nullptr : OperatorOf(*next);
  }
  if (record == nullptr || !record->Has(op::kBlends)) return not_covered;
  layer.norm = next->outputs[0];
  layer.scale = next->Input(1);
  layer.shift = next->Input(2);
  layer.mean = next->Input(3);
  layer.variance = next->Input(4);
  if (last) return layer;
  const Node* function = reader_of(layer.norm);
  if (function == nullptr) return not_covered;
  layer.function = function->outputs[0];
  return layer;
}

// Puts tanh, and chance, in place of the activation function of `layer`.
Status MakeTeacher(const TernaryLayer& layer, const std::vector<ActivationSite>& sites,
                   Graph* graph) {
  const auto site = std::find_if(sites.begin(), sites.end(), [&](const ActivationSite& each) {
    return each.value == layer.function && each.has_function;
  });
  if (site == sites.end()) {
    return Unsupported("the method tnn needs an activation function that the next layer reads",
                       "weight " + layer.weight, "add one to the model");
  }
  Node& function =
      graph->nodes[static_cast<size_t>(graph->Producer(layer.function) - graph->nodes.data())];
  function.op = op::kTanh.name;
  function.inputs.resize(1);
  function.attributes.clear();
  ValueQuantizer chance;
  chance.low = -1;
  chance.high = 1;
  chance.training.stochastic = true;
  PlaceQuantizer(*site, chance, /*replaces=*/false, graph);
  return OkStatus();
}

// The values of a parameter.
std::span<float> Values(const std::string& name, Graph* graph) {
  return graph->initializers.at(name).f32();
}

// Makes the batch normalization compute (sum - mean) * scale + shift.
void SetNormalization(const TernaryLayer& layer, size_t neuron, float mean, float scale,
                      float shift, float epsilon, Graph* graph) {
  Values(layer.mean, graph)[neuron] = mean;
  Values(layer.variance, graph)[neuron] = 1.0f - epsilon;
  Values(layer.scale, graph)[neuron] = scale;
  Values(layer.shift, graph)[neuron] = shift;
}

// The line that is closest to `wanted` over `sums`.
struct Line {
  float slope = 0, start = 0;
};
Line LeastSquares(std::span<const float> sums, std::span<const float> wanted) {
  const auto n = static_cast<double>(sums.size());
  double x = 0, y = 0, xx = 0, xy = 0;
  for (size_t s = 0; s < sums.size(); ++s) {
    x += sums[s];
    y += wanted[s];
    xx += static_cast<double>(sums[s]) * sums[s];
    xy += static_cast<double>(sums[s]) * wanted[s];
  }
  const double of_x = xx - x * x / n;
  const double slope = of_x > 1e-12 ? (xy - x * y / n) / of_x : 0.0;
  return {static_cast<float>(slope), static_cast<float>((y - slope * x) / n)};
}

// The rounding after the tanh of `layer` reads what the tanh did, and leaves nothing to chance.
void RemoveTanh(const TernaryLayer& layer, Graph* graph) {
  const auto tanh =
      static_cast<std::ptrdiff_t>(graph->Producer(layer.function) - graph->nodes.data());
  for (const size_t reader : graph->Consumers(layer.function)) {
    Node& rounding = graph->nodes[reader];
    rounding.inputs[0] = layer.norm;
    QuantizerTraining{}.SetOn(&rounding);
  }
  graph->nodes.erase(graph->nodes.begin() + tanh);
}

// From one sample after the other to one input after the other.
NeuronInputs InputsOf(const std::vector<float>& read, size_t width) {
  NeuronInputs inputs;
  inputs.samples = read.size() / width;
  inputs.values.resize(read.size());
  inputs.whole = true;
  for (size_t s = 0; s < inputs.samples; ++s) {
    for (size_t k = 0; k < width; ++k) {
      const float value = read[s * width + k];
      inputs.values[k * inputs.samples + s] = value;
      inputs.whole &= value == std::nearbyint(value);
    }
  }
  return inputs;
}

// The teacher's real weights of `layer` become the student's. The last layer has no thresholds: its
// sums are to go up and down as the teacher's, and its normalization scales them alike.
Status MakeStudent(const TernaryLayer& layer, int64_t samples, Graph* graph,
                   const StageTools& tools) {
  const bool last = layer.function.empty();
  if (!tools.read) return NeedsData("tnn");
  const std::string& taught = last ? layer.norm : layer.function;
  // What it reads is the student's by now.
  const std::string input = graph->nodes[graph->Consumers(layer.weight).front()].Input(0);
  DC_ASSIGN_OR_RETURN(auto read, tools.read(*graph, {input, taught}, samples));
  const std::span<float> weights = Values(layer.weight, graph);
  const size_t neurons = Values(layer.scale, graph).size(), width = weights.size() / neurons;
  const NeuronInputs inputs = InputsOf(read.at(input), width);
  const std::vector<float>& outputs = read.at(taught);
  if (inputs.samples == 0 || outputs.size() != inputs.samples * neurons) {
    return Unsupported("the layer does not read one row for each sample", "weight " + layer.weight,
                       "choose another method than tnn");
  }
  const float epsilon = graph->Producer(layer.norm)->Float("epsilon", 1e-5f);
  std::vector<float> own(width), wanted(inputs.samples);
  const auto place = [&](size_t n, size_t k) {
    return layer.output_major ? n * width + k : k * neurons + n;
  };
  for (size_t n = 0; n < neurons; ++n) {
    // A normalization with a negative scale turns the neuron around.
    const float sign = Values(layer.scale, graph)[n] < 0 ? -1.0f : 1.0f;
    for (size_t k = 0; k < width; ++k) own[k] = sign * weights[place(n, k)];
    for (size_t s = 0; s < inputs.samples; ++s) wanted[s] = outputs[s * neurons + n];
    const TernaryNeuron neuron = FitNeuron(inputs, own, [&](std::span<const float> sums) {
      return last ? SquaredCorrelation(sums, wanted)
                  : BestThresholds(sums, wanted, inputs.whole).agreement;
    });
    for (size_t k = 0; k < width; ++k) weights[place(n, k)] = neuron.weights[k];
    if (last) {
      const Line line = LeastSquares(neuron.sums, wanted);
      SetNormalization(layer, n, 0, line.slope, line.start, epsilon, graph);
    } else {
      // Its thresholds become those of the rounding after it, -0.5 and 0.5.
      const OutputThresholds best = BestThresholds(neuron.sums, wanted, inputs.whole);
      SetNormalization(layer, n, (best.low + best.high) / 2, 1 / (best.high - best.low), 0, epsilon,
                       graph);
    }
  }
  if (!layer.bias.empty()) std::ranges::fill(Values(layer.bias, graph), 0.0f);
  if (!last) RemoveTanh(layer, graph);
  return OkStatus();
}

StatusOr<MethodPlan> PlanTnn(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 2, 2, false));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", context->bits.activations, 2, 2, false));
  DC_ASSIGN_OR_RETURN(const bool retrains, YesOrNo(*context, "retrain"));
  const int64_t samples = std::atoll(context->settings.at("samples").c_str());
  const double share = std::strtod(context->settings.at("teacher").c_str(), nullptr);
  if (samples < 10 || samples > 1000000) {
    return UsageError("neurons cannot be fitted on " + context->settings.at("samples") + " samples",
                      "samples", "give 10 to 1000000");
  }
  if (!(share > 0 && share < 1)) {
    return UsageError(
        "the teacher cannot have " + context->settings.at("teacher") + " of the epochs", "teacher",
        "give a share between 0 and 1");
  }
  if (!context->float_weights.empty()) {
    return UsageError("the method tnn makes every layer ternary", "skip", "use --skip none");
  }
  if (!context->observe) return NeedsData("tnn");
  Graph* graph = context->graph;
  std::vector<TernaryLayer> layers;
  const std::vector<WeightRef> weights = ListWeights(*graph);
  for (const WeightRef& ref : weights) {
    const bool last = &ref == &weights.back();
    DC_ASSIGN_OR_RETURN(layers.emplace_back(), LayerOf(*graph, ref, last));
  }
  const std::vector<ActivationSite> sites = FindActivationSites(*graph);
  for (const TernaryLayer& layer : layers) {
    if (!layer.function.empty()) DC_RETURN_IF_ERROR(MakeTeacher(layer, sites, graph));
  }
  QuantizeWeights(*context, {"uniform", 2, {{"range", "unit"}, {"narrow", "yes"}}}, &plan);
  plan.stages.push_back({.share = share, .begin = nullptr, .frozen = {}});
  // What the last layer's normalization needs is little.
  const double rest = (1 - share) / static_cast<double>(layers.size());
  std::set<std::string> frozen;
  for (const TernaryLayer& layer : layers) {
    const bool last = layer.function.empty();
    frozen.merge(layer.learned());
    if (last) {
      frozen.erase(layer.scale);
      frozen.erase(layer.shift);
    }
    plan.first_stage[layer.weight] = plan.stages.size();
    plan.stages.push_back({.share = retrains || last ? rest : 0.0,
                           .begin =
                               [layer, samples](Graph* at, const StageTools& tools) {
                                 return MakeStudent(layer, samples, at, tools);
                               },
                           .frozen = frozen});
  }
  return plan;
}

}  // namespace

const Method* TnnMethod() {
  static const FunctionMethod method(
      {.name = "tnn",
       .paper = "Alemdar et al. 2017, arXiv 1609.00222",
       .summary = "ternary weights and activations, made layer by layer after a teacher",
       .bits = "w=2,a=2",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {{"teacher", "0.5", "share of the epochs before the first layer is made ternary"},
                   {"retrain", "yes", "the teacher's layers above those that are made ternary"},
                   {"samples", "5000", "training images that a layer is fitted on"}}},
      PlanTnn);
  return &method;
}

}  // namespace dc
