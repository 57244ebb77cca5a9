#include "runtime/forms/form_costs.h"

#include "base/cpu.h"

namespace dc::runtime {
namespace {

// The processor of the benchmarks, Sapphire Rapids; bytes on Zen 4.
constexpr FormCosts kUsual{.word = 3.0,
                           .shared_word = 3.5,
                           .slice = 20,
                           .byte_word = 3.7,
                           .byte_slice = 25,
                           .rest_entry = 0.23,
                           .sell_entry = 0.23,
                           .window_limit = 0.40,
                           .narrow_limit = 0.40,
                           .block_inputs = 36 << 10};

// Zen 5 permutes two registers twice a cycle, and gathers more slowly.
constexpr FormCosts kZen5{.word = 1.22,
                          .shared_word = 1.47,
                          .slice = 20,
                          .byte_word = 2.4,
                          .byte_slice = 25,
                          .rest_entry = 0.2,
                          .sell_entry = 0.36,
                          .window_limit = 0.30,
                          .narrow_limit = 0.30,
                          .block_inputs = 40 << 10};
constexpr unsigned kFamilyOfZen5 = 26;

}  // namespace

const FormCosts& CostsHere() { return AmdFamily() >= kFamilyOfZen5 ? kZen5 : kUsual; }

}  // namespace dc::runtime
