// Quantizes a weight through the installed pipeline (the policies registered themselves, so the
// linker was told to keep all of their object files) and uses the runtime beside it: both have a
// dc::Status.
#include <dc/decode.h>
#include <dc/quantize.h>
#include <dc/runtime.h>
#include <dc/tensor.h>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  const std::vector<float> values = {-1.0f, -1.1f, 0.9f, 1.1f};
  dc::LayerQuantization report;
  const auto weight = dc::QuantizeWeight(dc::Tensor::F32({2, 2}, values), "kmeans", 1,
                                         dc::PolicySettings{}, 1, &report);
  if (!weight.ok()) {
    std::printf("%s\n", weight.status().ToString().c_str());
    return 1;
  }
  std::printf("%zu centroids\n", weight->codebook.size());
  const std::vector<uint8_t> garbage(1000, 0x5A);
  const auto graph = dc::DecodeModel(garbage);
  const auto session = dc::Session::Load(garbage, {});
  if (graph.ok() || session.ok()) return 1;
  std::printf("%s\n", graph.status().ToString().c_str());
  std::printf("%s\n", session.status().ToString().c_str());
  return 0;
}
