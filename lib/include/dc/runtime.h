// The runtime: loads a .dcz and executes its compressed weights. Links no ONNX, protobuf, Boost or
// oneDNN; uses no exceptions and no iostreams.
#ifndef DC_RUNTIME_H_
#define DC_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
  // Sparse fully connected layers of at most 16 centroids round the numbers of a single sample to
  // 255 steps between their smallest and their largest, and multiply whole numbers, where the
  // processor has AVX-512 VBMI and VNNI and it is estimated to be faster; LayerPlan::kernel says
  // "int8" then. Batches are computed in floats. Outputs differ by about 1 %: measure the error.
  // Without a value: where the file says so (EncodeOptions::int8_activations).
  std::optional<bool> int8_activations = std::nullopt;
  // From it come the weights as they are executed, the activations, large arrays that decoding
  // needs while the model loads and, in LoadFile, the file's bytes meanwhile. From the heap come
  // names, shapes and the plan (a few hundred bytes per operator) and small arrays.
  Allocator allocator = {};
  // Most bytes that the model may have of these at a time, the file's bytes apart; 0: any number.
  // Beyond it Load and Run report NoMemory. The weight that exceeds it may do so while it is
  // decoded and laid out.
  uint64_t memory_limit = 0;
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

// One input of the model. In a shape, -k is k times the batch: dimension 0 is -1 in general. Where
// no dimension is negative, the value is one for all samples; where no input has a batch, the model
// runs on what its inputs hold, as a batch of 1.
struct SessionInput {
  std::string name;  // "" where names were dropped
  std::vector<int64_t> shape;
  // ONNX's number of the element type in the model: 1 float32, 7 int64, 9 bool, ... What Run takes
  // and returns are floats that hold the numbers.
  uint32_t type = 1;
  // How stored pixel values become inputs (input 0 alone); see dc::Preprocess.
  float scale = 1.0f / 255.0f;
  bool scale_said = false;  // else `scale` is meant for bytes: float samples are read as they are
  std::vector<float> mean, deviation;
  bool channels_last = false, reverse_channels = false;
};

// One output of the model.
struct SessionOutput {
  std::string name;            // "" where names were dropped
  std::vector<int64_t> shape;  // see SessionInput
  uint32_t type = 1;           // see SessionInput
  bool logistic = false;       // values of a Sigmoid: above a half means yes
};

// Floats of an input or output of `shape` for a batch of `batch` samples.
DC_API size_t FloatsOf(const std::vector<int64_t>& shape, int64_t batch);

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

  const std::vector<SessionInput>& inputs() const;
  const std::vector<SessionOutput>& outputs() const;
  // The first of each: of most models the only one.
  const SessionInput& input() const { return inputs()[0]; }
  const SessionOutput& output() const { return outputs()[0]; }
  const std::vector<LayerPlan>& plan() const;
  // Whether SessionOptions::int8_activations is on, be it by what the file says.
  bool int8_activations() const;

  // Runs `batch` samples. inputs[i] holds FloatsOf(inputs()[i].shape, batch) floats, already
  // scaled, and outputs[i] receives FloatsOf(outputs()[i].shape, batch); an empty one is not
  // written. A call with a larger batch than before, or beside more other calls, plans memory; any
  // other does not allocate. With several threads in the session's options, calls at the same time
  // take turns layer by layer.
  Status Run(int64_t batch, std::span<const std::span<const float>> inputs,
             std::span<const std::span<float>> outputs) const;
  // The same for a model with one input, of which the first output is wanted.
  Status Run(int64_t batch, std::span<const float> input, std::span<float> output) const;

  // While `on`, calls of Run, those that are running among them, end with a Cancelled error before
  // their next layer; their outputs are then written in part or not at all. From any thread.
  void Cancel(bool on) const;

  // Runs the first block of samples of a batch of `batch` `repetitions` times (at least once) on
  // made-up inputs; each step's time is that of its fastest run. After a second the run that is
  // going on is the last.
  StatusOr<StepTimes> Measure(int64_t batch, int repetitions) const;

 private:
  explicit Session(std::unique_ptr<runtime::LoadedModel> model);
  std::unique_ptr<runtime::LoadedModel> model_;
};

}  // namespace dc

#endif  // DC_RUNTIME_H_
