#include "runtime/load/attempt.h"

#include <csetjmp>
#include <cstdlib>
#include <mutex>
#include <new>

#include "base/raw_memory.h"

namespace dc::runtime {
namespace {

struct Place {
  std::jmp_buf registers;
};

thread_local Place* current = nullptr;

// How many attempts there are, and the host's handler while there are any.
std::mutex handler_mutex;
int attempts = 0;
std::new_handler hosts = nullptr;

// Called by operator new. Where the thread is in no attempt, the host's own handler, or none, has
// the next word.
void OnNoMemory() {
  if (current != nullptr) AbandonAttempt();
  std::set_new_handler(hosts);
}

void CountAttempt(int change) {
  const std::lock_guard<std::mutex> lock(handler_mutex);
  attempts += change;
  if (attempts == 0) {
    std::set_new_handler(hosts);
    return;
  }
  const std::new_handler now = std::get_new_handler();
  if (now == OnNoMemory) return;
  hosts = now;
  std::set_new_handler(OnNoMemory);
}

}  // namespace

Status Attempt(ModelMemory* memory, AttemptBody body, void (*undo)(const void* object)) {
  // Nothing that changes between the two returns of setjmp is read after the second.
  Place place;
  Place* const outer = current;
  std::pmr::memory_resource* const outer_memory = SetRawMemory(memory);
  const size_t mark = memory->Mark();
  CountAttempt(1);
  current = &place;
  Status status;
  if (setjmp(place.registers) == 0) {
    status = body.run(body.object);
  } else {
    if (undo != nullptr) undo(body.object);
    memory->ReleaseSince(mark);
    status = NoMemory("no memory left");
  }
  current = outer;
  CountAttempt(-1);
  SetRawMemory(outer_memory);
  return status;
}

void AbandonAttempt() {
  if (current == nullptr) std::abort();
  std::longjmp(current->registers, 1);
}

}  // namespace dc::runtime
