#include "common/search_start.h"

#include "dc/smallest.h"

namespace dc {

StatusOr<SearchStart> BeginSearch(const std::string& path, const Dataset& data,
                                  const std::string& directory, uint64_t seed, int threads,
                                  Progress* progress) {
  SearchStart start;
  DC_RETURN_IF_ERROR(MakeDirectories(directory));
  DC_ASSIGN_OR_RETURN(start.lock, FileLock::OfName(directory + "/search"));
  start.recipe = path;
  if (path.ends_with(".onnx") || path.ends_with(".onnxtxt")) {
    start.recipe = directory + "/search.textproto";
    DC_RETURN_IF_ERROR(WriteSearchRecipe(path, data, seed, threads, start.recipe, progress));
  }
  return start;
}

}  // namespace dc
