// Several errors as one.
#ifndef DC_MODEL_REASONS_H_
#define DC_MODEL_REASONS_H_

#include <vector>

#include "dc/status.h"

namespace dc {

// All of `reasons` (not empty) in one line: each what is wrong with the places where it is, the
// first ones of many; what to do about the first. BadInput where one is, else the first one's kind.
Status JoinReasons(const std::vector<Status>& reasons);

}  // namespace dc

#endif  // DC_MODEL_REASONS_H_
