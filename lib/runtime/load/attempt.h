// Work that may run out of memory.
#ifndef DC_RUNTIME_LOAD_ATTEMPT_H_
#define DC_RUNTIME_LOAD_ATTEMPT_H_

#include "dc/status.h"
#include "runtime/load/model_memory.h"

namespace dc::runtime {

// What an attempt does: a function and what it is called with.
struct AttemptBody {
  Status (*run)(const void* object) = nullptr;
  const void* object = nullptr;
};

// Runs `body`, whose large arrays come from `memory`. Where neither the caller's allocator nor the
// heap has memory left, `body` is abandoned where it is and the result is NoMemory. What
// `memory` handed out meanwhile is given back; what small objects `body` had on the heap, a few
// hundred bytes per operator, is lost: without exceptions nobody can destroy them (decision 0035).
// `body` must hold no lock while it allocates, and what it changes must be whole at every
// allocation. `undo`, where there is one, is called before the memory is given back.
Status Attempt(ModelMemory* memory, AttemptBody body, void (*undo)(const void* object) = nullptr);

// The same for anything that can be called.
template <typename Body>
Status Attempt(ModelMemory* memory, const Body& body) {
  return Attempt(memory,
                 {[](const void* object) { return (*static_cast<const Body*>(object))(); }, &body});
}

// Ends the attempt of this thread; the process where there is none.
[[noreturn]] void AbandonAttempt();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LOAD_ATTEMPT_H_
