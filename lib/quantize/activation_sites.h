// Where the values that layers read come from, and quantizers in their place.
#ifndef DC_QUANTIZE_ACTIVATION_SITES_H_
#define DC_QUANTIZE_ACTIVATION_SITES_H_

#include <set>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "model/quantizer_training.h"
#include "quantize/quantizers/minifloat.h"

namespace dc {

// A value that layers read as their input, perhaps through pools, reshapes and Dropout.
struct ActivationSite {
  std::string value;          // what the activation function writes; else what the layer reads
  bool has_function = false;  // an activation function writes it
  bool rectified = false;     // it is never negative
  bool is_input = false;      // the graph's input
  std::vector<std::string> weights;  // of the layers that read it
};

// The sites of the layers of `graph` (dc::ListWeights), in the order of the layers.
std::vector<ActivationSite> FindActivationSites(const Graph& graph);

// A quantizer of values to be placed.
struct ValueQuantizer {
  bool binary = false;
  int64_t low = 0, high = 0;  // of a uniform grid
  float scale = 1;
  QuantizerTraining training;
};

// Puts `quantizer` at `site`: in place of its activation function, where it has one and `replaces`;
// else after the value, for whoever reads it. Returns the name of the scale's initializer.
std::string PlaceQuantizer(const ActivationSite& site, const ValueQuantizer& quantizer,
                           bool replaces, Graph* graph);

// Puts a Clip to [low, high] in place of the activation function of `site`; after the value where
// it has none.
void PlaceClip(const ActivationSite& site, float low, float high, Graph* graph);

// Rounds the value of `site`, for whoever reads it, to floating point of few bits, by operators
// that every runtime has: a Clip, a Shrink (what is too small becomes 0), and Veltkamp's splitting
// y - (y - x) with y = (2^s + 1) x, which leaves 24 - s bits of x. The gradient passes where
// neither Clip nor Shrink stops it.
void PlaceMinifloat(const ActivationSite& site, const Minifloat& format, Graph* graph);

// Puts a QuantizeGradient with these attributes after the layers of `weights`.
void PlaceGradientQuantizers(const std::set<std::string>& weights,
                             const std::map<std::string, AttributeValue>& attributes, Graph* graph);

// Makes every BatchNormalization of `graph` shift-based while it is trained; and makes those usual
// ones again that compute the same.
void PlaceShiftNormalizations(Graph* graph);
void SettleShiftNormalizations(Graph* graph);

// Makes the scales that were used as the power of two above them that power, and fixed.
void SettlePowers(Graph* graph);

// Takes all QuantizeGradient nodes out again.
void RemoveGradientQuantizers(Graph* graph);

}  // namespace dc

#endif  // DC_QUANTIZE_ACTIVATION_SITES_H_
