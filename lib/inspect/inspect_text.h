// The structure of a .dcz in words.
#ifndef DC_INSPECT_INSPECT_TEXT_H_
#define DC_INSPECT_INSPECT_TEXT_H_

#include <cstdint>

#include "dc/inspect.h"
#include "inspect/inspect_file.h"

namespace dc {

// Prints container, graph inputs, tensors, nodes, outputs and the rest of the manifest, as far as
// they are known. `file_bytes`: size of the file.
void PrintStructure(const InspectedFile& inspected, uint64_t file_bytes, const TextSink& sink);

}  // namespace dc

#endif  // DC_INSPECT_INSPECT_TEXT_H_
