#include <google/protobuf/util/json_util.h>

#include <cmath>

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
  if (from.mean_squared_error) to->set_mean_squared_error(*from.mean_squared_error);
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

// A count or a number of bytes; what is no such number is 0.
uint64_t Count(double number) {
  return number >= 0 && number < 0x1p63 ? static_cast<uint64_t>(std::round(number)) : 0;
}

LayerReport Read(const proto::LayerReport& from) {
  LayerReport to;
  to.name = from.name();
  to.kind = from.kind();
  to.policy = from.policy();
  to.form = from.form();
  to.positions = from.positions();
  to.order = from.order();
  to.code_coder = from.code_coder();
  to.position_coder = from.position_coder();
  to.weights = Count(from.weights());
  to.survivors = Count(from.survivors());
  to.fillers = Count(from.fillers());
  to.weight_bits = from.weight_bits();
  to.weight_bits_coded = from.weight_bits_coded();
  to.index_bits = from.index_bits();
  to.index_bits_coded = from.index_bits_coded();
  to.codebook_entries = Count(from.codebook_entries());
  to.codebook_bytes = Count(from.codebook_bytes());
  to.bytes = Count(from.bytes());
  return to;
}

std::vector<Uncompressed> Read(
    const google::protobuf::RepeatedPtrField<proto::Uncompressed>& from) {
  std::vector<Uncompressed> to;
  for (const proto::Uncompressed& tensor : from) {
    to.push_back({tensor.name(), tensor.reason(), Count(tensor.bytes())});
  }
  return to;
}

StageReport Read(const proto::StageReport& from) {
  StageReport to;
  to.name = from.name();
  to.seconds = from.seconds();
  to.epochs = from.epochs();
  if (from.has_error_percent()) to.error_percent = from.error_percent();
  if (from.has_mean_squared_error()) to.mean_squared_error = from.mean_squared_error();
  to.output_bytes = Count(from.output_bytes());
  for (const proto::LayerOutcome& layer : from.layers()) {
    LayerOutcome& out = to.layers.emplace_back();
    out.name = layer.name();
    out.policy = layer.policy();
    out.weights = Count(layer.weights());
    out.survivors = Count(layer.survivors());
    out.codebook_entries = Count(layer.codebook_entries());
    out.bits = layer.bits();
    out.rms_error = layer.rms_error();
  }
  to.uncompressed = Read(from.uncompressed());
  return to;
}

Parts Read(const google::protobuf::RepeatedPtrField<proto::Part>& from) {
  Parts to;
  for (const proto::Part& part : from) to.emplace_back(part.name(), Count(part.bytes()));
  return to;
}

Report Read(const proto::Report& from) {
  Report to;
  to.model = from.model();
  to.data = from.data();
  to.seed = from.seed();
  to.file_bytes = Count(from.file_bytes());
  to.baseline_bytes = Count(from.baseline_bytes());
  if (from.has_baseline_error_percent()) to.baseline_error_percent = from.baseline_error_percent();
  if (from.has_error_percent()) to.error_percent = from.error_percent();
  if (from.has_top5_error_percent()) to.top5_error_percent = from.top5_error_percent();
  if (from.has_mean_squared_error()) to.mean_squared_error = from.mean_squared_error();
  if (from.has_baseline_mean_squared_error()) {
    to.baseline_mean_squared_error = from.baseline_mean_squared_error();
  }
  for (const proto::LayerReport& layer : from.layers()) to.layers.push_back(Read(layer));
  to.parts = Read(from.parts());
  to.comparison = Read(from.comparison());
  for (const proto::StageReport& stage : from.stages()) to.stages.push_back(Read(stage));
  if (from.has_latency()) {
    to.latency = {from.latency().batch(), from.latency().threads(),
                  from.latency().microseconds_per_image()};
  }
  for (const proto::Sensitivity& s : from.sensitivity()) {
    to.sensitivity.push_back({s.layer(), s.density(), s.error_percent()});
  }
  to.uncompressed = Read(from.uncompressed());
  for (const proto::LayerEnergy& layer : from.energy()) {
    to.energy.push_back(
        {layer.name(), layer.operations(), layer.weight_bits(), layer.activation_bits()});
  }
  for (const proto::CurvePoint& point : from.curve()) {
    to.curve.push_back(
        {point.density(), point.lambda(), Count(point.file_bytes()), point.error_percent()});
  }
  for (const proto::PublishedPoint& point : from.published()) {
    to.published.push_back({point.name(), Count(point.bytes()), point.error_percent(),
                            point.counted(), point.source()});
  }
  return to;
}

}  // namespace

StatusOr<Report> ParseReportJson(const std::string& json) {
  proto::Report message;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;  // of later versions
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message, options);
  if (!status.ok()) return BadInput("this is no report in JSON", "", "give what --json wrote");
  return Read(message);
}

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
  if (report.mean_squared_error) message.set_mean_squared_error(*report.mean_squared_error);
  if (report.baseline_mean_squared_error) {
    message.set_baseline_mean_squared_error(*report.baseline_mean_squared_error);
  }
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
  for (const PublishedPoint& point : report.published) {
    proto::PublishedPoint* out = message.add_published();
    out->set_name(ValidUtf8(point.name));
    out->set_bytes(double(point.bytes));
    out->set_error_percent(point.error_percent);
    out->set_counted(ValidUtf8(point.counted));
    out->set_source(ValidUtf8(point.source));
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
