// 0, 1, 2, ...: axes in their order, or a choice of everything.
#ifndef DC_BASE_COUNTING_H_
#define DC_BASE_COUNTING_H_

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace dc {

inline std::vector<int64_t> Counting(size_t count) {
  std::vector<int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace dc

#endif  // DC_BASE_COUNTING_H_
