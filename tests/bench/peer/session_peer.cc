#include "bench/peer/session_peer.h"

#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include "dc/files.h"
#include "dc/runtime.h"
#include "hwy/highway.h"
#include "hwy/targets.h"

namespace dc {
namespace {

constexpr char kServe[] = "--serve";
constexpr const char* kSetNames[] = {"best", "avx2", "portable", "int8"};

int64_t ResidentBytes() {
  malloc_trim(0);  // what is free is no part of a model
  int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// Arguments: MODEL INPUT BATCH THREADS SET.
Status Serve(char** arguments) {
  const std::string model = arguments[0];
  const int64_t batch = std::atoll(arguments[2]);
  SessionOptions options{.threads = std::atoi(arguments[3])};
  const std::string set = arguments[4];
  // Better targets have lower bits. Nothing has been dispatched yet.
  if (set == "avx2") {
    hwy::SetSupportedTargetsForTest(hwy::SupportedTargets() & ~(HWY_AVX2 - 1));
  }
  options.reference_kernels = set == "portable";
  options.int8_activations = set == "int8";

  std::optional<Session> session;
  const auto load = [&]() -> StatusOr<double> {
    session.reset();
    const auto begin = std::chrono::steady_clock::now();
    DC_ASSIGN_OR_RETURN(session, Session::LoadMapped(model, options));
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
        .count();
  };
  const int64_t before = ResidentBytes();
  DC_ASSIGN_OR_RETURN(const double loaded, load());
  const int64_t grown = ResidentBytes() - before;

  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(arguments[1]));
  std::vector<float> input(bytes.size() / sizeof(float));
  std::memcpy(input.data(), bytes.data(), bytes.size());
  std::vector<float> output(FloatsOf(session->output().shape, batch));
  Status status = session->Run(batch, input, output);
  if (!status.ok()) return status;
  std::cout << "loaded " << loaded << " " << grown << " " << session->plan()[0].kernel << std::endl;

  for (std::string command; std::cin >> command;) {
    if (command == "time") {
      double seconds = 0;
      std::cin >> seconds;
      const Times times = TimeCalls(seconds, [&] { status = session->Run(batch, input, output); });
      DC_RETURN_IF_ERROR(status);
      std::cout << times.calls << " " << times.min_us << " " << times.median_us << std::endl;
    } else if (command == "output") {
      std::string path;
      std::cin >> path;
      DC_RETURN_IF_ERROR(session->Run(batch, input, output));
      DC_RETURN_IF_ERROR(WriteFileAtomic(
          path, {reinterpret_cast<const uint8_t*>(output.data()), output.size() * sizeof(float)}));
      std::cout << "ok" << std::endl;
    } else if (command == "load") {
      DC_ASSIGN_OR_RETURN(const double milliseconds, load());
      std::cout << milliseconds << std::endl;
    } else {
      return UsageError("unknown command " + command);
    }
  }
  return OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<PeerProcess>> StartSession(const PeerTask& task, InstructionSet set) {
  return PeerProcess::Start(
      {"/proc/self/exe", kServe, task.model, task.input, std::to_string(task.shape[0]),
       std::to_string(task.threads), kSetNames[static_cast<int>(set)]},
      task);
}

bool ServedSession(int argc, char** argv, int* exit_code) {
  if (argc != 7 || std::strcmp(argv[1], kServe) != 0) return false;
  const Status status = Serve(argv + 2);
  if (!status.ok()) std::cout << "error " << status.ToString() << std::endl;
  *exit_code = ExitCode(status.code());
  return true;
}

}  // namespace dc
