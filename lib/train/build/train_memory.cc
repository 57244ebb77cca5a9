#include "train/build/train_memory.h"

#include <omp.h>
#include <sys/mman.h>

#include <cstring>
#include <utility>

namespace dc::train {

const dnnl::engine& CpuEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

OneThreadScope::OneThreadScope() : before_(omp_get_max_threads()) {
  if (before_ != 1) omp_set_num_threads(1);
}

OneThreadScope::~OneThreadScope() {
  if (before_ != 1) omp_set_num_threads(before_);
}

bool HasRoomForKernels() {
  constexpr size_t kRoom = size_t{32} << 20;
  // Not from the heap, whose thresholds would move.
  void* room = mmap(nullptr, kRoom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return false;
  munmap(room, kRoom);
  return true;
}

dnnl::memory::desc PlainDesc(const std::vector<int64_t>& shape) {
  dnnl::memory::dims dims = shape;
  if (dims.empty()) dims = {1};
  dnnl::memory::dims strides(dims.size(), 1);
  for (size_t i = dims.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * dims[i];
  return {dims, dnnl::memory::data_type::f32, strides};
}

dnnl::memory::desc UnpaddedDesc(const dnnl::memory& value, const std::vector<int64_t>& shape) {
  size_t count = 1;
  for (int64_t d : shape) count *= static_cast<size_t>(d);
  const dnnl::memory::desc layout = value.get_desc();
  return PhysicalCount(layout) == count ? layout : PlainDesc(shape);
}

dnnl::memory NewMemory(const dnnl::memory::desc& desc) {
  dnnl::memory memory(desc, CpuEngine());
  if (desc.get_size() > 0) std::memset(memory.get_data_handle(), 0, desc.get_size());
  return memory;
}

dnnl::memory ViewOf(const dnnl::memory::desc& desc, const float* values) {
  return {desc, CpuEngine(), const_cast<float*>(values)};
}

float* Floats(const dnnl::memory& memory) { return static_cast<float*>(memory.get_data_handle()); }

size_t PhysicalCount(const dnnl::memory::desc& desc) { return desc.get_size() / sizeof(float); }

Call::Call(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad,
           Arguments arguments)
    : primitive_(primitive), arguments_(std::move(arguments)) {
  if (scratchpad.get_size() > 0) arguments_[DNNL_ARG_SCRATCHPAD] = NewMemory(scratchpad);
}

dnnl::primitive_attr UserScratchpad() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

Copy::Copy(const dnnl::memory& from, const dnnl::memory& to, bool add) {
  dnnl::primitive_attr attr = UserScratchpad();
  if (add) {
    dnnl::post_ops ops;
    ops.append_sum();
    attr.set_post_ops(ops);
  }
  const dnnl::reorder::primitive_desc desc(CpuEngine(), from.get_desc(), CpuEngine(), to.get_desc(),
                                           attr);
  call_ =
      Call(dnnl::reorder(desc), desc.scratchpad_desc(), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

InputView::InputView(const dnnl::memory& value, const dnnl::memory::desc& wanted) : memory_(value) {
  if (value.get_desc() == wanted) return;
  memory_ = NewMemory(wanted);
  copy_ = Copy(value, memory_);
}

GradientSink::GradientSink(const dnnl::memory& target, const dnnl::memory::desc& written, bool add)
    : memory_(target) {
  if (!add && target.get_desc() == written) return;
  memory_ = NewMemory(written);
  copy_ = Copy(memory_, target, add);
}

}  // namespace dc::train
