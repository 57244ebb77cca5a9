// What a .dcz says of its model besides the graph.
#ifndef DC_ENCODE_LOWER_METADATA_H_
#define DC_ENCODE_LOWER_METADATA_H_

#include "dc/graph.h"
#include "dc/status.h"
#include "format/manifest.h"

namespace dc {

// Input scaling, baseline and, with `keep_names`, other metadata of `graph` into `manifest`.
// BadInput where an entry is not what its key says.
Status LowerMetadata(const Graph& graph, bool keep_names, format::Manifest* manifest);

}  // namespace dc

#endif  // DC_ENCODE_LOWER_METADATA_H_
