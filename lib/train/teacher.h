// A trained network whose outputs another one learns.
#ifndef DC_TRAIN_TEACHER_H_
#define DC_TRAIN_TEACHER_H_

#include <memory>
#include <string>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/status.h"
#include "train/executor.h"

namespace dc::train {

// Shared by all shards, which have an executor each.
class Teacher {
 public:
  // Reads the ONNX model at `path`, float or quantized, with the input scaling that it carries.
  // `data` must outlive it. Errors: what cannot be read or executed.
  static StatusOr<std::unique_ptr<Teacher>> Load(const std::string& path, const Dataset& data,
                                                 const std::string& logits);

  const Reading& reading() const { return network_.reading; }
  // For `batch` samples. Errors: an output of another size than `outputs`, or that does not fit the
  // data.
  StatusOr<std::unique_ptr<Executor>> NewExecutor(int64_t batch, int64_t outputs);
  // Of its parameters, for checkpoints.
  std::string Checksum() const;

 private:
  std::string path_;
  const Dataset* data_ = nullptr;
  Graph graph_;
  Network network_;
  Parameters parameters_;
  DropoutRatios dropout_{1.0, {}};
};

}  // namespace dc::train

#endif  // DC_TRAIN_TEACHER_H_
