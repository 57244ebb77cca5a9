// Han et al. 2015, section 3.5: neurons without input or output connections are removed. Here their
// remaining connections become zeros, so that shapes stay and the entropy coder pays nothing.
#include <optional>
#include <span>
#include <vector>

#include "dc/prune.h"
#include "prune/neuron_link.h"

namespace dc {
namespace {

// A weight as outputs x inputs, whatever the order that it is stored in.
struct Connections {
  std::span<float> values;
  int64_t outputs, inputs;
  bool output_major;

  Connections(const WeightRef& ref, Graph* graph)
      : values(graph->initializers.at(ref.name).f32()),
        outputs(ref.outputs()),
        inputs(ref.inputs()),
        output_major(ref.output_major()) {}

  int64_t OutputOf(size_t position) const {
    const auto i = static_cast<int64_t>(position);
    return output_major ? i / inputs : i % outputs;
  }
  int64_t InputOf(size_t position) const {
    const auto i = static_cast<int64_t>(position);
    return output_major ? i % inputs : i / outputs;
  }
  float& At(int64_t output, int64_t input) {
    return values[static_cast<size_t>(output_major ? output * inputs + input
                                                   : input * outputs + output)];
  }
};

// Marks the neurons that have an input left (in `from`) or a reader left (in `to`).
void FindAlive(const Connections& from, const Connections& to, int64_t block,
               std::vector<uint8_t>* has_input, std::vector<uint8_t>* has_reader) {
  for (size_t i = 0; i < from.values.size(); ++i) {
    if (from.values[i] != 0.0f) (*has_input)[from.OutputOf(i)] = 1;
  }
  for (size_t i = 0; i < to.values.size(); ++i) {
    if (to.values[i] != 0.0f) (*has_reader)[to.InputOf(i) / block] = 1;
  }
}

// Moves the constant that neuron c gives into the biases behind it and cuts its readers off.
void Absorb(const NeuronLink& link, int64_t c, double value, Graph* graph) {
  Connections to(link.to, graph);
  for (int64_t o = 0; o < to.outputs; ++o) {
    double sum = 0;
    for (int64_t i = c * link.block; i < (c + 1) * link.block; ++i) {
      sum += to.At(o, i);
      to.At(o, i) = 0.0f;
    }
    if (value == 0) continue;
    float& bias = graph->initializers.at(link.to.bias).f32()[static_cast<size_t>(o)];
    bias = static_cast<float>(bias + value * sum);
  }
}

// Buries the neurons of one link that died; returns how many.
int BuryDead(const NeuronLink& link, Graph* graph) {
  const auto neurons = static_cast<size_t>(link.neurons());
  std::vector<uint8_t> has_input(neurons), has_reader(neurons);
  Connections from(link.from, graph);
  FindAlive(from, Connections(link.to, graph), link.block, &has_input, &has_reader);
  int died = 0;
  for (size_t c = 0; c < neurons; ++c) {
    if (has_input[c] && has_reader[c]) continue;
    float none = 0;
    float& bias = link.from.bias.empty() ? none : graph->initializers.at(link.from.bias).f32()[c];
    const auto neuron = static_cast<int64_t>(c);
    if (has_reader[c]) {
      const std::optional<double> value = ConstantBehind(*graph, link, neuron);
      if (!value || (*value != 0 && (link.pads || !link.takes_constant))) continue;
      Absorb(link, neuron, *value, graph);
    } else if (has_input[c]) {
      for (int64_t i = 0; i < from.inputs; ++i) from.At(neuron, i) = 0.0f;
    } else if (bias == 0.0f) {
      continue;  // was dead already
    }
    bias = 0.0f;
    ++died;
  }
  return died;
}

}  // namespace

StatusOr<int> RemoveDeadNeurons(Graph* graph) {
  const std::vector<NeuronLink> links = FindNeuronLinks(*graph);
  int died = 0;
  for (bool changed = true; changed;) {
    changed = false;
    // Backwards, then forwards: a neuron without readers can kill those before it, one without
    // inputs those behind it.
    for (size_t i = links.size(); i-- > 0;) {
      const int buried = BuryDead(links[i], graph);
      died += buried;
      changed |= buried > 0;
    }
    for (const NeuronLink& link : links) {
      const int buried = BuryDead(link, graph);
      died += buried;
      changed |= buried > 0;
    }
  }
  return died;
}

}  // namespace dc
