// Ctrl-C and SIGTERM.
#ifndef DC_TOOLS_COMMON_CANCELLATION_H_
#define DC_TOOLS_COMMON_CANCELLATION_H_

#include <string>

namespace dc {

// From now on SIGINT and SIGTERM ask the work to end. Work that asks IsCancelled ends in good
// order; what has not ended after two seconds, or at the second signal, is ended by force: then,
// too, outputs are what they were, since they are replaced as a whole. `tool` begins the line that
// says so.
void WatchForSignals(const std::string& tool);

// Whether the user asked.
bool IsCancelled();

}  // namespace dc

#endif  // DC_TOOLS_COMMON_CANCELLATION_H_
