// A mutator for targets that take a protobuf message: an ONNX model, a manifest.
#include <algorithm>
#include <random>
#include <vector>

#include "fuzz/libfuzzer.h"
#include "fuzz/protobuf_mutator.h"

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  std::mt19937 random(seed);
  const std::vector<uint8_t> changed =
      dc::MutateMessage({data, size}, &random, dc::MutateByLibFuzzer);
  if (changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}
