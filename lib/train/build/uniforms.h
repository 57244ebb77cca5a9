// Random numbers of one node in one step.
#ifndef DC_TRAIN_BUILD_UNIFORMS_H_
#define DC_TRAIN_BUILD_UNIFORMS_H_

#include <cstdint>

#include "base/rng.h"
#include "train/build/node_kernel.h"

namespace dc::train {

// Uniform numbers in [0, 1), of 24 bits; the same for any number of threads.
class Uniforms {
 public:
  Uniforms(const StepContext& context, uint64_t node)
      : rng_(Rng(context.seed, static_cast<uint64_t>(context.step)).Next(),
             (static_cast<uint64_t>(context.shard) << 32) | node) {}

  float Next() {
    bits_ = have_ ? bits_ >> 32 : rng_.Next();
    have_ = !have_;
    return static_cast<float>(bits_ & 0xFFFFFF) * 0x1p-24f;
  }

 private:
  Rng rng_;
  uint64_t bits_ = 0;
  bool have_ = false;
};

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_UNIFORMS_H_
