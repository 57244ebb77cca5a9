#include <cmath>

#include "dc/runtime.h"
#include "fuzz/fuzz_targets.h"

namespace dc {

void FuzzLoad(std::span<const uint8_t> data) {
  auto session = Session::Load(WithChecksums(data), {});
  if (!session.ok()) return;
  // Running is bounded by what the graph asks for; only small networks are run here.
  const auto sample = [](const std::vector<int64_t>& shape) {
    size_t size = 1;
    for (size_t d = 1; d < shape.size() && size < 100000; ++d) {
      size *= static_cast<size_t>(shape[d]);
    }
    return size;
  };
  const size_t inputs = sample(session->input().shape), outputs = sample(session->output_shape());
  if (inputs >= 10000 || outputs >= 10000) return;
  int64_t work = 0;
  for (const LayerPlan& layer : session->plan()) work += layer.weights;
  if (work > 10000) return;
  const std::vector<float> input(2 * inputs, 0.25f);
  std::vector<float> output(2 * outputs, 0.0f);
  if (!session->Run(2, input, output).ok()) return;
  // Two equal samples give equal results.
  for (size_t i = 0; i < outputs; ++i) {
    const bool both_nan = std::isnan(output[i]) && std::isnan(output[outputs + i]);
    if (!both_nan && output[i] != output[outputs + i]) __builtin_trap();
  }
}

}  // namespace dc
