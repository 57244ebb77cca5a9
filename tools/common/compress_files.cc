#include "common/compress_files.h"

#include "dc/compress.h"
#include "dc/smallest.h"

namespace dc {

Status CheckCompressFiles(const Recipe* recipe, const std::string& directory, Tool* tool) {
  Recipe known;
  if (recipe != nullptr) {
    known = *recipe;
  } else {  // every stage that a recipe may have
    known.train = TrainOptions();
    known.prune = PruneStep();
    known.quantize = QuantizeStep();
  }
  CompressFiles files = FilesOf(known, directory);
  if (recipe == nullptr) files.written.push_back(directory + "/recipe.textproto");
  files.written.push_back(directory + "/report.html");
  for (const std::string& file : files.read) {
    DC_RETURN_IF_ERROR(tool->Reads("a file of the recipe", file));
  }
  for (const std::string& file : files.written) {
    DC_RETURN_IF_ERROR(tool->Writes("a file of --output", file));
  }
  return OkStatus();
}

StatusOr<std::string> SearchStart(const std::string& path, const Dataset& data,
                                  const std::string& directory, Tool* tool) {
  if (!path.ends_with(".onnx") && !path.ends_with(".onnxtxt")) return path;
  const std::string start = directory + "/search.textproto";
  DC_RETURN_IF_ERROR(
      WriteSearchRecipe(path, data, tool->seed(), tool->threads(), start, tool->progress()));
  return start;
}

}  // namespace dc
