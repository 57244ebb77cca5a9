// Where a constant can be added to what a layer computes, and what is put right there.
#ifndef DC_PIPELINE_OUTPUT_REPAIR_H_
#define DC_PIPELINE_OUTPUT_REPAIR_H_

#include <string>
#include <vector>

#include "calibrate/layer_rows.h"
#include "dc/graph.h"
#include "dc/weights.h"
#include "model/input_moments.h"

namespace dc {

// What follows a layer: the initializers of a bias of its own, or of a batch norm. "" where there
// is none that this layer alone uses.
struct OutputRepair {
  std::string bias;
  std::string scale, mean, variance;
  double epsilon = 0;

  // Outputs may be off by a constant per channel: it is made up for.
  bool any() const { return !bias.empty() || !mean.empty(); }
};

OutputRepair FindOutputRepair(const Graph& graph, const WeightRef& weight);

// The square of what batch norm multiplies each output with; ones without one.
std::vector<double> OutputGains(const Graph& graph, const OutputRepair& repair, int64_t outputs);

// Sets bias or statistics of `graph`, whose weight `ref` has been changed, so that each output has
// the mean (before a batch norm also the variance, in proportion) that it has in `reference`:
//   bias += w E[r] - w' E[x];  mean += w' E[x] - w E[r],  variance *= w' Cov[x] w'^T / w Cov[r] w^T
void RepairOutputs(const OutputRepair& repair, const WeightRef& ref,
                   const calibrate::LayerRows& rows, const std::vector<InputMoments>& moments,
                   const Graph& reference, Graph* graph);

}  // namespace dc

#endif  // DC_PIPELINE_OUTPUT_REPAIR_H_
