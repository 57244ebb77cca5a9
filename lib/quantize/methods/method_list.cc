#include <algorithm>

#include "quantize/methods/methods.h"

namespace dc {

std::vector<const Method*> MethodList() {
  std::vector<const Method*> all = {
#define DC_METHOD(name) name##Method(),
#include "quantize/methods/methods.inc"
  };
  std::sort(all.begin(), all.end(),
            [](const Method* a, const Method* b) { return a->info().name < b->info().name; });
  return all;
}

}  // namespace dc
