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

dc::Status Print(const std::string& path, int64_t batch, const dc::SessionOptions& options) {
  DC_ASSIGN_OR_RETURN(const dc::Session session, dc::Session::LoadFile(path, options));
  const std::vector<float> input(dc::FloatsOf(session.input().shape, batch), 0.5f);
  std::vector<float> output(dc::FloatsOf(session.output().shape, batch));
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
