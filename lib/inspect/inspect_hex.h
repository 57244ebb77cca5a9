// Marked bytes as a hex dump.
#ifndef DC_INSPECT_INSPECT_HEX_H_
#define DC_INSPECT_INSPECT_HEX_H_

#include "dc/inspect.h"
#include "inspect/inspect_fields.h"

namespace dc {

// Lines of offset, bytes and, at the start of each field, its text; beside numbers their values.
// Unless `all`, of a field of more than four lines the first and the last are shown.
void PrintHex(const MarkedBytes& part, bool all, const TextSink& sink);

}  // namespace dc

#endif  // DC_INSPECT_INSPECT_HEX_H_
