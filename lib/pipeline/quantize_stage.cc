#include <string>
#include <utility>
#include <vector>

#include "dc/stages.h"
#include "dc/weights.h"
#include "pipeline/constrained_training.h"
#include "pipeline/history.h"
#include "pipeline/left_alone.h"
#include "pipeline/stage_clock.h"

namespace dc {

StatusOr<StageReport> RunQuantize(const QuantizeOptions& options, const TrainOptions& fine_tune,
                                  const Dataset* data, Graph* graph, Progress* progress) {
  const StageClock clock;
  if (fine_tune.epochs > 0 && !data) {
    return UsageError("fine-tuning needs data", "", "give --data, or --epochs 0");
  }
  RecordBaseline(graph);
  DC_RETURN_IF_ERROR(DequantizeAll(graph));
  const Graph original = *graph;
  DC_ASSIGN_OR_RETURN(const std::vector<LayerQuantization> layers,
                      QuantizeGraph(options, graph, progress));
  StageReport report;
  report.name = "quantize";
  if (fine_tune.epochs > 0) {
    DC_ASSIGN_OR_RETURN(const auto quantized, QuantizedWeightsOf(*graph));
    DC_RETURN_IF_ERROR(DequantizeAll(graph));
    DC_ASSIGN_OR_RETURN(const TrainResult result,
                        TrainConstrained(fine_tune, *data, quantized, original,
                                         /*keep_zeros=*/true, graph, progress));
    report.epochs = static_cast<int>(result.epochs.size());
  }
  report.uncompressed = NotQuantized(*graph);
  RecordStage("quantize",
              "epochs=" + std::to_string(fine_tune.epochs) + " bits=" + options.bits.ToString() +
                  " policy=" + options.policy.ToString(),
              options.seed, graph);
  const std::vector<LayerDensity> densities = Densities(*graph);
  for (const LayerQuantization& layer : layers) {
    LayerOutcome outcome;
    outcome.name = layer.name;
    outcome.policy = layer.policy;
    outcome.bits = layer.bits;
    outcome.codebook_entries = static_cast<uint64_t>(layer.entries);
    outcome.rms_error = layer.rms_error;
    for (const LayerDensity& density : densities) {
      if (density.name != layer.name) continue;
      outcome.weights = static_cast<uint64_t>(density.weights);
      outcome.survivors = static_cast<uint64_t>(density.survivors);
    }
    report.layers.push_back(outcome);
  }
  if (data) {
    DC_ASSIGN_OR_RETURN(const EvalResult test,
                        EvaluateGraph(*graph, *data, fine_tune.threads, progress));
    report.error_percent = test.error_percent;
  }
  report.seconds = clock.Seconds();
  return report;
}

}  // namespace dc
