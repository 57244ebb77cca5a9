#include "dc/runtime_c.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "dc/runtime.h"

struct dc_model {
  dc::Session session;
};

namespace {

dc_status Fail(const dc::Status& status, dc_error* error) {
  if (error != nullptr) {
    const std::string text = status.ToString();
    const size_t length = std::min(text.size(), sizeof(error->text) - 1);
    std::memcpy(error->text, text.data(), length);
    error->text[length] = '\0';
  }
  return static_cast<dc_status>(status.code());
}

dc_status NullArgument(const char* what, dc_error* error) {
  return Fail(dc::UsageError("a null pointer", what, "pass what the header describes"), error);
}

dc::SessionOptions SessionOptions(const dc_options* options) {
  dc::SessionOptions result;
  if (options == nullptr) return result;
  result.threads = options->threads;
  result.reference_kernels = options->reference_kernels != 0;
  const dc_allocator& allocator = options->allocator;
  result.allocator = {allocator.allocate, allocator.release, allocator.context};
  result.memory_limit = options->memory_limit;
  if (options->int8_activations != 0) result.int8_activations = options->int8_activations > 0;
  return result;
}

dc_status Keep(dc::StatusOr<dc::Session> session, dc_model** model, dc_error* error) {
  if (!session.ok()) return Fail(session.status(), error);
  *model = new (std::nothrow) dc_model{std::move(*session)};
  if (*model == nullptr) return Fail(dc::NoMemory("no memory for a model"), error);
  return DC_OK;
}

void Describe(const std::string& name, const std::vector<int64_t>& shape, dc_tensor_info* info) {
  *info = {name.c_str(), shape.size(), shape.data(), dc::FloatsOf(shape, 1)};
}

// A batch beyond what the signed type holds fits no buffer.
int64_t Samples(size_t batch) { return batch > INT64_MAX ? 0 : static_cast<int64_t>(batch); }

// More inputs or outputs than a file has.
constexpr size_t kMostBuffers = 256;

// Puts each of `buffers` in the place of the value of `infos` that it names; UsageError where there
// is none, or one for it already.
template <typename Buffer, typename Info, typename Span>
dc::Status Arrange(std::span<const Buffer> buffers, const std::vector<Info>& infos,
                   std::span<Span> places) {
  for (size_t i = 0; i < buffers.size(); ++i) {
    size_t place = i;
    if (buffers[i].name != nullptr) {
      const std::string_view name = buffers[i].name;
      for (place = 0; place < infos.size() && infos[place].name != name;) ++place;
    }
    if (place >= infos.size() || place >= places.size() || buffers[i].values == nullptr ||
        places[place].data() != nullptr) {
      return dc::UsageError(DC_ERROR_TEXT("a buffer is null, or its value unknown or given",
                                          "buffer ", i, " is null, or its value unknown or given"),
                            "dc_model_run_all", "give each value of the model once");
    }
    places[place] = {buffers[i].values, buffers[i].floats};
  }
  return dc::OkStatus();
}

}  // namespace

const char* dc_version(void) { return DC_VERSION; }

dc_status dc_model_load(const void* bytes, size_t size, const dc_options* options, dc_model** model,
                        dc_error* error) {
  if (model == nullptr) return NullArgument("dc_model_load", error);
  *model = nullptr;
  if (bytes == nullptr && size > 0) return NullArgument("dc_model_load", error);
  const std::span file(static_cast<const uint8_t*>(bytes), size);
  return Keep(dc::Session::Load(file, SessionOptions(options)), model, error);
}

dc_status dc_model_load_file(const char* path, const dc_options* options, dc_model** model,
                             dc_error* error) {
  if (model == nullptr) return NullArgument("dc_model_load_file", error);
  *model = nullptr;
  if (path == nullptr) return NullArgument("dc_model_load_file", error);
  return Keep(dc::Session::LoadFile(path, SessionOptions(options)), model, error);
}

