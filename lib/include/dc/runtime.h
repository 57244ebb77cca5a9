// The runtime: loads a .dcz and executes its compressed weights. Links no ONNX, protobuf, Boost or
// oneDNN; uses no exceptions and no iostreams.
#ifndef DC_RUNTIME_H_
#define DC_RUNTIME_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

struct SessionOptions {
  int threads = 1;                 // 0: one a core
  bool reference_kernels = false;  // plain loops only: the meaning that fast kernels are held to
};

// How the session executes one layer.
struct LayerPlan {
  std::string name, op, form, kernel, reason;
  int64_t weights = 0, survivors = 0;
  int64_t resident_bytes = 0;  // of the weight in memory, as executed
};

// How stored pixel values become inputs; see dc::Preprocess.
struct SessionInput {
  std::string name;
  std::vector<int64_t> shape;  // dimension 0, the batch, is -1
  float scale = 1.0f / 255.0f;
  std::vector<float> mean, deviation;
  bool channels_last = false, reverse_channels = false;
};

// A loaded model. Move-only; Run may be called from one thread at a time.
class Session {
 public:
  // Loads from `bytes`, which may be freed afterwards. BadInput on any damage.
  static StatusOr<Session> Load(std::span<const uint8_t> bytes, const SessionOptions& options);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const SessionInput& input() const;
  // Shape of the first output, dimension 0 (the batch) being -1.
  const std::vector<int64_t>& output_shape() const;
  const std::vector<LayerPlan>& plan() const;

  // Runs `batch` samples: `input` holds batch * (product of input().shape[1..]) floats, already
  // scaled; `output` receives batch * (product of output_shape()[1..]). The first call with a
  // larger batch than before plans memory; calls after it do not allocate.
  Status Run(int64_t batch, std::span<const float> input, std::span<float> output);

 private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dc

#endif  // DC_RUNTIME_H_
