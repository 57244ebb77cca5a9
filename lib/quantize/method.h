// The interface of every method: a published way to train a quantized network, which says what
// quantizes weights, values and gradients, which layers stay float, and what changes on the way.
#ifndef DC_QUANTIZE_METHOD_H_
#define DC_QUANTIZE_METHOD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/layer_settings.h"
#include "dc/quantize.h"
#include "dc/status.h"
#include "dc/weights.h"
#include "model/observed_value.h"
#include "quantize/quantizer.h"

namespace dc {

// Bits of weights, activations, gradients and the network's input; 32 is float.
struct MethodBits {
  int weights = 32, activations = 32, gradients = 32, input = 32;
};

inline constexpr int kFloatBits = 32;

// What a method is given.
struct MethodContext {
  Graph* graph = nullptr;  // float weights; the method puts quantizers of values into it
  MethodBits bits;
  LayerSettings layer_bits;                     // of weights, where layers have bits of their own
  std::map<std::string, std::string> settings;  // a value for each of the method's options
  std::set<std::string> float_weights;          // layers that stay float
  uint64_t seed = 1;
  Observer observe;  // null without data
};

// The latent values of a weight in training, its learned ones after it, and word that they changed.
struct LatentAccess {
  std::function<std::span<float>(const std::string& weight)> latent;
  std::function<void(const std::string& weight)> changed;
};

// What a stage of training looks at the network with; both are null without data.
struct StageTools {
  Observer observe;
  ValueReader read;
};

// A part of the training, with a schedule of its own.
struct MethodStage {
  double share = 1;  // of the epochs, over the sum of all shares
  // Changes the network before the stage: `graph` holds the weights as they compute by then. May be
  // null. Must come to the same on every run, which may be one that goes on.
  std::function<Status(Graph* graph, const StageTools& tools)> begin;
  std::set<std::string> frozen;  // weights, biases, scales and statistics that the stage leaves
};

// What it makes of it.
struct MethodPlan {
  std::map<std::string, QuantizerSpec> weights;  // by name; also of biases
  std::map<std::string, double> step_scales;     // of the optimizer's steps; 1 where absent
  // Weights without values start uniform between -1 and 1, the range that latent ones are clipped
  // to.
  bool starts_uniform = false;
  // Biases take back what quantizing shifts the layers' outputs by; without training.
  bool corrects_biases = false;
  // One after the other; none: one stage of all epochs. Without epochs all begin, and none trains.
  std::vector<MethodStage> stages;
  // Of the weights that are float at first: the stage that they are quantized from on.
  std::map<std::string, size_t> first_stage;
  // Called before every step, of `total` in the stage; may be null.
  std::function<Status(int64_t step, int64_t total, const LatentAccess& access)> before_step;
};

class Method {
 public:
  virtual ~Method() = default;
  virtual MethodInfo info() const = 0;
  // UsageError or Unsupported for a graph, bits or settings that the method cannot have.
  virtual StatusOr<MethodPlan> Plan(MethodContext* context) const = 0;
};

// All methods, by name, and one of them; UsageError that lists them where there is none.
const std::vector<const Method*>& AllMethods();
StatusOr<const Method*> FindMethod(const std::string& name);

// The context that `options` ask for of `method`, on `graph`. UsageError for bits, layers or
// settings that do not go with it.
StatusOr<MethodContext> MakeMethodContext(const Method& method, const MethodOptions& options,
                                          Graph* graph);

// The weights of the context's graph that are quantized: all but float_weights.
std::vector<WeightRef> QuantizedLayers(const MethodContext& context);

}  // namespace dc

#endif  // DC_QUANTIZE_METHOD_H_
