#include "runtime/load/attempt.h"

#ifndef __EMSCRIPTEN__
#include <csetjmp>
#endif
#include <cstdlib>
#include <mutex>
#include <new>

#include "base/raw_memory.h"

#ifdef __EMSCRIPTEN__
// WebAssembly cannot jump out of functions, exceptions of JavaScript can: web/index.js throws one
// in dc_abandon and catches it in dc_try, which calls dc_run and returns whether it ended by
// itself.
#define DC_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) name
extern "C" {
int DC_IMPORT(dc_try)(const void* body, void* status);
[[noreturn]] void DC_IMPORT(dc_abandon)();
void dc_run(const void* body, void* status) {
  const auto& attempt = *static_cast<const dc::runtime::AttemptBody*>(body);
  *static_cast<dc::Status*>(status) = attempt.run(attempt.object);
}
}
#endif

namespace dc::runtime {
namespace {

struct Place {
#ifndef __EMSCRIPTEN__
  std::jmp_buf registers;
#endif
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
#ifdef __EMSCRIPTEN__
  if (dc_try(&body, &status) == 0) {
#else
  if (setjmp(place.registers) == 0) {
    status = body.run(body.object);
  } else {
#endif
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
#ifdef __EMSCRIPTEN__
  dc_abandon();
#else
  std::longjmp(current->registers, 1);
#endif
}

}  // namespace dc::runtime
