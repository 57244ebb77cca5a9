// Changes a protobuf message field by field, whatever its schema: libFuzzer's bit flips rarely
// leave one that still parses.
#ifndef DC_TESTS_FUZZ_PROTOBUF_MUTATOR_H_
#define DC_TESTS_FUZZ_PROTOBUF_MUTATOR_H_

#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <vector>

namespace dc {

using MutateBytes = std::function<void(std::vector<uint8_t>* bytes, std::mt19937* random)>;

// `message` with one field of it, or of a message within it, changed: removed, repeated, put
// elsewhere, or given another value. `mutate_bytes` changes strings and packed numbers. What is no
// message goes to `mutate_bytes` as it is.
std::vector<uint8_t> MutateMessage(std::span<const uint8_t> message, std::mt19937* random,
                                   const MutateBytes& mutate_bytes);

}  // namespace dc

#endif  // DC_TESTS_FUZZ_PROTOBUF_MUTATOR_H_
