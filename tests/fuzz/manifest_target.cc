#include "format/check.h"
#include "format/codebook.h"
#include "format/ops.h"
#include "format/reader_manifest.h"
#include "fuzz/fuzz_targets.h"

namespace dc {

void FuzzManifest(std::span<const uint8_t> data) {
  const auto manifest = format::ParseManifest(data, data.size());
  if (!manifest.ok()) return;
  // A file a thousand times as long justifies more, so that more is reached.
  if (!format::CheckManifest(*manifest, 1000 * data.size()).ok()) return;
  // What the check promises.
  uint32_t value = static_cast<uint32_t>(manifest->inputs.size() + manifest->tensors.size());
  for (const format::Node& node : manifest->nodes) {
    const format::OpSpec* spec = format::FindOp(node.op);
    if (!spec || node.inputs.size() < spec->min_inputs) __builtin_trap();
    for (uint32_t input : node.inputs) {
      if (input != format::kNoValue && input >= value) __builtin_trap();
    }
    ++value;
  }
  for (const format::TensorEntry& entry : manifest->tensors) {
    if (entry.rows() == 0 || entry.elements() > 0xFFFFFFFFu) __builtin_trap();
    if (entry.has_codes() == (format::ValueBytes(entry) > 0)) __builtin_trap();
  }
}

}  // namespace dc
