#include "runtime/loaded_model.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <string>
#include <utility>

#include "hwy/targets.h"
#include "runtime/constant_file.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/lane_transpose.h"

namespace dc::runtime {
namespace {

constexpr int kMaxThreads = 1024;

// `shape` of a sample with the batch, -1, in front.
std::vector<int64_t> WithBatch(const Shape& shape) {
  std::vector<int64_t> result = {-1};
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

// Whether this machine executes any of the vector kernels: not every x86-64 has SSE4.
bool HasVectorKernels() { return (HWY_SUPPORTED_TARGETS & HWY_TARGETS) != 0; }

Status NoMemoryForWeights() {
  return NoMemory("the allocator has no memory for the weights", "Session::Load",
                  "give it more, or load a smaller model");
}

}  // namespace

Status CheckAllocator(const Allocator& allocator) {
  if ((allocator.allocate == nullptr) == (allocator.release == nullptr)) return OkStatus();
  return UsageError("an allocator with one of its two functions", "Session::Load",
                    "give both, or none");
}

StatusOr<std::unique_ptr<LoadedModel>> LoadedModel::Load(std::span<const uint8_t> bytes,
                                                         const SessionOptions& options) {
  if (options.threads < 0 || options.threads > kMaxThreads) {
    return UsageError(std::to_string(options.threads) + " threads", "Session::Load",
                      "give 0 for one a core, or up to " + std::to_string(kMaxThreads));
  }
  DC_RETURN_IF_ERROR(CheckAllocator(options.allocator));
  std::unique_ptr<LoadedModel> model(new (std::nothrow) LoadedModel(options.allocator));
  if (model == nullptr) return NoMemory("no memory for a model", "Session::Load");
  DC_RETURN_IF_ERROR(model->Build(bytes, options));
  return model;
}

Status LoadedModel::Build(std::span<const uint8_t> bytes, const SessionOptions& options) {
  DC_ASSIGN_OR_RETURN(const format::File file, OpenFile(bytes));
  const format::Manifest& manifest = file.manifest();
  if (options.threads != 1) pool_ = std::make_unique<ThreadPool>(options.threads);
  if (threads() == 1) pool_.reset();
  // A few parts a thread even out cores of unequal speed.
  const size_t max_chunks = pool_ ? 4 * threads() : 1;
  const ConstantLoader load = [&](size_t tensor) -> StatusOr<Constant> {
    // Whatever is still to come would be loaded for nothing.
    if (memory_.refused()) return NoMemoryForWeights();
    return LoadConstant(file, tensor);
  };
  const bool reference = options.reference_kernels || !HasVectorKernels();
  DC_ASSIGN_OR_RETURN(plan_, BuildPlan(manifest, load,
                                       {.kernels = reference ? &ReferenceKernels() : &SimdKernels(),
                                        .max_chunks = max_chunks,
                                        .memory = &memory_}));
  if (memory_.refused()) return NoMemoryForWeights();

  input_ = {.name = manifest.inputs[0].name,
            .shape = WithBatch(plan_.input_shape),
            .scale = manifest.scaling.scale,
            .mean = manifest.scaling.mean,
            .deviation = manifest.scaling.deviation,
            .channels_last = manifest.scaling.channels_last,
            .reverse_channels = manifest.scaling.reverse_channels};
  output_name_ = manifest.outputs[0].name;
  output_shape_ = WithBatch(plan_.output_shape);
  input_size_ = plan_.buffer_sizes[plan_.input];
  output_size_ = plan_.buffer_sizes[plan_.output];
  size_t most_inputs = 1;
  for (const Step& step : plan_.steps) most_inputs = std::max(most_inputs, step.inputs.size());
  contexts_.emplace(&memory_, threads(), most_inputs);
  return OkStatus();
}

void LoadedModel::RunBlock(const Block& block, size_t worker, bool alone, ExecutionContext* context,
                           const float* in, float* out) const {
  const size_t lanes = kLaneChoices[block.choice];
  const PlanMemory& memory = plan_.memory[block.choice];
  float* arena = context->arena(worker);
  const size_t samples = static_cast<size_t>(block.samples);
  const size_t first = static_cast<size_t>(block.first);
  ToLanes(in + first * input_size_, samples, input_size_, lanes,
          arena + memory.buffers[plan_.input]);
  const std::span<const float*> inputs = context->inputs(worker);
  for (size_t s = 0; s < plan_.steps.size(); ++s) {
    const Step& step = plan_.steps[s];
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      inputs[i] = arena + memory.buffers[step.inputs[i]];
    }
    step.op->Run({.lanes = lanes,
                  .inputs = inputs.first(step.inputs.size()),
                  .output = arena + memory.buffers[step.output],
                  .scratch = arena + memory.scratch[s],
                  .pool = alone ? pool_.get() : nullptr});
  }
  FromLanes(arena + memory.buffers[plan_.output], samples, output_size_, lanes,
            out + first * output_size_);
}

Status LoadedModel::Run(int64_t batch, std::span<const float> input, std::span<float> output) {
  const auto fits = [&](size_t size, size_t sample) {
    return size % sample == 0 && size / sample == static_cast<size_t>(batch);
  };
  if (batch < 1 || !fits(input.size(), input_size_) || !fits(output.size(), output_size_)) {
    return UsageError("buffers of " + std::to_string(input.size()) + " and " +
                          std::to_string(output.size()) + " floats for a batch of " +
                          std::to_string(batch),
                      "Session::Run",
                      "a sample takes " + std::to_string(input_size_) + " floats in and " +
                          std::to_string(output_size_) + " out");
  }
  const size_t largest = ChooseLanes(batch, threads(), plan_.memory);
  const BatchBlocks blocks(batch, largest);
  const size_t workers =
      static_cast<size_t>(std::min<int64_t>(batch, static_cast<int64_t>(threads())));
  // Every smaller batch fits, too.
  uint64_t floats = 0;
  for (size_t i = 0; i <= largest; ++i) floats = std::max(floats, plan_.memory[i].floats);
  DC_ASSIGN_OR_RETURN(const ContextPool::Lease context, contexts_->Take(workers, floats));

  std::atomic<int64_t> next{0};
  const auto work = [&](size_t worker) {
    for (int64_t i = next++; i < blocks.count(); i = next++) {
      RunBlock(blocks[i], worker, blocks.count() == 1, context.get(), input.data(), output.data());
    }
  };
  if (workers == 1 || blocks.count() == 1) {
    work(0);
  } else {
    pool_->ParallelFor(std::min(workers, static_cast<size_t>(blocks.count())), work);
  }
  return OkStatus();
}

}  // namespace dc::runtime
