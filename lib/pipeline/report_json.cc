#include <google/protobuf/util/json_util.h>

#include "dc/printable.h"
#include "dc/report.h"
#include "report.pb.h"

namespace dc {
namespace {

void Fill(const LayerReport& from, uint64_t file_bytes, proto::LayerReport* to) {
  to->set_name(ValidUtf8(from.name));
  to->set_kind(from.kind);
  to->set_policy(ValidUtf8(from.policy));
  to->set_form(from.form);
  to->set_positions(from.positions);
  to->set_order(from.order);
  to->set_code_coder(from.code_coder);
  to->set_position_coder(from.position_coder);
  to->set_weights(double(from.weights));
  to->set_survivors(double(from.survivors));
  to->set_fillers(double(from.fillers));
  to->set_density(from.density());
  to->set_weight_bits(from.weight_bits);
  to->set_weight_bits_coded(from.weight_bits_coded);
  to->set_index_bits(from.index_bits);
  to->set_index_bits_coded(from.index_bits_coded);
  to->set_codebook_entries(double(from.codebook_entries));
  to->set_codebook_bytes(double(from.codebook_bytes));
  to->set_bytes(double(from.bytes));
  to->set_share_percent(file_bytes ? 100.0 * double(from.bytes) / double(file_bytes) : 0);
  to->set_ratio(from.ratio());
}

void Fill(const std::vector<Uncompressed>& from,
          google::protobuf::RepeatedPtrField<proto::Uncompressed>* to) {
  for (const Uncompressed& tensor : from) {
    proto::Uncompressed* out = to->Add();
    out->set_name(ValidUtf8(tensor.name));
    out->set_reason(ValidUtf8(tensor.reason));
    out->set_bytes(double(tensor.bytes));
  }
}

void Fill(const StageReport& from, proto::StageReport* to) {
  to->set_name(ValidUtf8(from.name));
  to->set_seconds(from.seconds);
  to->set_epochs(from.epochs);
  if (from.error_percent) to->set_error_percent(*from.error_percent);
  to->set_output_bytes(double(from.output_bytes));
  for (const LayerOutcome& layer : from.layers) {
    proto::LayerOutcome* out = to->add_layers();
    out->set_name(ValidUtf8(layer.name));
    out->set_weights(double(layer.weights));
    out->set_survivors(double(layer.survivors));
    out->set_policy(ValidUtf8(layer.policy));
    out->set_bits(layer.bits);
    out->set_codebook_entries(double(layer.codebook_entries));
    out->set_rms_error(layer.rms_error);
  }
  Fill(from.uncompressed, to->mutable_uncompressed());
}

void Fill(const Parts& from, google::protobuf::RepeatedPtrField<proto::Part>* to) {
  for (const auto& [name, bytes] : from) {
    proto::Part* part = to->Add();
    part->set_name(ValidUtf8(name));
    part->set_bytes(double(bytes));
  }
}

}  // namespace

StatusOr<std::string> ReportJson(const Report& report) {
  proto::Report message;
  message.set_tool_version(Version());
  message.set_model(ValidUtf8(report.model));
  message.set_data(ValidUtf8(report.data));
  message.set_seed(static_cast<uint32_t>(report.seed));
  message.set_file_bytes(double(report.file_bytes));
  message.set_baseline_bytes(double(report.baseline_bytes));
  message.set_ratio(report.ratio());
  if (report.baseline_error_percent) {
    message.set_baseline_error_percent(*report.baseline_error_percent);
  }
  if (report.error_percent) message.set_error_percent(*report.error_percent);
  if (report.top5_error_percent) message.set_top5_error_percent(*report.top5_error_percent);
  for (const LayerReport& layer : report.layers) {
    Fill(layer, report.file_bytes, message.add_layers());
  }
  Fill(report.parts, message.mutable_parts());
  Fill(report.comparison, message.mutable_comparison());
  for (const StageReport& stage : report.stages) Fill(stage, message.add_stages());
  if (report.latency) {
    message.mutable_latency()->set_batch(static_cast<int32_t>(report.latency->batch));
    message.mutable_latency()->set_threads(report.latency->threads);
    message.mutable_latency()->set_microseconds_per_image(report.latency->microseconds_per_image);
  }
  for (const Sensitivity& s : report.sensitivity) {
    proto::Sensitivity* out = message.add_sensitivity();
    out->set_layer(ValidUtf8(s.layer));
    out->set_density(s.density);
    out->set_error_percent(s.error_percent);
  }
  Fill(report.uncompressed, message.mutable_uncompressed());
  for (const LayerEnergy& layer : report.energy) {
    proto::LayerEnergy* out = message.add_energy();
    out->set_name(layer.name);
    out->set_operations(layer.operations);
    out->set_weight_bits(layer.weight_bits);
    out->set_activation_bits(layer.activation_bits);
    out->set_energy(layer.energy());
  }
  for (const CurvePoint& point : report.curve) {
    proto::CurvePoint* out = message.add_curve();
    out->set_density(point.density);
    out->set_lambda(point.lambda);
    out->set_file_bytes(double(point.bytes));
    out->set_error_percent(point.error_percent);
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return Internal("cannot write JSON: " + std::string(status.message()));
  return text;
}

}  // namespace dc
