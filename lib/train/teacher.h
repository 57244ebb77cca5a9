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
  // Errors: what cannot be read or executed, another number of classes than `classes`.
  static StatusOr<std::unique_ptr<Teacher>> Load(const std::string& path, const Dataset& data,
                                                 const std::string& logits);

  const Reading& reading() const { return network_.reading; }
  // For `batch` samples, with as many classes as `classes`.
  StatusOr<std::unique_ptr<Executor>> NewExecutor(int64_t batch, int64_t classes);
  // Of its parameters, for checkpoints.
  std::string Checksum() const;

 private:
  std::string path_;
  Graph graph_;
  Network network_;
  Parameters parameters_;
  DropoutRatios dropout_{1.0, {}};
};

}  // namespace dc::train

#endif  // DC_TRAIN_TEACHER_H_
