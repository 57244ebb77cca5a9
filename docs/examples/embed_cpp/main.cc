// Loads a model once and runs it from several threads at the same time.
// usage: embed_cpp MODEL.dcz [THREADS]
#include <dc/runtime.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: embed_cpp MODEL.dcz [THREADS]\n");
    return 2;
  }
  const auto session = dc::Session::LoadFile(argv[1], {.threads = 1});
  if (!session.ok()) {
    std::fprintf(stderr, "embed_cpp: error: %s\n", session.status().ToString().c_str());
    return 1;
  }

  // One model, as many callers as there are threads, each with buffers of its own.
  const size_t threads = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 2;
  const std::vector<float> input(dc::FloatsOf(session->input().shape, 1), 0.5f);
  std::vector<std::vector<float>> outputs(threads);
  std::vector<dc::Status> results(threads);
  std::vector<std::thread> callers;
  for (size_t t = 0; t < threads; ++t) {
    callers.emplace_back([&, t] {
      outputs[t].resize(dc::FloatsOf(session->output().shape, 1));
      results[t] = session->Run(1, input, outputs[t]);
    });
  }
  for (std::thread& caller : callers) caller.join();

  for (size_t t = 0; t < threads; ++t) {
    if (!results[t].ok()) {
      std::fprintf(stderr, "embed_cpp: error: %s\n", results[t].ToString().c_str());
      return 1;
    }
    if (outputs[t] != outputs[0]) return 1;
  }
  if (threads > 0) {
    for (float value : outputs[0]) std::printf("%.6g\n", value);
  }
  return 0;
}
