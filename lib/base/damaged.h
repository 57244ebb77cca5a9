// Files that were right when they were written, and are not any more.
#ifndef DC_BASE_DAMAGED_H_
#define DC_BASE_DAMAGED_H_

#include "dc/status.h"

namespace dc {

// BadInput that says what is wrong and where, and advises to get the file once more.
[[gnu::cold]] Status Damaged(TextView what, TextView where = {});
// The same for literals, where passing no lengths makes the smaller program. Null stands for "".
[[gnu::cold]] Status Damaged(const char* what, const char* where = nullptr);

}  // namespace dc

#endif  // DC_BASE_DAMAGED_H_
