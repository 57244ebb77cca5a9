#include "bench/case_files.h"

#include <cmath>

#include "base/rng.h"
#include "bench/layer_models.h"
#include "bench/one_core.h"
#include "dc/encode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"

namespace dc {
namespace {

// Values as a network has them behind a ReLU, `active` of them not zero; or like pixels.
std::vector<float> InputValues(size_t count, double active, bool pixels) {
  Rng rng(2);
  std::vector<float> values(count);
  for (float& value : values) {
    const double drawn = rng.Normal();
    const bool kept = pixels || rng.Uniform() < active;
    value = kept ? static_cast<float>(pixels ? drawn : std::fabs(drawn)) : 0.0f;
  }
  return values;
}

Status WriteDcz(const Graph& graph, const std::string& path) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, EncodeModel(graph, {}, nullptr, nullptr));
  return WriteFileAtomic(path, file);
}

}  // namespace

StatusOr<CaseFiles> WriteCaseFiles(const ComparisonCase& comparison, const std::string& folder) {
  CaseFiles files;
  DC_ASSIGN_OR_RETURN(files.dense, comparison.build());
  PeerTask& ours = files.ours;
  ours.shape = files.dense.inputs[0].shape;
  ours.shape[0] = comparison.batch;
  ours.model = folder + "/ours.dcz";
  ours.input = folder + "/input.f32";
  ours.scratch = folder + "/output.f32";
  ours.cores = LastCores(1);
  files.own_dense = files.fp32 = files.int8 = files.empty = ours;
  files.own_dense.model = folder + "/own_dense.dcz";
  files.fp32.model = folder + "/fp32.onnx";
  files.int8.model = folder + "/int8.onnx";
  files.empty.model = folder + "/empty.onnx";

  DC_RETURN_IF_ERROR(WriteDcz(files.dense, ours.model));
  DC_RETURN_IF_ERROR(DequantizeAll(&files.dense));
  DC_RETURN_IF_ERROR(SaveModel(files.dense, files.fp32.model));
  if (comparison.own_dense) {
    DC_RETURN_IF_ERROR(WriteDcz(files.dense, files.own_dense.model));
  }
  if (comparison.fully_connected) {
    DC_RETURN_IF_ERROR(SaveModel(DynamicInt8Model(files.dense), files.int8.model));
  }
  if (comparison.small) {
    DC_RETURN_IF_ERROR(SaveModel(EmptyModel(files.dense), files.empty.model));
  }
  const bool pixels = ours.shape.size() == 4 && ours.shape[1] <= 3;
  files.input =
      InputValues(static_cast<size_t>(ElementCount(ours.shape)), comparison.active, pixels);
  DC_RETURN_IF_ERROR(WriteFileAtomic(
      ours.input,
      {reinterpret_cast<const uint8_t*>(files.input.data()), files.input.size() * sizeof(float)}));
  return files;
}

}  // namespace dc
