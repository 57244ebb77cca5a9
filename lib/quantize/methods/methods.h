// Every method; one file each.
#ifndef DC_QUANTIZE_METHODS_METHODS_H_
#define DC_QUANTIZE_METHODS_METHODS_H_

#include <vector>

#include "quantize/method.h"

namespace dc {

#define DC_METHOD(name) const Method* name##Method();
#include "quantize/methods/methods.inc"

// All of them, by name.
std::vector<const Method*> MethodList();

}  // namespace dc

#endif  // DC_QUANTIZE_METHODS_METHODS_H_
