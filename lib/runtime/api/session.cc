#include <string>
#include <utility>

#include "base/regular_file.h"
#include "base/text.h"
#include "dc/runtime.h"
#include "runtime/api/loaded_model.h"
#include "runtime/execute/caller_layout.h"
#include "runtime/load/model_memory.h"

namespace dc {

size_t FloatsOf(const std::vector<int64_t>& shape, int64_t batch) {
  return static_cast<size_t>(runtime::CallerLayout(shape).Floats(batch));
}

Session::Session(std::unique_ptr<runtime::LoadedModel> model) : model_(std::move(model)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

StatusOr<Session> Session::Load(std::span<const uint8_t> bytes, const SessionOptions& options) {
  DC_ASSIGN_OR_RETURN(auto model, runtime::LoadedModel::Load(bytes, options));
  return Session(std::move(model));
}

StatusOr<Session> Session::LoadFile(const std::string& path, const SessionOptions& options) {
  DC_RETURN_IF_ERROR(runtime::CheckAllocator(options.allocator));
  DC_ASSIGN_OR_RETURN(const RegularFile file, RegularFile::Open(path));
  runtime::ModelMemory memory(options.allocator);
  const runtime::FloatBlock block(file.size() / sizeof(float) + 1, &memory);
  if (!block.ok()) {
    return NoMemory(
        DC_ERROR_TEXT("no memory for a file", "no memory for a file of ", file.size(), " bytes"),
        path, "map it instead");
  }
  const std::span bytes(reinterpret_cast<uint8_t*>(block.data()), file.size());
  DC_ASSIGN_OR_RETURN(const size_t size, file.Read(bytes));
  auto session = Load(bytes.first(size), options);
  if (!session.ok()) return session.status().At(path);
  return session;
}

StatusOr<Session> Session::LoadMapped(const std::string& path, const SessionOptions& options) {
  DC_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  auto session = Load(file.bytes(), options);
  if (!session.ok()) return session.status().At(path);
  return session;
}

const std::vector<SessionInput>& Session::inputs() const { return model_->inputs(); }
const std::vector<SessionOutput>& Session::outputs() const { return model_->outputs(); }
const std::vector<LayerPlan>& Session::plan() const { return model_->layers(); }
bool Session::int8_activations() const { return model_->int8_activations(); }

StatusOr<StepTimes> Session::Measure(int64_t batch, int repetitions) const {
  return model_->Measure(batch, repetitions);
}

Status Session::Run(int64_t batch, std::span<const std::span<const float>> inputs,
                    std::span<const std::span<float>> outputs) const {
  return model_->Run(batch, inputs, outputs);
}

void Session::Cancel(bool on) const { model_->Cancel(on); }

Status Session::Run(int64_t batch, std::span<const float> input, std::span<float> output) const {
  return model_->RunFirst(batch, input, output);
}

}  // namespace dc
