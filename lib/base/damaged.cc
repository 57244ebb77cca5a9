#include "base/damaged.h"

namespace dc {

Status Damaged(TextView what, TextView where) {
  return BadInput(what, where, "get a fresh copy of the file");
}

Status Damaged(const char* what, const char* where) {
  return BadInput(what, where, "get a fresh copy of the file");
}

}  // namespace dc
