#include "dc/decode.h"
#include "dc/encode.h"
#include "fuzz/fuzz_targets.h"

namespace dc {

void FuzzDecode(std::span<const uint8_t> data) {
  const auto graph = DecodeModel(WithChecksums(data));
  if (!graph.ok()) return;
  // A decoded graph may break rules that ONNX has and the format has not, but it never crashes the
  // encoder, and what that writes can be read.
  int64_t elements = 0;
  for (const auto& [name, tensor] : graph->initializers) elements += tensor.size();
  if (elements > 100000) return;
  EncodeOptions options;
  options.threads = 1;
  options.keep_names = true;
  const auto file = EncodeModel(*graph, options, nullptr, nullptr);
  if (file.ok() && !DecodeModel(*file).ok()) __builtin_trap();
}

}  // namespace dc
