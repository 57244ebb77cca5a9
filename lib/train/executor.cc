#include "train/executor.h"

#include <exception>
#include <vector>

#include "train/build/kernel_registry.h"
#include "train/build/node_builder.h"

namespace dc::train {

struct Executor::State {
  // The kernel of a node, and whether Backward has anything to do for it.
  struct Step {
    std::unique_ptr<OperatorKernel> kernel;
    const Node* node;
    bool backward;
  };

  AlignedFloats gradients;
  BuildState build;
  std::vector<Step> steps;
  dnnl::stream stream{CpuEngine()};
  std::span<float> input, logits, logits_gradient;
  // Between the layout in which the last kernel works and that of the two above.
  InputView logits_view;
  GradientSink logits_sink;
};

namespace {

std::span<float> PlainFloats(const dnnl::memory& memory) {
  return {Floats(memory), PhysicalCount(memory.get_desc())};
}

// A sample's shape with the batch in front.
op::Shape SymbolicShape(const std::vector<int64_t>& sample) {
  op::Shape shape = sample;
  shape.insert(shape.begin(), op::kBatch);
  return shape;
}

Status Failed(const std::exception& error, const Node& node) {
  return Internal(std::string("the node failed: ") + error.what(), NodeLabel(node));
}

}  // namespace

Executor::Executor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Executor::~Executor() = default;

StatusOr<std::unique_ptr<Executor>> Executor::Make(const Network& network,
                                                   const Parameters& parameters,
                                                   DropoutRatios* dropout, int64_t batch,
                                                   bool training) {
  const OneThreadScope one_thread;
  const Status no_memory = Unsupported("not enough memory for a batch of " + std::to_string(batch),
                                       "", "use a smaller batch");
  if (!HasRoomForKernels()) return no_memory;
  try {
    auto state = std::make_unique<State>();
    if (training) state->gradients = AlignedFloats(parameters.total());
    BuildState& build = state->build;
    build.network = &network;
    build.parameters = &parameters;
    build.dropout = dropout;
    build.gradients = training ? state->gradients.data() : nullptr;
    build.batch = batch;
    build.training = training;
    for (const Parameter& p : parameters.list()) build.parameter_readers_left[p.name] = p.readers;

    Value input;
    input.shape = network.sample_shape;
    input.shape.insert(input.shape.begin(), batch);
    input.data = NewMemory(PlainDesc(input.shape));
    state->input = PlainFloats(input.data);
    build.values[network.input] = std::move(input);

    build.shapes.emplace(*network.graph);
    build.shapes->Set(network.input, SymbolicShape(network.sample_shape));
    for (size_t index : network.nodes) {
      DC_ASSIGN_OR_RETURN(NodeBuilder builder, NodeBuilder::Make(&build, index));
      DC_ASSIGN_OR_RETURN(auto kernel, MakeOperatorKernel(&builder));
      const bool backward = bool(build.values.at(builder.node().outputs[0]).gradient);
      state->steps.push_back({std::move(kernel), &builder.node(), backward});
    }

    if (!HasRoomForKernels()) return no_memory;
    if (network.logits.empty()) return std::unique_ptr<Executor>(new Executor(std::move(state)));
    const auto logits = build.values.find(network.logits);
    if (logits == build.values.end()) {
      return Unsupported("the output is not the first output of a node",
                         "output \"" + network.logits + "\"");
    }
    const Value& value = logits->second;
    const bool list = value.shape.size() == 2 || ElementCount(value.shape) == batch;
    const op::Shape* shape = build.shapes->Find(network.logits);
    const bool by_sample = shape != nullptr && !shape->empty() && (*shape)[0] == op::kBatch;
    if (!by_sample || !(list || network.any_shape)) {
      return Unsupported("the model's output has shape " + ShapeText(value.shape),
                         "output \"" + network.logits + "\"",
                         network.any_shape ? "training needs an output of shape [batch, ...]"
                                           : "training needs an output of shape [batch, classes]");
    }
    const dnnl::memory::desc plain = PlainDesc(value.shape);
    state->logits_view = InputView(value.data, plain);
    state->logits = PlainFloats(state->logits_view.memory());
    if (training) {
      if (!value.gradient) {
        return BadInput("the model has no parameters to train",
                        "output \"" + network.logits + "\"");
      }
      state->logits_sink = GradientSink(value.gradient, plain, /*add=*/false);
      state->logits_gradient = PlainFloats(state->logits_sink.memory());
    }
    return std::unique_ptr<Executor>(new Executor(std::move(state)));
  } catch (const std::bad_alloc&) {
    return no_memory;
  } catch (const std::exception&) {
    // What oneDNN throws outside of kernels can only be a failed allocation.
    return no_memory;
  }
}

int64_t Executor::batch() const { return state_->build.batch; }
int64_t Executor::outputs() const { return int64_t(state_->logits.size()) / batch(); }
std::span<float> Executor::input() { return state_->input; }
std::span<const float> Executor::logits() const { return state_->logits; }
std::vector<float> Executor::ValuesOf(const std::string& name) {
  const auto value = state_->build.values.find(name);
  if (value == state_->build.values.end()) return {};
  const OneThreadScope one_thread;
  const InputView plain(value->second.data, PlainDesc(value->second.shape));
  plain.Refresh(state_->stream);
  state_->stream.wait();
  const std::span<const float> floats = PlainFloats(plain.memory());
  return {floats.begin(), floats.end()};
}
std::vector<int64_t> Executor::ShapeOf(const std::string& name) const {
  const auto value = state_->build.values.find(name);
  return value == state_->build.values.end() ? std::vector<int64_t>() : value->second.shape;
}
std::span<float> Executor::logits_gradient() { return state_->logits_gradient; }
std::span<const float> Executor::gradients() const { return state_->gradients.span(); }

Status Executor::Forward(const StepContext& context) {
  const OneThreadScope one_thread;
  for (State::Step& step : state_->steps) {
    try {
      step.kernel->Forward(state_->stream, context);
    } catch (const std::exception& error) {
      return Failed(error, *step.node);
    }
  }
  state_->logits_view.Refresh(state_->stream);
  return OkStatus();
}

Status Executor::Backward() {
  const OneThreadScope one_thread;
  state_->logits_sink.Flush(state_->stream);
  for (auto step = state_->steps.rbegin(); step != state_->steps.rend(); ++step) {
    if (!step->backward) continue;
    try {
      step->kernel->Backward(state_->stream);
    } catch (const std::exception& error) {
      return Failed(error, *step->node);
    }
  }
  return OkStatus();
}

}  // namespace dc::train
