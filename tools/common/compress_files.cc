#include "common/compress_files.h"

#include "dc/compress.h"

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

}  // namespace dc
