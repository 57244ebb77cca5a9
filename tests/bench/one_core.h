// Which cores the competitors get.
#ifndef DC_TESTS_BENCH_ONE_CORE_H_
#define DC_TESTS_BENCH_ONE_CORE_H_

#include <sched.h>

#include <vector>

namespace dc {

// The last `count` cores that this thread may use; fewer where it has fewer.
inline std::vector<int> LastCores(int count) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  std::vector<int> cores;
  for (int core = CPU_SETSIZE - 1; core >= 0; --core) {
    const bool wanted = static_cast<int>(cores.size()) < count;
    if (wanted && CPU_ISSET(core, &allowed)) cores.push_back(core);
  }
  return cores;
}

// Keeps this thread on the last of its cores while it lives.
class OnOneCore {
 public:
  OnOneCore() {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int core : LastCores(1)) CPU_SET(core, &one);
    sched_setaffinity(0, sizeof(one), &one);
  }
  OnOneCore(const OnOneCore&) = delete;
  OnOneCore& operator=(const OnOneCore&) = delete;
  ~OnOneCore() { sched_setaffinity(0, sizeof(before_), &before_); }

 private:
  cpu_set_t before_;
};

}  // namespace dc

#endif  // DC_TESTS_BENCH_ONE_CORE_H_
