#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "base/text_table.h"
#include "dc/printable.h"
#include "dc/report.h"
#include "dc/train.h"

namespace dc {
namespace {

std::string Percent(double share, int digits = 2) { return Fixed(100 * share, digits) + " %"; }

// A horizontal bar of up to 24 characters: where people would rather look than read.
std::string Bar(double share) {
  return std::string(static_cast<size_t>(24 * std::clamp(share, 0.0, 1.0) + 0.5), '#');
}

// "escape huffman, context": how positions are stored and coded, then the codes' coder.
std::string StoredAs(const LayerReport& layer) {
  const std::string coder = layer.position_coder.empty() ? "" : " " + layer.position_coder;
  return layer.positions + coder + ", " + layer.code_coder;
}

std::string LayersText(const Report& report) {
  TextTable table;
  table.Add({"layer", "weights", "density", "weight bits", "coded", "index bits", "coded", "bytes",
             "share", "ratio", "positions, coder"});
  uint64_t weights = 0, survivors = 0, bytes = 0;
  for (const LayerReport& l : report.layers) {
    table.Add({l.name, Thousands(l.weights), Percent(l.density()), Fixed(l.weight_bits, 0),
               Fixed(l.weight_bits_coded, 2), Fixed(l.index_bits, 0), Fixed(l.index_bits_coded, 2),
               Thousands(l.bytes), Percent(double(l.bytes) / double(report.file_bytes), 1),
               Fixed(l.ratio(), 1) + "x", StoredAs(l)});
    weights += l.weights;
    survivors += l.survivors;
    bytes += l.bytes;
  }
  table.Add({"all layers", Thousands(weights),
             weights ? Percent(double(survivors) / double(weights)) : "-", "", "", "", "",
             Thousands(bytes), Percent(double(bytes) / double(report.file_bytes), 1),
             bytes ? Fixed(4.0 * double(weights) / double(bytes), 1) + "x" : "-", ""});
  return table.ToString();
}

std::string PartsText(const Report& report) {
  TextTable table;
  table.Add({"part of the file", "bytes", "share"});
  for (const auto& [name, bytes] : report.parts) {
    table.Add({name, Thousands(bytes), Percent(double(bytes) / double(report.file_bytes), 1)});
  }
  table.Add({"whole file", Thousands(report.file_bytes), "100.0 %"});
  return table.ToString();
}

std::string ComparisonText(const Report& report) {
  TextTable table;
  table.Add({"the same model as", "bytes", "ratio"});
  const double base = static_cast<double>(report.baseline_bytes);
  for (const auto& [name, bytes] : report.comparison) {
    table.Add({name, Thousands(bytes), bytes ? Fixed(base / double(bytes), 1) + "x" : "-"});
  }
  table.Add({"this .dcz", Thousands(report.file_bytes), Fixed(report.ratio(), 1) + "x"});
  std::string text = table.ToString();
  for (const auto& [name, bytes] : report.comparison) {
    text += Bar(base ? double(bytes) / base : 0) + "  " + name + "\n";
  }
  return text + Bar(base ? double(report.file_bytes) / base : 0) + "  this .dcz\n";
}

std::string StagesText(const Report& report) {
  const bool targets =
      std::any_of(report.stages.begin(), report.stages.end(),
                  [](const StageReport& s) { return s.mean_squared_error.has_value(); });
  TextTable table;
  std::vector<std::string> names = {"stage", "seconds", "epochs"};
  if (targets) names.push_back("mean squared error");
  names.insert(names.end(), {targets ? "unexplained variance" : "test error", "output bytes"});
  table.Add(std::move(names));
  for (const StageReport& s : report.stages) {
    std::vector<std::string> row = {s.name, Fixed(s.seconds, 1), std::to_string(s.epochs)};
    if (targets) row.push_back(s.mean_squared_error ? ShortNumber(*s.mean_squared_error) : "-");
    row.push_back(s.error_percent ? Fixed(*s.error_percent, 2) + " %" : "-");
    row.push_back(s.output_bytes ? Thousands(s.output_bytes) : "-");
    table.Add(std::move(row));
  }
  return table.ToString();
}

// "test error, WHICH  1.49 %" and an end of line; "" where it is not known.
std::string TestErrorText(const std::string& which, std::optional<double> percent,
                          std::optional<double> mean_squared_error) {
  if (!percent) return "";
  constexpr size_t kWidth = 24;  // of "test error, compressed  "
  std::string text = "test error, " + which;
  text.resize(kWidth, ' ');
  // Of targets it is no share of the samples.
  return text +
         (mean_squared_error ? ErrorText(*percent, mean_squared_error)
                             : Fixed(*percent, 2) + " %") +
         "\n";
}

}  // namespace

std::string CurveText(std::vector<CurvePoint> curve) {
  std::sort(curve.begin(), curve.end(),
            [](const CurvePoint& a, const CurvePoint& b) { return a.bytes > b.bytes; });
  TextTable table;
  table.Add({"searched: density", "bytes", "held-out error", ""});
  for (const CurvePoint& point : curve) {
    table.Add({Percent(point.density, 3), Thousands(point.bytes),
               Fixed(point.error_percent, 2) + " %",
               Bar(double(point.bytes) / double(std::max<uint64_t>(curve.front().bytes, 1)))});
  }
  return table.ToString();
}

std::string EnergyText(const std::vector<LayerEnergy>& layers) {
  TextTable table;
  table.Add(
      {"layer", "operations", "weight bits", "activation bits", "operations x bits", "of 16 bits"});
  const auto row = [&](const std::string& name, double operations, const std::string& w,
                       const std::string& a, double energy) {
    table.Add({name, Thousands(static_cast<uint64_t>(operations)), w, a,
               Thousands(static_cast<uint64_t>(16 * energy)), Percent(energy / operations, 1)});
  };
  double operations = 0, energy = 0;
  for (const LayerEnergy& layer : layers) {
    row(layer.name, layer.operations, std::to_string(layer.weight_bits),
        std::to_string(layer.activation_bits), layer.energy());
    operations += layer.operations;
    energy += layer.energy();
  }
  row("all layers", operations, "", "", energy);
  return table.ToString();
}

std::string ReportText(const Report& report) {
  std::string text;
  if (!report.model.empty()) text += Printable(report.model) + "\n\n";
  if (!report.layers.empty()) text += LayersText(report) + "\n";
  if (!report.uncompressed.empty()) {
    text += UncompressedText("quantized", report.uncompressed) + "\n";
  }
  if (!report.energy.empty()) text += EnergyText(report.energy) + "\n";
  if (!report.parts.empty()) text += PartsText(report) + "\n";
  if (!report.comparison.empty()) text += ComparisonText(report) + "\n";
  if (!report.stages.empty()) text += StagesText(report) + "\n";
  if (!report.curve.empty()) text += CurveText(report.curve) + "\n";
  if (report.file_bytes) {
    text += "ratio " + Fixed(report.ratio(), 2) + "x: " + Thousands(report.baseline_bytes) +
            " bytes of float32 initializers in a file of " + Thousands(report.file_bytes) + "\n";
  }
  text += TestErrorText("dense", report.baseline_error_percent, report.baseline_mean_squared_error);
  text += TestErrorText("compressed", report.error_percent, report.mean_squared_error);
  return text;
}

}  // namespace dc
