// The files of dc-compress, checked before its work.
#ifndef DC_TOOLS_COMMON_COMPRESS_FILES_H_
#define DC_TOOLS_COMMON_COMPRESS_FILES_H_

#include <string>

#include "common/tool.h"
#include "dc/recipe.h"
#include "dc/status.h"

namespace dc {

// Tells `tool` what a run of `recipe` reads, and what it writes into `directory`; null stands for a
// search, whose recipes are still to come. Errors are those of FileRoles.
Status CheckCompressFiles(const Recipe* recipe, const std::string& directory, Tool* tool);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_COMPRESS_FILES_H_
