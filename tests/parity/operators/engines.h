// The engines that are compared. Each takes a model as a user would hand it over and a batch of
// inputs, and returns the output's values or why it does not cover the model.
#ifndef DC_TESTS_PARITY_OPERATORS_ENGINES_H_
#define DC_TESTS_PARITY_OPERATORS_ENGINES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/peer/peer_process.h"
#include "dc/graph.h"
#include "dc/runtime.h"
#include "dc/status.h"

namespace dc {

// `size` values per sample.
struct Batch {
  int64_t samples = 0;
  std::vector<float> values;

  size_t size() const { return values.size() / static_cast<size_t>(samples); }
  // The samples from `first` on, `count` of them.
  Batch Part(int64_t first, int64_t count) const;
};

// The trainer's forward pass in inference mode, `batch` samples at a time.
StatusOr<std::vector<float>> RunTrainer(const Graph& graph, const Batch& input);

// `graph` as a .dcz, loaded by the runtime.
StatusOr<Session> LoadInRuntime(const Graph& graph, const SessionOptions& options);

// Runs `session`, `at_once` samples at a time.
StatusOr<std::vector<float>> RunSession(const Session& session, const Batch& input,
                                        int64_t at_once);

// ONNX Runtime in one process for all models.
class OnnxRuntimeJudge {
 public:
  // Null where it cannot be had.
  static std::unique_ptr<OnnxRuntimeJudge> Make();
  ~OnnxRuntimeJudge();

  // The model file `path` on `input`, all samples at once, or one by one where the model fixes its
  // batch at 1.
  StatusOr<std::vector<float>> Run(const std::string& path, const Graph& graph, const Batch& input);

 private:
  explicit OnnxRuntimeJudge(std::string folder) : folder_(std::move(folder)) {}
  StatusOr<std::vector<float>> RunOnce(const std::string& path, const Graph& graph,
                                       const Batch& input);

  std::string folder_;
  std::unique_ptr<PeerProcess> process_;
};

}  // namespace dc

#endif  // DC_TESTS_PARITY_OPERATORS_ENGINES_H_
