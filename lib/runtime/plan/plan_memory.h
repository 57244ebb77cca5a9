// Where the buffers of a plan lie.
#ifndef DC_RUNTIME_PLAN_PLAN_MEMORY_H_
#define DC_RUNTIME_PLAN_PLAN_MEMORY_H_

#include "dc/status.h"
#include "runtime/plan/plan.h"

namespace dc::runtime {

// Removes the steps that put their inputs one after the other (Step::joins) where the inputs can
// be written there in the first place: each comes from a step and is read by nothing else.
void RemoveJoins(Plan* plan);

// Sets plan->memory. Unsupported where a sample's activations take more than `max_bytes`, or would
// take more than 4 GiB without sharing their places.
Status PlanMemories(uint64_t max_bytes, Plan* plan);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_PLAN_PLAN_MEMORY_H_
