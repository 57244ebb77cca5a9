#include "common/compress_files.h"

#include "dc/compress.h"

namespace dc {

Status CheckCompressFiles(const Recipe* recipe, const std::string& directory, Tool* tool) {
  Recipe any;  // with every stage that a recipe may have
  any.train.emplace();
  any.prune.emplace();
  any.quantize.emplace();
  CompressFiles files = FilesOf(recipe != nullptr ? *recipe : any, directory);
  if (recipe == nullptr) files.written.push_back(directory + "/recipe.textproto");
  for (const std::string& file : files.read) {
    DC_RETURN_IF_ERROR(tool->Reads("a file of the recipe", file));
  }
  for (const std::string& file : files.written) {
    DC_RETURN_IF_ERROR(tool->Writes("a file of --output", file));
  }
  return OkStatus();
}

}  // namespace dc
