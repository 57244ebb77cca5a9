// The ratio in effect of every Dropout node, shared by all shards and changed between steps.
#ifndef DC_TRAIN_DROPOUT_RATIOS_H_
#define DC_TRAIN_DROPOUT_RATIOS_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace dc::train {

// Ratios by the Dropout node's output name: share of values dropped, in [0, 0.95].
class DropoutRatios {
 public:
  using Scales = std::map<std::string, double>;

  // Every ratio is multiplied by `scale`, and by `scales[output]` where there is one.
  DropoutRatios(double scale, Scales scales) : scale_(scale), scales_(std::move(scales)) {}

  // Adds the node that writes `output` with its own ratio. Returns the address of the ratio in
  // effect, which stays valid and follows later changes.
  const double* Register(const std::string& output, double ratio) {
    own_[output] = ratio;
    Refresh(output);
    return &effective_[output];
  }

  // Multiplies the ratio of the node that writes `output` by `scale` from now on, in place of the
  // scale of an earlier call.
  void Set(const std::string& output, double scale) {
    changes_[output] = scale;
    Refresh(output);
  }

  // What Set was called with, and its replacement from a checkpoint.
  const Scales& changes() const { return changes_; }
  void Restore(Scales changes) {
    changes_ = std::move(changes);
    for (const auto& [output, own] : own_) Refresh(output);
  }

 private:
  void Refresh(const std::string& output) {
    const auto own = own_.find(output);
    if (own == own_.end()) return;
    double ratio = own->second * scale_;
    for (const Scales* scales : {&scales_, &changes_}) {
      const auto it = scales->find(output);
      if (it != scales->end()) ratio *= it->second;
    }
    effective_[output] = std::clamp(ratio, 0.0, 0.95);
  }

  double scale_;
  Scales scales_, changes_;
  std::map<std::string, double> own_, effective_;
};

}  // namespace dc::train

#endif  // DC_TRAIN_DROPOUT_RATIOS_H_
