#include "dc/report.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "dc/train.h"
#include "entropy/dec/hashed_codes.h"
#include "entropy/dec/plane_decoder.h"
#include "entropy/dec/weight_decoder.h"
#include "entropy/dec/zstd.h"
#include "entropy/enc/zstd_compress.h"
#include "format/codebook.h"
#include "format/reader.h"
#include "op/operator.h"
#include "pipeline/report_picture.h"

namespace dc {
namespace {

// Which tensors are weights, and of what kind: matrices and filters at an input that the operator's
// record calls a weight.
std::vector<std::string> WeightKinds(const format::Manifest& manifest) {
  std::vector<std::string> kinds(manifest.tensors.size());
  for (const format::Node& node : manifest.nodes) {
    const op::Operator* record = op::FindOperator(node.op);
    if (record == nullptr) continue;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const uint32_t input = node.inputs[i];
      if (input == format::kNoValue || input < manifest.inputs.size()) continue;
      const size_t tensor = input - manifest.inputs.size();
      if (record->Input(i).role == op::Role::kWeight && tensor < kinds.size() &&
          manifest.tensors[tensor].shape.size() >= 2) {
        kinds[tensor] = record->Has(op::kConvolves) ? "conv" : "fc";
      }
    }
  }
  return kinds;
}

// Draws `picture` where it is not null.
StatusOr<LayerReport> CodedLayer(const format::TensorEntry& entry,
                                 const format::TensorStreams& streams, LayerPicture* picture) {
  LayerReport layer;
  layer.policy = entry.policy;
  layer.weights = entry.elements();
  DC_ASSIGN_OR_RETURN(const std::vector<float> codebook,
                      format::DecodeCodebook(entry, streams.codebook));
  const bool hashed = entry.form == format::Form::kHashed;
  const MatrixShape matrix = MatrixOf(entry.shape);
  DC_ASSIGN_OR_RETURN(
      const DecodedWeight decoded,
      hashed ? DecodeHashedWeight(matrix, entry.codebook_entries, streams.codes, streams.gaps)
             : DecodeWeight(matrix, codebook, streams.codes, streams.gaps));
  const WeightCoding& coding = decoded.coding;
  for (uint16_t code : decoded.codes) layer.survivors += codebook[code] != 0.0f;
  layer.fillers = coding.entries - decoded.codes.size();
  const double entries = static_cast<double>(std::max<uint64_t>(coding.entries, 1));
  layer.weight_bits = coding.code_bits;
  layer.weight_bits_coded = 8.0 * static_cast<double>(streams.codes.size()) / entries;
  if (coding.positions == PositionCoding::kFixedGaps) layer.index_bits = coding.gap_bits;
  layer.index_bits_coded = 8.0 * static_cast<double>(streams.gaps.size()) / entries;
  layer.codebook_entries = entry.codebook_entries;
  layer.codebook_bytes = streams.codebook.size();
  layer.bytes = streams.codes.size() + streams.gaps.size() + streams.codebook.size();
  layer.positions = KeywordOf(coding.positions);
  layer.code_coder = hashed ? "hashed" : KeywordOf(coding.code_coder);
  if (coding.positions != PositionCoding::kDense) {
    layer.position_coder = KeywordOf(coding.position_coder);
  }
  layer.order = coding.column_major ? "column" : "row";
  if (picture != nullptr) {
    *picture = PictureOf(matrix, codebook, decoded);
    picture->streams = {{"codes", streams.codes.size()},
                        {"gaps", streams.gaps.size()},
                        {"codebooks", streams.codebook.size()}};
  }
  return layer;
}

StatusOr<LayerReport> PlainLayer(const format::TensorEntry& entry,
                                 const format::TensorStreams& streams, LayerPicture* picture) {
  LayerReport layer;
  DC_ASSIGN_OR_RETURN(const std::vector<float> values,
                      format::DecodeValues(entry, streams.values, DecodePlanes));
  layer.weights = values.size();
  for (float v : values) layer.survivors += v != 0.0f;
  layer.weight_bits = entry.is_half() ? 16 : 32;
  layer.bytes = streams.values.size();
  layer.weight_bits_coded = layer.weight_bits;
  if (entry.has_planes() && !values.empty()) {
    layer.weight_bits_coded =
        8 * static_cast<double>(layer.bytes) / static_cast<double>(values.size());
  }
  layer.positions = "dense";
  layer.code_coder = entry.has_planes() ? "planes" : "raw";
  layer.order = "row";
  if (picture != nullptr) {
    *picture = PictureOf(MatrixOf(entry.shape), values);
    picture->streams = {{"biases", streams.values.size()}};
  }
  return layer;
}

}  // namespace

StatusOr<Report> ReportFile(std::span<const uint8_t> bytes, ReportPictures* pictures) {
  DC_ASSIGN_OR_RETURN(const format::File file, format::File::Open(bytes, ZstdDecompress));
  const format::Manifest& manifest = file.manifest();
  Report report;
  report.file_bytes = bytes.size();
  report.baseline_bytes = manifest.baseline_bytes;
  report.parts = file.byte_map();
  const std::vector<std::string> kinds = WeightKinds(manifest);
  int convs = 0, fcs = 0;
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i].empty()) continue;
    const format::TensorEntry& entry = manifest.tensors[i];
    LayerPicture* picture = nullptr;
    if (pictures != nullptr) picture = &pictures->layers.emplace_back();
    auto layer = entry.has_codes() ? CodedLayer(entry, file.Streams(i), picture)
                                   : PlainLayer(entry, file.Streams(i), picture);
    // Dropped names are numbered by kind, in the order of the tensors.
    const std::string name = !entry.name.empty()  ? entry.name
                             : kinds[i] == "conv" ? "conv" + std::to_string(++convs)
                                                  : "fc" + std::to_string(++fcs);
    if (!layer.ok()) return layer.status().At(name);
    layer->name = name;
    layer->kind = kinds[i];
    layer->form = format::NameOf(entry.form);
    report.layers.push_back(*std::move(layer));
  }
  if (pictures != nullptr) pictures->settings = manifest.metadata;
  return report;
}

Status CompareWith(const Graph& graph, const std::string& name, Report* report) {
  std::vector<uint8_t> raw;
  const std::set<std::string> needed = graph.NeededValues();
  for (const auto& [value, tensor] : graph.initializers) {
    if (tensor.type == DataType::kFloat32 && needed.count(value)) {
      raw.insert(raw.end(), tensor.bytes.begin(), tensor.bytes.end());
    }
  }
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> packed, ZstdCompress(raw));
  report->comparison.emplace_back(name + " f32", raw.size());
  report->comparison.emplace_back(name + " f32, zstd -19", packed.size());
  return OkStatus();
}

std::string Version() { return DC_VERSION; }

void Report::SetErrors(const EvalResult& test) {
  error_percent = test.error_percent;
  top5_error_percent = test.known_top5();
  mean_squared_error = test.mean_squared_error();
}

}  // namespace dc
