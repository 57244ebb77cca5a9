// What libFuzzer offers to mutators of structured inputs.
#ifndef DC_TESTS_FUZZ_LIBFUZZER_H_
#define DC_TESTS_FUZZ_LIBFUZZER_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

// libFuzzer's own changes of bytes; returns how many there are then.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace dc {

inline void MutateByLibFuzzer(std::vector<uint8_t>* bytes, std::mt19937* random) {
  const size_t size = bytes->size();
  bytes->resize(size + 1 + (*random)() % 8);
  bytes->resize(LLVMFuzzerMutate(bytes->data(), size, bytes->size()));
}

}  // namespace dc

#endif  // DC_TESTS_FUZZ_LIBFUZZER_H_
