#include <algorithm>
#include <map>
#include <utility>

#include "base/text_table.h"
#include "dc/printable.h"
#include "dc/report.h"

namespace dc {
namespace {

// Bytes there and here of what goes by a name, in the order in which names are first seen.
class DifferenceTable {
 public:
  void There(const std::string& name, uint64_t bytes) { At(name).first += bytes; }
  void Here(const std::string& name, uint64_t bytes) { At(name).second += bytes; }

  void AddTo(TextTable* table) const {
    for (const std::string& name : names_) {
      const auto [there, here] = bytes_.at(name);
      const std::string sign = here > there ? "+" : here < there ? "-" : "";
      const uint64_t difference = here > there ? here - there : there - here;
      table->Add(
          {name, Thousands(there), Thousands(here), sign + Thousands(difference),
           there ? sign + Fixed(100.0 * double(difference) / double(there), 1) + " %" : "-"});
    }
  }

 private:
  std::pair<uint64_t, uint64_t>& At(const std::string& name) {
    const auto [it, added] = bytes_.try_emplace(name);
    if (added) names_.push_back(name);
    return it->second;
  }

  std::vector<std::string> names_;
  std::map<std::string, std::pair<uint64_t, uint64_t>> bytes_;
};

std::string Table(const char* what, const DifferenceTable& differences) {
  TextTable table;
  table.Add({what, "bytes there", "bytes here", "difference", ""});
  differences.AddTo(&table);
  return table.ToString();
}

bool SameLayers(const Report& a, const Report& b) {
  return std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(),
                    [](const LayerReport& x, const LayerReport& y) {
                      return ValidUtf8(x.name) == ValidUtf8(y.name) && x.weights == y.weights &&
                             x.survivors == y.survivors && x.bytes == y.bytes;
                    });
}

}  // namespace

bool TakeMeasurements(const Report& measured, Report* report) {
  if (measured.file_bytes != report->file_bytes || measured.parts != report->parts ||
      !SameLayers(measured, *report)) {
    return false;
  }
  report->data = measured.data;
  report->seed = measured.seed;
  report->baseline_error_percent = measured.baseline_error_percent;
  report->baseline_mean_squared_error = measured.baseline_mean_squared_error;
  report->error_percent = measured.error_percent;
  report->top5_error_percent = measured.top5_error_percent;
  report->mean_squared_error = measured.mean_squared_error;
  report->stages = measured.stages;
  report->latency = measured.latency;
  report->sensitivity = measured.sensitivity;
  report->curve = measured.curve;
  report->published = measured.published;
  return true;
}

std::string DifferenceText(const Report& report, const Report& other) {
  std::string text =
      "there: " + Printable(other.model) + "\nhere:  " + Printable(report.model) + "\n\n";
  DifferenceTable layers, parts;
  for (const LayerReport& layer : report.layers) layers.Here(layer.name, layer.bytes);
  for (const LayerReport& layer : other.layers) layers.There(layer.name, layer.bytes);
  for (const auto& [name, bytes] : report.parts) parts.Here(name, bytes);
  for (const auto& [name, bytes] : other.parts) parts.There(name, bytes);
  parts.Here("whole file", report.file_bytes);
  parts.There("whole file", other.file_bytes);
  text += Table("layer", layers) + "\n" + Table("part of the file", parts);
  if (report.error_percent && other.error_percent) {
    const bool targets = report.mean_squared_error && other.mean_squared_error;
    text += std::string(targets ? "\nunexplained variance" : "\ntest error") + " there " +
            Fixed(*other.error_percent, 2) + " %, here " + Fixed(*report.error_percent, 2) + " %\n";
  }
  return text;
}

}  // namespace dc
