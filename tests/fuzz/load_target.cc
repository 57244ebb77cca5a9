#include <cmath>

#include "dc/runtime.h"
#include "fuzz/fuzz_targets.h"

namespace dc {

void FuzzLoad(std::span<const uint8_t> data) {
  auto session = Session::Load(WithChecksums(data), {});
  if (!session.ok()) return;
  // Running is bounded by what the graph asks for; only small networks are run here.
  if (session->inputs().size() != 1) return;
  const size_t inputs = FloatsOf(session->input().shape, 1);
  const size_t outputs = FloatsOf(session->output().shape, 1);
  if (inputs >= 10000 || outputs >= 10000) return;
  int64_t work = 0;
  for (const LayerPlan& layer : session->plan()) work += layer.weights;
  if (work > 10000) return;
  // Where no dimension is the batch there is one sample.
  const int64_t batch = FloatsOf(session->output().shape, 2) == 2 * outputs ? 2 : 1;
  const std::vector<float> input(FloatsOf(session->input().shape, batch), 0.25f);
  std::vector<float> output(FloatsOf(session->output().shape, batch), 0.0f);
  if (!session->Run(batch, input, output).ok() || batch == 1) return;
  // Two equal samples give equal results, one after the other where the batch is dimension 0.
  if (session->output().shape[0] >= 0) return;
  for (size_t i = 0; i < outputs; ++i) {
    const bool both_nan = std::isnan(output[i]) && std::isnan(output[outputs + i]);
    if (!both_nan && output[i] != output[outputs + i]) __builtin_trap();
  }
}

}  // namespace dc
