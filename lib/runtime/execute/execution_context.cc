#include "runtime/execute/execution_context.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "runtime/load/attempt.h"

namespace dc::runtime {

ExecutionContext::ExecutionContext(size_t blocks, size_t most_inputs)
    : most_inputs_(most_inputs), arenas_(blocks), inputs_(blocks * most_inputs) {}

bool ExecutionContext::Fits(size_t blocks, uint64_t floats) const {
  const std::span used = std::span(arenas_).first(blocks);
  return std::all_of(used.begin(), used.end(), [&](const FloatBlock& arena) {
    return arena.ok() && arena.floats() >= floats;
  });
}

Status ExecutionContext::Grow(size_t blocks, uint64_t floats, ModelMemory* memory) {
  for (FloatBlock& arena : std::span(arenas_).first(blocks)) {
    if (arena.ok() && arena.floats() >= floats) continue;
    // First gone, then the larger one: both together may be too much.
    arena = FloatBlock();
    arena = FloatBlock(floats, memory);
    if (!arena.ok()) {
      return NoMemory(DC_ERROR_TEXT("no memory for activations", "no memory for activations of ",
                                    floats * sizeof(float), " bytes"),
                      "Session::Run", "run smaller batches, or use fewer threads");
    }
  }
  return OkStatus();
}

uint64_t ExecutionContext::TotalFloats() const {
  uint64_t total = 0;
  for (const FloatBlock& arena : arenas_) total += arena.floats();
  return total;
}

ContextPool::~ContextPool() {
  while (waiting_ != nullptr) delete std::exchange(waiting_, waiting_->next_);
}

void ContextPool::Return::operator()(ExecutionContext* context) const {
  const std::lock_guard<std::mutex> lock(pool->mutex_);
  context->next_ = std::exchange(pool->waiting_, context);
}

ExecutionContext* ContextPool::TakeWaiting(size_t blocks, uint64_t floats) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ExecutionContext** best = nullptr;  // the link that points to it
  bool best_fits = false;
  for (ExecutionContext** link = &waiting_; *link != nullptr; link = &(*link)->next_) {
    const bool fits = (*link)->Fits(blocks, floats);
    const bool larger = best != nullptr && (*link)->TotalFloats() > (*best)->TotalFloats();
    if (best == nullptr || (fits ? !best_fits || !larger : !best_fits && larger)) {
      best = link;
      best_fits = fits;
    }
  }
  if (best == nullptr) return nullptr;
  ExecutionContext* context = *best;
  *best = context->next_;
  return context;
}

StatusOr<ContextPool::Lease> ContextPool::Take(size_t blocks, uint64_t floats) {
  ExecutionContext* context = TakeWaiting(blocks, floats);
  if (context == nullptr) {
    const auto make = [&] {
      context = new ExecutionContext(blocks_, most_inputs_);
      return OkStatus();
    };
    DC_RETURN_IF_ERROR(Attempt(memory_, make));
  }
  Lease lease(context, Return{this});
  DC_RETURN_IF_ERROR(context->Grow(blocks, floats, memory_));
  return lease;
}

}  // namespace dc::runtime
