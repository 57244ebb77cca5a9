// Marked bytes as a hex dump.
#ifndef DC_PIPELINE_INSPECT_HEX_H_
#define DC_PIPELINE_INSPECT_HEX_H_

#include "dc/inspect.h"
#include "pipeline/inspect_fields.h"

namespace dc {

// Lines of offset, bytes and, at the start of each field, its text; beside numbers their values.
// Unless `all`, of a field of more than four lines the first and the last are shown.
void PrintHex(const MarkedBytes& part, bool all, const TextSink& sink);

}  // namespace dc

#endif  // DC_PIPELINE_INSPECT_HEX_H_