dc_status dc_model_load_mapped(const char* path, const dc_options* options, dc_model** model,
                               dc_error* error) {
  if (model == nullptr) return NullArgument("dc_model_load_mapped", error);
  *model = nullptr;
  if (path == nullptr) return NullArgument("dc_model_load_mapped", error);
  return Keep(dc::Session::LoadMapped(path, SessionOptions(options)), model, error);
}

void dc_model_free(dc_model* model) { delete model; }

size_t dc_model_input_count(const dc_model* model) {
  return model == nullptr ? 0 : model->session.inputs().size();
}
size_t dc_model_output_count(const dc_model* model) {
  return model == nullptr ? 0 : model->session.outputs().size();
}
size_t dc_model_layer_count(const dc_model* model) {
  return model == nullptr ? 0 : model->session.plan().size();
}

dc_status dc_model_input(const dc_model* model, size_t index, dc_tensor_info* info) {
  if (index >= dc_model_input_count(model) || info == nullptr) return DC_USAGE;
  const dc::SessionInput& input = model->session.inputs()[index];
  Describe(input.name, input.shape, info);
  return DC_OK;
}

dc_status dc_model_output(const dc_model* model, size_t index, dc_tensor_info* info) {
  if (index >= dc_model_output_count(model) || info == nullptr) return DC_USAGE;
  const dc::SessionOutput& output = model->session.outputs()[index];
  Describe(output.name, output.shape, info);
  return DC_OK;
}

dc_status dc_model_scaling(const dc_model* model, size_t input, dc_scaling_info* info) {
  if (input >= dc_model_input_count(model) || info == nullptr) return DC_USAGE;
  const dc::SessionInput& from = model->session.inputs()[input];
  *info = {from.scale,           from.mean.size(),      from.deviation.size(),
           from.mean.data(),     from.deviation.data(), from.channels_last,
           from.reverse_channels};
  return DC_OK;
}

dc_status dc_model_layer(const dc_model* model, size_t index, dc_layer_info* info) {
  if (index >= dc_model_layer_count(model) || info == nullptr) return DC_USAGE;
  const dc::LayerPlan& layer = model->session.plan()[index];
  *info = {layer.name.c_str(),   layer.op.c_str(), layer.form.c_str(), layer.kernel.c_str(),
           layer.reason.c_str(), layer.weights,    layer.survivors,    layer.resident_bytes};
  return DC_OK;
}

dc_status dc_model_run(const dc_model* model, size_t batch, const float* input, size_t input_floats,
                       float* output, size_t output_floats, dc_error* error) {
  if (model == nullptr || input == nullptr || output == nullptr) {
    return NullArgument("dc_model_run", error);
  }
  const dc::Status status =
      model->session.Run(Samples(batch), {input, input_floats}, {output, output_floats});
  return status.ok() ? DC_OK : Fail(status, error);
}

void dc_model_cancel(const dc_model* model, int on) {
  if (model != nullptr) model->session.Cancel(on != 0);
}

dc_status dc_model_run_all(const dc_model* model, size_t batch, const dc_input_buffer* inputs,
                           size_t input_count, const dc_output_buffer* outputs, size_t output_count,
                           dc_error* error) {
  if (model == nullptr || (inputs == nullptr && input_count > 0) ||
      (outputs == nullptr && output_count > 0)) {
    return NullArgument("dc_model_run_all", error);
  }
  const dc::Session& session = model->session;
  std::array<std::span<const float>, kMostBuffers> in;
  std::array<std::span<float>, kMostBuffers> out;
  dc::Status status = Arrange<dc_input_buffer, dc::SessionInput, std::span<const float>>(
      {inputs, input_count}, session.inputs(), in);
  if (status.ok()) {
    status = Arrange<dc_output_buffer, dc::SessionOutput, std::span<float>>({outputs, output_count},
                                                                            session.outputs(), out);
  }
  if (status.ok()) {
    status = session.Run(Samples(batch), std::span(in).first(session.inputs().size()),
                         std::span(out).first(session.outputs().size()));
  }
  return status.ok() ? DC_OK : Fail(status, error);
}
