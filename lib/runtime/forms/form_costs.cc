#include "runtime/forms/form_costs.h"

#include "base/cpu.h"

namespace dc::runtime {
namespace {

// Permutations of two registers: one per cycle on Sapphire Rapids, half of one on Zen 4, two on
// Zen 5.
constexpr FormCosts kSapphireRapids{.word = 3.0,
                                    .shared_word = 3.5,
                                    .slice = 20,
                                    .byte_word = 3.7,
                                    .byte_slice = 25,
                                    .rest_entry = 0.23,
                                    .sell_entry = 0.23,
                                    .column_entry = 0.5,
                                    .pointwise_limit = 0.40,
                                    .window_limit = 0.40,
                                    .narrow_limit = 0.40};
constexpr FormCosts kZen4{.word = 3.5,
                          .shared_word = 4.0,
                          .slice = 20,
                          .byte_word = 3.7,
                          .byte_slice = 25,
                          .rest_entry = 0.25,
                          .sell_entry = 0.4,
                          .column_entry = 0.5,
                          .pointwise_limit = 0.40,
                          .window_limit = 0.40,
                          .narrow_limit = 0.40};
constexpr FormCosts kZen5{.word = 1.22,
                          .shared_word = 1.47,
                          .slice = 15,
                          .byte_word = 0.8,
                          .byte_slice = 15,
                          .rest_entry = 0.2,
                          .sell_entry = 0.36,
                          .column_entry = 0.5,
                          .pointwise_limit = 0.42,
                          .window_limit = 0.30,
                          .narrow_limit = 0.30};

}  // namespace

const FormCosts& CostsHere() {
#ifdef __x86_64__
  constexpr unsigned kFamilyOfZen5 = 26;
  const unsigned family = AmdFamily();
  if (family >= kFamilyOfZen5) return kZen5;
  if (family != 0) return kZen4;
#endif
  return kSapphireRapids;
}

}  // namespace dc::runtime
