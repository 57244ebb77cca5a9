// Wall time of a stage.
#ifndef DC_PIPELINE_STAGE_CLOCK_H_
#define DC_PIPELINE_STAGE_CLOCK_H_

#include <chrono>

namespace dc {

// Starts when it is made.
class StageClock {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace dc

#endif  // DC_PIPELINE_STAGE_CLOCK_H_
