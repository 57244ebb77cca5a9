#include "dc/inspect.h"

#include "dc/decode.h"
#include "inspect/inspect_file.h"
#include "inspect/inspect_hex.h"
#include "inspect/inspect_text.h"

namespace dc {

Status InspectFile(std::span<const uint8_t> file, const InspectOptions& options,
                   const TextSink& sink) {
  const InspectedFile inspected = TakeApart(file);
  if (options.hex) {
    for (const MarkedBytes& part : MarkFile(inspected, file)) {
      if (!part.name.empty()) sink("\n" + part.name + "\n");
      PrintHex(part, options.all, sink);
    }
  } else {
    PrintStructure(inspected, file.size(), sink);
  }
  return DecodeModel(file).status();
}

}  // namespace dc
