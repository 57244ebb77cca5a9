#include "train/teacher.h"

#include "base/crc32.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "dc/train.h"

namespace dc::train {

StatusOr<std::unique_ptr<Teacher>> Teacher::Load(const std::string& path, const Dataset& data,
                                                 const std::string& logits) {
  auto teacher = std::make_unique<Teacher>();
  teacher->path_ = path;
  teacher->data_ = &data;
  DC_ASSIGN_OR_RETURN(teacher->graph_, LoadModel(path));
  DC_RETURN_IF_ERROR(DequantizeAll(&teacher->graph_));
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess,
                      PreprocessFromMetadata(teacher->graph_.metadata));
  StatusOr<Network> network = FindNetwork(teacher->graph_, data, preprocess, {logits, nullptr});
  if (!network.ok()) return network.status().At("teacher " + path);
  teacher->network_ = *std::move(network);
  DC_ASSIGN_OR_RETURN(teacher->parameters_, Parameters::Load(teacher->network_));
  return teacher;
}

StatusOr<std::unique_ptr<Executor>> Teacher::NewExecutor(int64_t batch, int64_t outputs) {
  auto executor = Executor::Make(network_, parameters_, &dropout_, batch, /*training=*/false);
  if (!executor.ok()) return executor.status().At("teacher " + path_);
  const int64_t own = (*executor)->outputs();
  if (own != outputs) {
    return BadInput("the teacher has " + std::to_string(own) + " outputs, the network " +
                        std::to_string(outputs),
                    path_, "give a teacher for the same outputs");
  }
  const Status fits =
      CheckOutputFits(network_.output, (*executor)->ShapeOf(network_.logits), *data_);
  if (!fits.ok()) return fits.At("teacher " + path_);
  return executor;
}

std::string Teacher::Checksum() const {
  const auto values = parameters_.all();
  return std::to_string(
      Crc32c({reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(float)}));
}

}  // namespace dc::train
