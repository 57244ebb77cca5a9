// Where the bytes of a .dcz went, and what a tool measured: the fields of proto/report.proto.
#ifndef DC_REPORT_H_
#define DC_REPORT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

struct EvalResult;

struct LayerReport {
  std::string name, kind, policy, form, positions, order;
  // "raw", "huffman", "huffman4", "context", or of a float tensor "planes"; that of the positions
  // is empty where there are none.
  std::string code_coder, position_coder;
  uint64_t weights = 0, survivors = 0, fillers = 0;
  // Bits per stored entry: fixed width, then after entropy coding.
  double weight_bits = 0, weight_bits_coded = 0, index_bits = 0, index_bits_coded = 0;
  uint64_t codebook_entries = 0, codebook_bytes = 0, bytes = 0;

  double density() const { return weights ? double(survivors) / double(weights) : 0; }
  double ratio() const { return bytes ? 4.0 * double(weights) / double(bytes) : 0; }
};

struct LayerOutcome {
  std::string name, policy;
  uint64_t weights = 0, survivors = 0, codebook_entries = 0;
  int bits = 0;
  double rms_error = 0;
};

// A layer or a large tensor that a stage left as it is.
struct Uncompressed {
  std::string name, reason;
  uint64_t bytes = 0;
};

// Errors on the test set are those of EvalResult. A mean squared error says that its data has
// targets: the percentage beside it is unexplained variance.
struct StageReport {
  std::string name;
  double seconds = 0;
  int epochs = 0;
  std::optional<double> error_percent, mean_squared_error;
  uint64_t output_bytes = 0;
  std::vector<LayerOutcome> layers;
  std::vector<Uncompressed> uncompressed;
};

struct Latency {
  int64_t batch = 0;
  int threads = 0;
  double microseconds_per_image = 0;
};

struct Sensitivity {
  std::string layer;
  double density = 0, error_percent = 0;
};

// A point of a search's curve of size and error.
struct CurvePoint {
  double density = 0, lambda = 0;  // PruneOptions::global_density, QuantizeOptions::lambda
  uint64_t bytes = 0;              // of the .dcz
  double error_percent = 0;        // of held-out training samples
};

// What others report of the same network and data.
struct PublishedPoint {
  std::string name;
  uint64_t bytes = 0;
  double error_percent = 0;
  std::string counted, source;  // what the bytes are, and who says so
};

// What a layer computes for one sample, and with how many bits.
struct LayerEnergy {
  std::string name;
  double operations = 0;  // multiplications, those with zero among them
  int weight_bits = 32, activation_bits = 32;

  // Of each operation: the wider of its operands.
  int bits() const { return weight_bits > activation_bits ? weight_bits : activation_bits; }
  // Operations times bits, in units of an operation of 16 bits.
  double energy() const { return operations * bits() / 16; }
};

using Parts = std::vector<std::pair<std::string, uint64_t>>;

struct Report {
  // Takes over what was measured on the test set.
  void SetErrors(const EvalResult& test);

  std::string model, data;
  uint64_t seed = 0, file_bytes = 0, baseline_bytes = 0;
  // Of the dense model, and of the compressed one.
  std::optional<double> baseline_error_percent, baseline_mean_squared_error;
  std::optional<double> error_percent, top5_error_percent, mean_squared_error;
  std::vector<LayerReport> layers;
  Parts parts;       // sums to file_bytes
  Parts comparison;  // the same model in other forms
  std::vector<StageReport> stages;
  std::optional<Latency> latency;
  std::vector<Sensitivity> sensitivity;
  std::vector<Uncompressed> uncompressed;
  std::vector<CurvePoint> curve;  // that was walked to find this file; empty without a search
  std::vector<LayerEnergy> energy;
  std::vector<PublishedPoint> published;  // by others, to compare with

  double ratio() const { return file_bytes ? double(baseline_bytes) / double(file_bytes) : 0; }
};

// How many weights have a value, or one of a few neighbouring values, the least of which it is.
struct HistogramBar {
  float value = 0;
  uint64_t count = 0;
};

// What a page shows of one weight.
struct LayerPicture {
  Parts streams;                   // as they are before a section is compressed; by section
  std::vector<HistogramBar> bars;  // entries of the codebook, ascending, at most 258
  // The weight's matrix, at most 64 cells to a side: which part of a cell's weights is not zero,
  // in 255ths, row by row.
  uint64_t mask_rows = 0, mask_columns = 0;
  std::vector<uint8_t> mask;
};

// What a page shows besides a report.
struct ReportPictures {
  std::vector<LayerPicture> layers;  // one per layer of the report
  // Names and texts: what the stages were asked for, and logs of training as CSV.
  std::vector<std::pair<std::string, std::string>> settings, logs;
  std::string command;          // that makes the page again; "" where it is not known
  std::optional<Report> other;  // to compare with
};

// Explains the .dcz in `file`: layers, parts, baseline_bytes, ratio; `model` is left empty. Draws
// the layers of `pictures`, where it is not null, and takes the settings from the file's metadata,
// where it keeps them.
StatusOr<Report> ReportFile(std::span<const uint8_t> file, ReportPictures* pictures = nullptr);

// The large float tensors that an encoded `graph` holds as plain values: weights that are not
// quantized, and tensors that no stage compresses.
std::vector<Uncompressed> NotQuantized(const Graph& graph);

// An estimate of what the layers of `graph` spend on one sample: operations times bits, the model
// with which Moons et al. 2016 (Energy-Efficient ConvNets Through Approximate Computing) choose a
// precision for each layer, relative to 16 bits. Bits are those of the uniform grids that weights
// and activations are on; 32 where they are on none. Layers whose shapes are not known are left
// out.
StatusOr<std::vector<LayerEnergy>> EstimateEnergy(const Graph& graph);

// A line for each: "not pruned: 'up.weight', 1,536 bytes: Einsum is not compressed", where
// `what` is "pruned".
std::string UncompressedText(const std::string& what, const std::vector<Uncompressed>& tensors);

// Adds to `comparison` the size of the float32 initializers that the outputs of `graph` depend on,
// as raw bytes and as zstd -19 of them, called "NAME f32" and "NAME f32, zstd -19".
Status CompareWith(const Graph& graph, const std::string& name, Report* report);

// A table of a search's points, the largest file first, with a bar for each size.
std::string CurveText(std::vector<CurvePoint> curve);

// How `report` differs from `other`, both of .dcz files: layers by name, then parts, the whole file
// and the errors where both are known; bytes of `other`, of `report`, and the difference.
std::string DifferenceText(const Report& report, const Report& other);

// Tables for people: the paper's columns per layer, then the parts of the file, then the
// comparison, the stages and errors as far as they are known.
std::string ReportText(const Report& report);

// The same as JSON, field names as in proto/report.proto.
StatusOr<std::string> ReportJson(const Report& report);

// The report that ReportJson wrote; fields that are not known are passed over. BadInput for what is
// no report.
StatusOr<Report> ParseReportJson(const std::string& json);

// Takes over what `measured`, an earlier report, says of the file beyond what can be seen in it:
// data, seed, errors, stages, latency, sensitivity, curve and published points. Returns false, and
// does nothing, where it is about another file: other parts or layers.
bool TakeMeasurements(const Report& measured, Report* report);

// The same as one HTML page for a browser, with `pictures`. It loads nothing from elsewhere; names
// from files are text in it, never markup. Internal where a report cannot be written as JSON.
StatusOr<std::string> ReportHtml(const Report& report, const ReportPictures& pictures);

// The toolchain's version, "0.1.0".
std::string Version();

}  // namespace dc

#endif  // DC_REPORT_H_
