// How a search for the smallest file begins.
#ifndef DC_TOOLS_COMMON_SEARCH_START_H_
#define DC_TOOLS_COMMON_SEARCH_START_H_

#include <cstdint>
#include <string>

#include "dc/data.h"
#include "dc/files.h"
#include "dc/progress.h"
#include "dc/status.h"

namespace dc {

struct SearchStart {
  FileLock lock;       // of the folder's search, as long as it lives
  std::string recipe;  // the path of the recipe that the search begins with
};

// Makes `directory` and takes its search for oneself: IoError where another run has it. `path` is a
// recipe, or an ONNX model, for which one is written there (WriteSearchRecipe, with its errors).
StatusOr<SearchStart> BeginSearch(const std::string& path, const Dataset& data,
                                  const std::string& directory, uint64_t seed, int threads,
                                  Progress* progress);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_SEARCH_START_H_
