// libFuzzer's entry point for the function that DC_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>

#include "fuzz/fuzz_targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dc::DC_FUZZ_TARGET({data, size});
  return 0;
}
