// The project's own runtime in a child process: with a clean memory to measure, and with the
// instruction sets that the benchmark allows it.
#ifndef DC_TESTS_BENCH_PEER_SESSION_PEER_H_
#define DC_TESTS_BENCH_PEER_SESSION_PEER_H_

#include <memory>

#include "bench/peer/peer_process.h"
#include "dc/status.h"

namespace dc {

enum class InstructionSet {
  kBest,      // of this machine
  kAvx2,      // at most
  kPortable,  // the reference kernels: plain loops, no SIMD of ours
  kInt8,      // of this machine, with inputs of 8 bits where a layer can have them
};

// Starts this program again to serve `task`, whose model is a .dcz. Its note is the kernel of the
// first layer.
StatusOr<std::unique_ptr<PeerProcess>> StartSession(const PeerTask& task, InstructionSet set);

// What the started program does: true where the command line is StartSession's, *exit_code being
// what main() returns.
bool ServedSession(int argc, char** argv, int* exit_code);

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_SESSION_PEER_H_
