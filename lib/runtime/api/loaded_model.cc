#include "runtime/api/loaded_model.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include "hwy/targets.h"
#include "runtime/execute/lane_transpose.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/load/constant_file.h"

namespace dc::runtime {
namespace {

constexpr int kMaxThreads = 1024;

// `shape` of a sample with the batch, -1, in front.
std::vector<int64_t> WithBatch(const Shape& shape) {
  std::vector<int64_t> result = {-1};
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

// The kernels that a session uses; null where this build has none that were asked for.
const KernelSet* ChooseKernels(bool reference) {
#ifdef DC_NO_REFERENCE_KERNELS
  return reference ? nullptr : &SimdKernels();
#else
  // Not every x86-64 has SSE4.
  const bool has_vectors = (HWY_SUPPORTED_TARGETS & HWY_TARGETS) != 0;
  return reference || !has_vectors ? &ReferenceKernels() : &SimdKernels();
#endif
}

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
  const KernelSet* kernels = ChooseKernels(options.reference_kernels);
  if (kernels == nullptr) {
    return Unsupported("reference kernels", "Session::Load",
                       "this library is built for one instruction set, without them");
  }
  DC_ASSIGN_OR_RETURN(
      plan_, BuildPlan(manifest, load,
                       {.kernels = kernels, .max_chunks = max_chunks, .memory = &memory_}));
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

void LoadedModel::RunStep(size_t s, const Block& block, size_t worker, bool alone,
                          ExecutionContext* context) const {
  const Step& step = plan_.steps[s];
  const PlanMemory& memory = plan_.memory[block.choice];
  float* arena = context->arena(worker);
  const std::span<const float*> inputs = context->inputs(worker);
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    inputs[i] = arena + memory.buffers[step.inputs[i]];
  }
  step.op->Run({.lanes = kLaneChoices[block.choice],
                .inputs = inputs.first(step.inputs.size()),
                .output = arena + memory.buffers[step.output],
                .scratch = arena + memory.scratch[s],
                .pool = alone ? pool_.get() : nullptr});
}

void LoadedModel::RunBlock(const Block& block, size_t worker, bool alone, ExecutionContext* context,
                           const float* in, float* out) const {
  const size_t lanes = kLaneChoices[block.choice];
  const PlanMemory& memory = plan_.memory[block.choice];
  const float* arena = context->arena(worker);
  const size_t samples = static_cast<size_t>(block.samples);
  const size_t first = static_cast<size_t>(block.first);
  ToLanes(in + first * input_size_, samples, input_size_, lanes,
          context->arena(worker) + memory.buffers[plan_.input]);
  for (size_t s = 0; s < plan_.steps.size(); ++s) RunStep(s, block, worker, alone, context);
  FromLanes(arena + memory.buffers[plan_.output], samples, output_size_, lanes,
            out + first * output_size_);
}

Status LoadedModel::PrepareBatch() {
  if (batch_ready_) return OkStatus();
  const std::lock_guard<std::mutex> lock(batch_mutex_);
  if (batch_ready_) return OkStatus();
  for (Step& step : plan_.steps) step.op->PrepareBatch();
  if (memory_.refused()) {
    for (Step& step : plan_.steps) step.op->DropBatch();
    memory_.ForgetRefusal();
    return NoMemory("the allocator has no memory for the weights of batches", "Session::Run",
                    "give it more, or run single samples");
  }
  batch_ready_ = true;
  return OkStatus();
}

StatusOr<ContextPool::Lease> LoadedModel::TakeContext(size_t workers, size_t largest) {
  // Every smaller batch fits, too.
  uint64_t floats = 0;
  for (size_t i = 0; i <= largest; ++i) floats = std::max(floats, plan_.memory[i].floats);
  if (largest > 0) DC_RETURN_IF_ERROR(PrepareBatch());
  return contexts_->Take(workers, floats);
}

StatusOr<StepTimes> LoadedModel::Measure(int64_t batch, int repetitions) {
  if (batch < 1 || repetitions < 1) {
    return UsageError(
        "a batch of " + std::to_string(batch) + ", " + std::to_string(repetitions) + " repetitions",
        "Session::Measure", "both start at 1");
  }
  const size_t largest = ChooseLanes(batch, threads(), plan_.memory);
  const Block block = BatchBlocks(batch, largest)[0];
  const size_t lanes = kLaneChoices[block.choice];
  DC_ASSIGN_OR_RETURN(const ContextPool::Lease context, TakeContext(1, largest));
  StepTimes times{.block = block.samples};
  for (const Step& step : plan_.steps) {
    times.steps.push_back({.op = step.name,
                           .layer = step.layer,
                           .microseconds = std::numeric_limits<double>::infinity(),
                           .resident_bytes = step.op->ResidentBytes()});
  }
  float* const input = context->arena(0) + plan_.memory[block.choice].buffers[plan_.input];
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    // The arena reuses the input's place. No kernel's time depends on the values.
    for (size_t i = 0; i < input_size_ * lanes; ++i) input[i] = static_cast<float>(i % 7) / 8;
    for (size_t s = 0; s < plan_.steps.size(); ++s) {
      const auto begin = std::chrono::steady_clock::now();
      RunStep(s, block, 0, /*alone=*/true, context.get());
      const std::chrono::duration<double, std::micro> taken =
          std::chrono::steady_clock::now() - begin;
      times.steps[s].microseconds = std::min(times.steps[s].microseconds, taken.count());
    }
  }
  return times;
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
  DC_ASSIGN_OR_RETURN(const ContextPool::Lease context, TakeContext(workers, largest));

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
