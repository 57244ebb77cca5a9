// The runtime: loads a .dcz and executes its compressed weights. Links no ONNX, protobuf, Boost or
// oneDNN; uses no exceptions and no iostreams.
#ifndef DC_RUNTIME_H_
#define DC_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dc/api.h"
#include "dc/status.h"

namespace dc {

namespace runtime {
class LoadedModel;
}

// Where a session takes its large buffers from; the heap where `allocate` is null. Both are called
// from whatever thread calls Load or Run, also several at a time.
struct Allocator {
  // `bytes` (above 0) at a multiple of `alignment` (a power of two, 64 at most); null where there
  // are none, which Load and Run report as NoMemory.
  void* (*allocate)(void* context, size_t bytes, size_t alignment) = nullptr;
  void (*release)(void* context, void* memory, size_t bytes) = nullptr;
  void* context = nullptr;  // outlives the session
};

struct SessionOptions {
  int threads = 1;                 // of one Run; 0: one per core
  bool reference_kernels = false;  // plain loops only: the meaning that fast kernels are held to
  // From it come the weights as they are executed, the activations and, in LoadFile, the file's
  // bytes while it loads. From the heap come names, shapes and the plan (a few hundred bytes per
  // operator) and what decoding needs while the model loads.
  Allocator allocator = {};
  // Not null: receives every reason why a model cannot be executed, of which loading returns the
  // first.
  std::vector<Status>* reasons = nullptr;
};

// How the session executes one layer.
struct LayerPlan {
  std::string name, op, form, reason;
  std::string kernel;        // for single samples
  std::string batch_kernel;  // for blocks of several samples
  int64_t weights = 0, survivors = 0;
  // Of the weight in memory, as executed on single samples. Sparse fully connected layers are laid
  // out a second time when a batch first comes; see StepTime.
  int64_t resident_bytes = 0;
};

// What one step of the network took. Activations that a layer computes on the way have none.
struct StepTime {
  std::string op;
  int64_t layer = -1;  // number in Session::plan(), or -1 without weights
  double microseconds = 0;
  int64_t resident_bytes = 0;  // of the weight, all forms that it has by now
};

struct StepTimes {
  int64_t block = 1;  // samples that go through the network together
  std::vector<StepTime> steps;
};

// How stored pixel values become inputs; see dc::Preprocess.
struct SessionInput {
  std::string name;
  std::vector<int64_t> shape;  // dimension 0, the batch, is -1
  float scale = 1.0f / 255.0f;
  bool scale_said = false;  // else `scale` is meant for bytes: float samples are read as they are
  std::vector<float> mean, deviation;
  bool channels_last = false, reverse_channels = false;
};

// One output of the model.
struct SessionOutput {
  std::string name;            // "" where names were dropped
  std::vector<int64_t> shape;  // as declared, -1: any; empty: not declared
  bool logistic = false;       // values of a Sigmoid: above a half means yes
};

// A loaded model. Move-only. Everything but moving is safe from many threads at once.
class DC_API Session {
 public:
  // Loads from `bytes`, which may be freed afterwards. BadInput on any damage, Unsupported for what
  // this version does not cover, NoMemory.
  static StatusOr<Session> Load(std::span<const uint8_t> bytes, const SessionOptions& options);
  // The same from the file `path`, read or mapped into memory while it loads. IoError. A file that
  // another program cuts short while it is mapped ends this one.
  static StatusOr<Session> LoadFile(const std::string& path, const SessionOptions& options);
  static StatusOr<Session> LoadMapped(const std::string& path, const SessionOptions& options);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const SessionInput& input() const;
  // Name of the first output, "" where names were dropped, and its shape, dimension 0 (the batch)
  // being -1.
  const std::string& output_name() const;
  const std::vector<int64_t>& output_shape() const;
  // All outputs of the model; Run computes the first.
  const std::vector<SessionOutput>& outputs() const;
  const std::vector<LayerPlan>& plan() const;

  // Runs `batch` samples: `input` holds batch * (product of input().shape[1..]) floats, already
  // scaled; `output` receives batch * (product of output_shape()[1..]). A call with a larger batch
  // than before, or beside more other calls, plans memory; any other does not allocate. With
  // several threads in the session's options, calls at the same time take turns layer by layer.
  Status Run(int64_t batch, std::span<const float> input, std::span<float> output) const;

  // Runs the first block of samples of a batch of `batch` `repetitions` times (at least once) on
  // made-up inputs; each step's time is that of its fastest run.
  StatusOr<StepTimes> Measure(int64_t batch, int repetitions) const;

 private:
  explicit Session(std::unique_ptr<runtime::LoadedModel> model);
  std::unique_ptr<runtime::LoadedModel> model_;
};

}  // namespace dc

#endif  // DC_RUNTIME_H_
