// Counts this program's allocations through operator new.
#ifndef DC_TESTS_UNIT_RUNTIME_ALLOCATION_COUNTER_H_
#define DC_TESTS_UNIT_RUNTIME_ALLOCATION_COUNTER_H_

#include <cstdint>

namespace dc::runtime {

// Allocations since the program began.
int64_t AllocationCount();

// Allocation number `number` since the program began finds no memory; -1: all do.
void FailAllocation(int64_t number);

}  // namespace dc::runtime

#endif  // DC_TESTS_UNIT_RUNTIME_ALLOCATION_COUNTER_H_
