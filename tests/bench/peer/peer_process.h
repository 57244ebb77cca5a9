// A competitor in a process of its own, spoken to in lines of text.
#ifndef DC_TESTS_BENCH_PEER_PEER_PROCESS_H_
#define DC_TESTS_BENCH_PEER_PEER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "bench/peer/competitor.h"
#include "dc/status.h"

namespace dc {

// What a process is to run, and where.
struct PeerTask {
  std::string model;           // file
  std::string input;           // file of raw float32
  std::string scratch;         // file that the process may write its output to
  std::vector<int64_t> shape;  // of the input, the batch in dimension 0
  int threads = 1;
  std::vector<int> cores = {};  // that it may use; empty: all
};

// The shape as the process takes it: "1x3x8x8".
std::string ShapeArgument(const PeerTask& task);

// The process first says "loaded MILLISECONDS BYTES NOTE": how long opening and loading the model
// took and by how much its resident memory has grown. Then it answers each line with one line:
//   time SECONDS   "CALLS MIN MEDIAN", microseconds
//   output FILE    writes the first output as raw float32: "ok"
//   load           opens and loads the model again: "MILLISECONDS"
//   open MODEL INPUT SHAPE   takes another model, input and shape (1x3x8x8): "loaded ..."
// An error is "error TEXT". It ends with its input, and runs only while it is asked to.
class PeerProcess : public Competitor {
 public:
  // `command`: the program, looked for in PATH, and its arguments. Unsupported where it does not
  // start or cannot load the model.
  static StatusOr<std::unique_ptr<PeerProcess>> Start(const std::vector<std::string>& command,
                                                      const PeerTask& task);
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  ~PeerProcess() override;

  StatusOr<std::vector<float>> Output() override;
  StatusOr<Times> Time(double seconds) override;
  // Opens and loads the model once more; milliseconds.
  StatusOr<double> Load();
  // Goes on with another model and input, as many threads as before. An error leaves the process as
  // it is, for the next one. Paths must not hold blanks.
  Status Open(const PeerTask& task);

  // Of the last opened model's first load.
  double load_ms() const { return load_ms_; }
  int64_t grown_bytes() const { return grown_bytes_; }
  const std::string& note() const { return note_; }

 private:
  PeerProcess(std::string name, std::string scratch)
      : name_(std::move(name)), scratch_(std::move(scratch)) {}
  StatusOr<std::string> Ask(const std::string& line);
  // What the process says of a model that it has loaded.
  Status TakeLoaded(const std::string& line);
  StatusOr<std::string> ReadLine();
  Status NoAnswer(const std::string& what) const;

  std::string name_, scratch_, note_;
  pid_t process_ = -1;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
  double load_ms_ = 0;
  int64_t grown_bytes_ = 0;
};

}  // namespace dc

#endif  // DC_TESTS_BENCH_PEER_PEER_PROCESS_H_
