// Progress on stderr.
#ifndef DC_TOOLS_COMMON_TERMINAL_PROGRESS_H_
#define DC_TOOLS_COMMON_TERMINAL_PROGRESS_H_

#include <memory>

#include "dc/progress.h"

namespace dc {

// A bar with rate and time left where stderr is a terminal, a plain line every few seconds where it
// is not, and silence when `quiet`.
std::unique_ptr<Progress> MakeTerminalProgress(bool quiet);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_TERMINAL_PROGRESS_H_
