// Prints the outputs of models for inputs of 0.5, to be compared between machines and kernels.
// usage: model_outputs [--reference] [--batch N] MODEL.dcz...
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "dc/runtime.h"

namespace {

size_t SampleSize(const std::vector<int64_t>& shape) {
  size_t size = 1;
  for (size_t d = 1; d < shape.size(); ++d) size *= static_cast<size_t>(shape[d]);
  return size;
}

dc::Status Print(const std::string& path, int64_t batch, const dc::SessionOptions& options) {
  DC_ASSIGN_OR_RETURN(const dc::Session session, dc::Session::LoadFile(path, options));
  const size_t samples = static_cast<size_t>(batch);
  const std::vector<float> input(samples * SampleSize(session.input().shape), 0.5f);
  std::vector<float> output(samples * SampleSize(session.output_shape()));
  DC_RETURN_IF_ERROR(session.Run(batch, input, output));
  for (float value : output) std::printf("%.9g\n", value);
  return dc::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  dc::SessionOptions options;
  int64_t batch = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--reference") == 0) {
      options.reference_kernels = true;
    } else if (std::strcmp(argv[i], "--batch") == 0 && i + 1 < argc) {
      batch = std::max<int64_t>(std::atoll(argv[++i]), 1);
    } else if (const dc::Status status = Print(argv[i], batch, options); !status.ok()) {
      std::fprintf(stderr, "model_outputs: error: %s\n", status.ToString().c_str());
      return 1;
    }
  }
  return 0;
}
