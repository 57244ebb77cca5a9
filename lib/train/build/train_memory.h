// oneDNN memory: the layouts of values and the copies between layouts.
#ifndef DC_TRAIN_BUILD_TRAIN_MEMORY_H_
#define DC_TRAIN_BUILD_TRAIN_MEMORY_H_

#include <cstdint>
#include <dnnl.hpp>
#include <unordered_map>
#include <vector>

namespace dc::train {

// The one engine; primitives run on the calling thread's stream.
const dnnl::engine& CpuEngine();

// While it lives, oneDNN (built on OpenMP) uses only the calling thread: shards are the
// parallelism, and OpenMP's spinning barriers collapse as soon as another process is busy.
// Primitives capture the thread count when they are made, so making them needs it too.
class OneThreadScope {
 public:
  OneThreadScope();
  ~OneThreadScope();
  OneThreadScope(const OneThreadScope&) = delete;
  OneThreadScope& operator=(const OneThreadScope&) = delete;

 private:
  int before_;
};

// Whether oneDNN finds the memory that it compiles its kernels into, which it takes as they are
// first run: it ends the process where there is none (seen with 2.6: up to 14 MB).
bool HasRoomForKernels();

// Row-major float32 layout of `shape` (rank 1 to 6; a scalar counts as one element of rank 1).
dnnl::memory::desc PlainDesc(const std::vector<int64_t>& shape);

// The layout of `value`, of shape `shape`, if it has no padding, whose values must stay zeros; else
// the plain one.
dnnl::memory::desc UnpaddedDesc(const dnnl::memory& value, const std::vector<int64_t>& shape);

// New memory that starts as zeros.
dnnl::memory NewMemory(const dnnl::memory::desc& desc);
// Memory that others own.
dnnl::memory ViewOf(const dnnl::memory::desc& desc, const float* values);

// First float, and the number of floats with padding.
float* Floats(const dnnl::memory& memory);
size_t PhysicalCount(const dnnl::memory::desc& desc);

// A primitive with the memory it works on, made once and run often.
class Call {
 public:
  using Arguments = std::unordered_map<int, dnnl::memory>;
  Call() = default;  // does nothing
  // `scratchpad`: what the primitive needs besides its arguments. It gets memory of its own, since
  // the library's default belongs to one thread and shards move between threads.
  Call(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad, Arguments arguments);
  void Run(dnnl::stream& stream) const {
    if (primitive_) primitive_.execute(stream, arguments_);
  }

 private:
  dnnl::primitive primitive_;
  Arguments arguments_;
};

// The attribute that goes with a Call's own scratchpad.
dnnl::primitive_attr UserScratchpad();

// A copy between two layouts, made once and run often.
class Copy {
 public:
  Copy() = default;  // copies nothing
  // `add`: adds to `to` in place of overwriting it.
  Copy(const dnnl::memory& from, const dnnl::memory& to, bool add = false);
  void Run(dnnl::stream& stream) const { call_.Run(stream); }

 private:
  Call call_;
};

// A value in the layout that a kernel wants: the value itself where the layouts agree.
class InputView {
 public:
  InputView() = default;
  InputView(const dnnl::memory& value, const dnnl::memory::desc& wanted);
  const dnnl::memory& memory() const { return memory_; }
  // Brings the copy up to date, if there is one.
  void Refresh(dnnl::stream& stream) const { copy_.Run(stream); }

 private:
  dnnl::memory memory_;
  Copy copy_;
};

// Where a kernel writes the gradient of an input: the gradient's own memory where layouts agree
// and nobody wrote before, else memory that Flush carries over. A kernel flushes its sinks in
// the reverse order of their making, so that one value at two inputs is written, then added to.
class GradientSink {
 public:
  GradientSink() = default;  // the gradient is not needed
  GradientSink(const dnnl::memory& target, const dnnl::memory::desc& written, bool add);
  bool needed() const { return static_cast<bool>(memory_); }
  const dnnl::memory& memory() const { return memory_; }
  // Call after memory() was written.
  void Flush(dnnl::stream& stream) const { copy_.Run(stream); }

 private:
  dnnl::memory memory_;
  Copy copy_;
};

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_TRAIN_MEMORY_H_
