// ONNX Runtime in a child process (node and onnxruntime-node), for benchmarks against it.
#ifndef DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_
#define DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

struct PeerTimes {
  double min_us = 0, median_us = 0;
};

// One model in one process, which runs only while it is asked to.
class OnnxRuntimePeer {
 public:
  // Loads `model` and takes `input` (batch samples of `shape`, whose dimension 0 is ignored).
  // `folder` holds node_modules/onnxruntime-node. Unsupported where node or the package is absent.
  static StatusOr<OnnxRuntimePeer> Start(const std::string& folder, const std::string& model,
                                         const std::string& input,
                                         const std::vector<int64_t>& shape, int64_t batch,
                                         int threads);
  OnnxRuntimePeer(OnnxRuntimePeer&& other) noexcept;
  OnnxRuntimePeer& operator=(OnnxRuntimePeer&&) = delete;
  ~OnnxRuntimePeer();

  // Milliseconds that creating the session took.
  double load_ms() const { return load_ms_; }
  StatusOr<PeerTimes> Time(double seconds);
  // The first output; `scratch` names a file that it may write.
  StatusOr<std::vector<float>> Output(const std::string& scratch);

 private:
  OnnxRuntimePeer() = default;
  StatusOr<std::string> Ask(const std::string& line);
  StatusOr<std::string> ReadLine();

  pid_t process_ = -1;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
  double load_ms_ = 0;
};

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_ONNXRUNTIME_PEER_H_
