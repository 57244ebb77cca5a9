#include "runtime/api/loaded_model.h"

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <utility>

#include "base/text.h"
#include "format/layout.h"
#include "hwy/targets.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/load/attempt.h"
#include "runtime/load/constant_file.h"
#include "runtime/plan/limits.h"

namespace dc::runtime {
namespace {

constexpr int kMaxThreads = 1024;

// More outputs than any network has: pointers to them lie on the stack.
constexpr size_t kMostOutputs = format::kMaxGraphInputs;

// A model of fixed shapes whose inputs and outputs all begin with a 1 runs any number of times side
// by side: that dimension is the batch.
void FreeBatchOfOne(Plan* plan) {
  const auto begins_with_one = [](const PlanValue& value) {
    return !value.whole.empty() && value.whole[0] == 1;
  };
  if (!std::all_of(plan->inputs.begin(), plan->inputs.end(), begins_with_one) ||
      !std::all_of(plan->outputs.begin(), plan->outputs.end(), begins_with_one)) {
    return;
  }
  for (PlanValue& input : plan->inputs) input.whole[0] = op::kBatch;
  for (PlanValue& output : plan->outputs) output.whole[0] = op::kBatch;
}

// The kernels that a session uses, for inputs of 8 bits where `bytes`; null where this build has
// none that were asked for.
const KernelSet* ChooseKernels(const SessionOptions& options, bool bytes) {
#ifdef DC_NO_REFERENCE_KERNELS
  // What the file allows is not asked for.
  const bool asked = bytes && options.int8_activations;
  return options.reference_kernels || asked ? nullptr : &SimdKernels();
#else
  // Not every x86-64 has SSE4.
  const bool has_vectors = (HWY_SUPPORTED_TARGETS & HWY_TARGETS) != 0;
  if (options.reference_kernels || !has_vectors) {
    return bytes ? &ReferenceByteKernels() : &ReferenceKernels();
  }
  return bytes ? &SimdByteKernels() : &SimdKernels();
#endif
}

Status NoMemoryForWeights() {
  return NoMemory("the allocator has no memory for the weights", "Session::Load",
                  "give it more, or load a smaller model");
}

// True where the value number `value` is a Sigmoid's, whatever shape it was given afterwards.
bool IsLogistic(const format::Manifest& manifest, uint32_t value) {
  const size_t first = manifest.inputs.size() + manifest.tensors.size();
  while (value >= first && value - first < manifest.nodes.size()) {
    const format::Node& node = manifest.nodes[value - first];
    const op::Operator* record = op::FindOperator(node.op);
    if (!record->Has(op::kReshapes)) return record->Has(op::kSquashes);
    value = node.inputs[0];
  }
  return false;
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
    return UsageError(
        DC_ERROR_TEXT("too many threads, or fewer than none", options.threads, " threads"),
        "Session::Load", "give 0 for one per core, or up to 1024");
  }
  DC_RETURN_IF_ERROR(CheckAllocator(options.allocator));
  std::unique_ptr<LoadedModel> model(new (std::nothrow) LoadedModel(options));
  if (model == nullptr) return NoMemory("no memory for a model", "Session::Load");
  const auto build = [&] { return model->Build(bytes, options); };
  DC_RETURN_IF_ERROR(Attempt(&model->memory_, build));
  return model;
}

Status LoadedModel::Build(std::span<const uint8_t> bytes, const SessionOptions& options) {
  DC_ASSIGN_OR_RETURN(const format::File file, OpenFile(bytes));
  const format::Manifest& manifest = file.manifest();
  if (kHasThreads && options.threads != 1) pool_ = std::make_unique<ThreadPool>(options.threads);
  if (pool_ && pool_->threads() == 1) pool_.reset();
  // A few parts per thread even out cores of unequal speed.
  const size_t max_chunks = pool_ ? 4 * static_cast<size_t>(pool_->threads()) : 1;
  ConstantStore constants(file);
  const ConstantLoader load = [&](size_t tensor) -> StatusOr<Constant> {
    // Whatever is still to come would be loaded or laid out for nothing.
    if (memory_.refused()) return NoMemoryForWeights();
    StatusOr<Constant> constant = constants.Load(tensor);
    if (memory_.refused()) return NoMemoryForWeights();
    return constant;
  };
  int8_activations_ = options.int8_activations.value_or(manifest.int8_activations);
  const KernelSet* kernels = ChooseKernels(options, int8_activations_);
  if (kernels == nullptr) {
    return Unsupported("reference kernels and inputs of 8 bits", "Session::Load",
                       "this library is built for one instruction set, without them");
  }
  DC_ASSIGN_OR_RETURN(Plan plan,
                      BuildPlan(manifest, load,
                                {.kernels = kernels,
                                 .max_chunks = max_chunks,
                                 .memory = &memory_,
                                 .max_work = MaxWork(bytes.size()),
                                 .max_activation_bytes = MaxActivationBytes(bytes.size()),
                                 .reasons = options.reasons}));
  if (memory_.refused()) return NoMemoryForWeights();

  if (manifest.fixed_shapes) FreeBatchOfOne(&plan);

  for (size_t i = 0; i < manifest.inputs.size(); ++i) {
    const format::InputInfo& input = manifest.inputs[i];
    inputs_.push_back({.name = input.name, .shape = plan.inputs[i].whole, .type = input.type});
  }
  const Preprocess& scaling = manifest.scaling;
  inputs_[0].scale = scaling.scale.value_or(kByteScale);
  inputs_[0].scale_said = scaling.scale.has_value();
  inputs_[0].mean = scaling.mean;
  inputs_[0].deviation = scaling.deviation;
  inputs_[0].channels_last = scaling.channels_last.value_or(false);
  inputs_[0].reverse_channels = scaling.reverse_channels;
  for (size_t i = 0; i < manifest.outputs.size(); ++i) {
    const format::OutputInfo& output = manifest.outputs[i];
    outputs_.push_back(
        {output.name, plan.outputs[i].whole, output.type, IsLogistic(manifest, output.value)});
  }
  executor_.emplace(std::move(plan), std::move(pool_), &memory_);
  return OkStatus();
}

Status LoadedModel::RunFirst(int64_t batch, std::span<const float> input, std::span<float> output) {
  if (inputs_.size() != 1) {
    return UsageError(DC_ERROR_TEXT("one buffer for several inputs", "one buffer for ",
                                    inputs_.size(), " inputs"),
                      "Session::Run", "give one for each");
  }
  std::array<std::span<float>, kMostOutputs> outputs;
  outputs[0] = output;
  if (output.empty()) return UsageError("no buffer for output 0", "Session::Run");
  return executor_->Run(batch, {&input, 1}, std::span(outputs).first(outputs_.size()));
}

}  // namespace dc::runtime
