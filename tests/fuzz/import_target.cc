#include "dc/decode.h"
#include "dc/encode.h"
#include "dc/onnx.h"
#include "dc/runtime.h"
#include "fuzz/fuzz_targets.h"

namespace dc {
namespace {

// Only small networks are encoded and run here: what that costs is what the model asks for.
constexpr int64_t kMostElements = 20000;

bool IsSmall(const Graph& graph) {
  int64_t elements = 0;
  for (const auto& [name, tensor] : graph.initializers) elements += tensor.size();
  return elements <= kMostElements && graph.nodes.size() <= 200 && graph.uninitialized.empty();
}

void RunTwoSamples(const Session& session) {
  uint64_t floats = 0;
  for (const auto& input : session.inputs()) floats += FloatsOf(input.shape, 2);
  for (const auto& output : session.outputs()) floats += FloatsOf(output.shape, 2);
  if (floats > kMostElements || session.inputs().size() != 1 || session.outputs().size() != 1) {
    return;
  }
  const std::vector<float> input(FloatsOf(session.input().shape, 2), 0.25f);
  std::vector<float> output(FloatsOf(session.output().shape, 2), 0.0f);
  static_cast<void>(session.Run(2, input, output));
}

}  // namespace

void FuzzImport(std::span<const uint8_t> data) {
  const auto graph = ParseModel(data, "fuzzed.onnx");
  if (!graph.ok() || !IsSmall(*graph)) return;
  const auto dry = EncodeDryRun(*graph);
  SessionOptions session_options;
  session_options.threads = 1;
  const bool deployable = dry.ok() && Session::Load(*dry, session_options).ok();
  EncodeOptions options;
  options.threads = 1;
  const auto file = EncodeModel(*graph, options, nullptr, nullptr);
  if (!deployable) return;
  // What tools are told before they work holds when they are done.
  if (!file.ok() || !DecodeModel(*file).ok()) __builtin_trap();
  const auto session = Session::Load(*file, session_options);
  if (!session.ok()) __builtin_trap();
  RunTwoSamples(*session);
}

}  // namespace dc
